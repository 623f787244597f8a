//! `answerCallbackQuery`.

use serde_json::Value;

use super::super::message::TapAnswer;
use super::super::params::Params;
use super::super::refusal::Refused;
use super::super::world::World;

/// Longest answer in code points.
const ANSWER_MAX: usize = 200;
const TOO_OLD: &str = "query is too old and response timeout expired or query ID is invalid";

/// Stops the button's spinner, and shows a text if there is one.
pub(super) fn answer(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let text = params.text("text").unwrap_or_default();
    if text.chars().count() > ANSWER_MAX {
        return Err(Refused::bad("MESSAGE_TOO_LONG"));
    }
    let query = params.text("callback_query_id").unwrap_or_default();
    let tap = world.taps.get_mut(&query);
    // An id that never was is the client's fault; a late or repeated answer can happen to all.
    let tap = tap.ok_or_else(|| Refused::bad(TOO_OLD))?;
    if !tap.open {
        return Err(Refused::gone(TOO_OLD));
    }
    tap.open = false;
    let user = tap.user;
    world.tap_answers.push(TapAnswer {
        query,
        user,
        text,
        alert: params.flag("show_alert"),
    });
    Ok(Value::Bool(true))
}
