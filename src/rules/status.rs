//! `/status`: what runs for a person here and why the rest waits, and for admins the totals.
//! Facts in, a text out; short enough for a phone.

use std::time::Duration;

use crate::ids::{AgentName, ChatId, Timestamp, TurnId, UserId};
use crate::rules::words;

/// A turn that is not over, as its session sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnSeen {
    /// Which.
    pub turn: TurnId,
    /// Who asked.
    pub asked_by: UserId,
    /// What.
    pub text: String,
    /// Where it stands.
    pub stands: Stands,
}

/// Where a turn stands that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// The agent works on it, for so long in this process.
    Works(Duration),
    /// The agent waits for a decision, or for an answer where it `asks`, until this moment.
    Waits {
        /// Whether it is a question.
        asks: bool,
        /// When it is rejected.
        until: Timestamp,
    },
    /// It was asked to stop, and has not yet.
    Stops,
    /// It goes on by itself: it cannot be stopped.
    Detached,
    /// It is next, and waits for a place among the agent's calls.
    Admission,
    /// It waits for those before it.
    Behind,
    /// It waits for its person's word.
    Held,
}

/// A conversation with something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSeen {
    /// With whom.
    pub agent: AgentName,
    /// In order: what runs, then what waits.
    pub turns: Vec<TurnSeen>,
}

/// An agent, as it is seen here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSeen {
    /// Its name.
    pub name: AgentName,
    /// Whether it answers.
    pub health: Seen,
    /// Calls in flight, and how many there may be.
    pub calls: (usize, usize),
    /// The turns that wait for a place, in order.
    pub waiting: Vec<TurnId>,
}

/// Whether an agent answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing was sent to it yet.
    Unknown,
    /// The last call was answered.
    Up,
    /// It is not tried before so long.
    Down(Duration),
}

/// What goes out to Telegram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SenderSeen {
    /// Posts that wait.
    pub waiting: usize,
    /// Chats in a penalty, and what is left of it.
    pub penalties: Vec<(ChatId, Duration)>,
    /// How long the whole bot stands still, if it does.
    pub stopped: Option<Duration>,
}

/// The sums that hold at every moment: each update and each turn that there ever was is in exactly
/// one row, forgotten or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Updates by their end; `new` are those that nobody has dealt with.
    pub updates: Vec<(String, u64)>,
    /// Turns by where they stand.
    pub turns: Vec<(String, u64)>,
    /// How often an update has ended so: a retry lets one end twice. These never fall.
    pub updates_ended: Vec<(String, u64)>,
    /// How often a turn has ended so: one that is run again ends again. These never fall.
    pub turns_ended: Vec<(String, u64)>,
    /// Posts that Telegram has not confirmed, and for how long the oldest has waited.
    pub posts: (u64, Option<Duration>),
    /// What agents wait for people to answer.
    pub pauses: u64,
}

/// Which configuration is in force, and what became of those after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// A short digest of it.
    pub digest: String,
    /// For how long it has been in force.
    pub since: Duration,
    /// Keys whose new values wait for a restart.
    pub restart: Vec<&'static str>,
    /// Why what is written now is not in force, if it is not.
    pub broken: Option<Broken>,
    /// How often another one was loaded since the process began.
    pub loads: u64,
    /// How often one was refused.
    pub refusals: u64,
    /// What became of the last ones, newest first.
    pub recent: Vec<ChangeSeen>,
}

/// What became of a changed configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSeen {
    /// How long ago.
    pub ago: Duration,
    /// The digest of the one that is in force since; or the first line of why it was refused.
    pub became: Result<String, String>,
}

/// A configuration that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// How long ago it was looked at first.
    pub since: Duration,
    /// Its problems, one a line.
    pub why: String,
}

impl Loaded {
    /// What those who operate the bot should know of it, a line each.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let broken = self.broken.as_ref().map(|broken| {
            let first = broken.why.lines().next().unwrap_or_default();
            let more = broken.why.lines().count().saturating_sub(1);
            let more = match more {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            let since = span(broken.since);
            format!("Not loaded, changed {since} ago: {first}{more}")
        });
        let restart = self.restart.join(", ");
        let restart = (!restart.is_empty()).then(|| format!("Waits for a restart: {restart}"));
        broken.into_iter().chain(restart).collect()
    }
}

/// What the Router keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterSeen {
    /// Conversations with something to do, or that had lately.
    pub conversations: usize,
    /// Which configuration it routes by.
    pub loaded: Loaded,
}

/// Turns that a status shows one by one.
const TURNS_MAX: usize = 10;
/// Agents that a status shows one by one.
const AGENTS_MAX: usize = 12;

/// What is asked in a person's name here.
#[must_use]
pub fn own(sessions: &[SessionSeen], agents: &[AgentSeen], user: UserId) -> String {
    let mut lines = Vec::new();
    for session in sessions {
        let agent = agents.iter().find(|agent| agent.name == session.agent);
        let own = session.turns.iter().filter(|turn| turn.asked_by == user);
        lines.extend(own.map(|turn| line(session, agent, turn)));
    }
    if lines.is_empty() {
        return words::NOTHING_RUNS.to_owned();
    }
    let more = lines.len().saturating_sub(TURNS_MAX);
    lines.truncate(TURNS_MAX);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

fn line(session: &SessionSeen, agent: Option<&AgentSeen>, turn: &TurnSeen) -> String {
    let why = match turn.stands {
        Stands::Works(since) => format!("at work for {}", span(since)),
        Stands::Waits { asks, until } => words::approvals::stands(asks, until),
        Stands::Stops => "being stopped".to_owned(),
        Stands::Detached => "goes on by itself, I cannot stop it".to_owned(),
        Stands::Held => "waits for your word, see its buttons above".to_owned(),
        Stands::Behind => "waits for what is before it".to_owned(),
        Stands::Admission => admission(agent, turn.turn),
    };
    let (name, asked) = (&session.agent, words::question(&turn.text));
    format!("{name} · {why} · {} · {asked}", turn.turn.reference())
}

/// Why a turn that is next has not begun.
fn admission(agent: Option<&AgentSeen>, turn: TurnId) -> String {
    let Some(agent) = agent else {
        return "waits".to_owned();
    };
    if let Seen::Down(_) = agent.health {
        return "waits: the agent is down".to_owned();
    }
    let place = agent.waiting.iter().position(|waiting| *waiting == turn);
    match place {
        Some(place) => {
            let (place, of) = (place + 1, agent.waiting.len());
            format!("waits for a free call, {place} of {of}")
        }
        None => "about to begin".to_owned(),
    }
}

/// What an admin sees beside their own.
#[must_use]
pub fn totals(
    totals: &Totals,
    agents: &[AgentSeen],
    sender: &SenderSeen,
    loaded: &Loaded,
) -> String {
    let (posts, oldest) = &totals.posts;
    let oldest = oldest.filter(|_| *posts > 0);
    let oldest = oldest.map_or(String::new(), |oldest| format!(", oldest {}", span(oldest)));
    let mut lines = vec![
        format!("Turns: {}", sums(&totals.turns)),
        format!("Updates: {}", sums(&totals.updates)),
        format!("To Telegram: {posts} to go{oldest}{}", slowed(sender)),
    ];
    lines.extend(agents.iter().take(AGENTS_MAX).map(agent));
    if agents.len() > AGENTS_MAX {
        lines.push(format!("and {} more agents", agents.len() - AGENTS_MAX));
    }
    let Loaded { digest, since, .. } = loaded;
    lines.push(format!("Config {digest}, loaded {} ago", span(*since)));
    lines.extend(loaded.remarks());
    lines.join("\n")
}

fn sums(rows: &[(String, u64)]) -> String {
    if rows.is_empty() {
        return "0".to_owned();
    }
    let rows = rows.iter();
    let rows: Vec<String> = rows
        .map(|(name, count)| format!("{count} {}", name.replace('_', " ")))
        .collect();
    rows.join(", ")
}

fn slowed(sender: &SenderSeen) -> String {
    if let Some(left) = sender.stopped {
        return format!(", all stopped for {}", span(left));
    }
    let longest = sender.penalties.iter().map(|(_, left)| *left).max();
    let count = sender.penalties.len();
    longest.map_or(String::new(), |left| {
        format!(", {count} slowed down by it, at most {}", span(left))
    })
}

fn agent(agent: &AgentSeen) -> String {
    let health = match agent.health {
        Seen::Unknown => "not tried".to_owned(),
        Seen::Up => "up".to_owned(),
        Seen::Down(probe) => format!("down, tried again in {}", span(probe)),
    };
    let (calls, of) = agent.calls;
    let waiting = agent.waiting.len();
    let name = &agent.name;
    format!("{name}: {health}, {calls} of {of} calls, {waiting} waiting")
}

/// A time in its largest unit.
#[must_use]
pub fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests;
