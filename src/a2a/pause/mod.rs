//! Pauses: what an agent asks of people, and how it is answered, in both of kagent's forms and in
//! plain words. Pure.
//!
//! What waits belongs to kagent's session, not to the task: a decision that names no task still
//! runs the tool, and an id that a decision leaves out counts as approved. So whatever is written
//! here names the task and every id.

mod read;
mod write;

pub use read::pause;
pub use write::{Answer, prompt};

/// Calls that one pause may ask for; more are not looked through by anybody.
const CALLS_MAX: usize = 20;
/// Questions that one pause may ask.
const QUESTIONS_MAX: usize = 20;
/// Answers that one question may offer: a button each.
const CHOICES_MAX: usize = 30;

/// The name under which kagent's agents ask questions.
const ASK_USER: &str = "ask_user";

#[cfg(test)]
mod tests;
#[cfg(test)]
mod write_tests;
