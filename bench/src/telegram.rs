//! The Bot API at full speed: the calls that the bots make, answered as Telegram answers them.
//! What Telegram would refuse is not looked for here; the emulators of the product's tests do that.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::http::{self, Request};
use crate::ledger::number_after;
use crate::world::{World, next_message, unix_now};

/// The longest that a poll waits (Bot API server: a longer one is cut).
const POLL_MAX: u64 = 50;
/// The most updates of one answer (Bot API).
const BATCH_MAX: usize = 100;
/// The bot itself.
const ME: &str = r#"{"id":7000001,"is_bot":true,"first_name":"Bench","username":"bench_bot","can_join_groups":true,"can_read_all_group_messages":false,"supports_inline_queries":false}"#;

/// What any of the calls carries, as far as an answer needs it.
#[derive(Default, Deserialize)]
struct Params<'a> {
    chat_id: Option<i64>,
    message_id: Option<i64>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    offset: Option<i64>,
    limit: Option<usize>,
    timeout: Option<u64>,
}

/// Serves one connection to its end.
pub async fn serve(stream: TcpStream, world: Rc<World>) {
    http::serve(stream, async |request| answer(&world, request).await).await;
}

async fn answer(world: &World, request: &Request<'_>) -> (u16, String) {
    let method = request.path.rsplit('/').next().unwrap_or_default();
    let method = method
        .split('?')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let Some(params) = params(request) else {
        world.strange(format!(
            "{method} with {}",
            String::from_utf8_lossy(request.body)
        ));
        return refused(400, "Bad Request: can't parse the call");
    };
    if method == "getupdates" {
        return poll(world, &params).await;
    }
    world.count(&method);
    match &*method {
        "getme" => ok(ME),
        "sendmessage" => {
            let id = next_message();
            ok(&message(world, &params, id))
        }
        "editmessagetext" => {
            let id = params.message_id.unwrap_or_default();
            ok(&message(world, &params, id))
        }
        "sendchataction"
        | "deletemessage"
        | "setmycommands"
        | "deletemycommands"
        | "answercallbackquery"
        | "deletewebhook" => ok("true"),
        "getmycommands" => ok("[]"),
        "getwebhookinfo" => {
            ok(r#"{"url":"","has_custom_certificate":false,"pending_update_count":0}"#)
        }
        _ => {
            world.strange(method);
            refused(404, "Not Found")
        }
    }
}

/// A message of the bot's as Telegram shows it; if it is the answer to a question, that is noted.
fn message(world: &World, params: &Params<'_>, id: i64) -> String {
    let chat = params.chat_id.unwrap_or_default();
    let text = params.text.as_deref().unwrap_or_default();
    if let Some(number) = number_after(text, "Answer ") {
        world.answer(number, chat);
    }
    let text = serde_json::to_string(text).unwrap_or_default();
    let date = unix_now();
    format!(
        r#"{{"message_id":{id},"from":{ME},"chat":{{"id":{chat},"first_name":"Ann","type":"private"}},"date":{date},"text":{text}}}"#
    )
}

/// A long poll: confirms what is below the offset, waits until there is something.
async fn poll(world: &World, params: &Params<'_>) -> (u16, String) {
    if world.first_poll.get().is_none() {
        world.first_poll.set(Some(Instant::now()));
    }
    let turn = world.poll.get() + 1;
    world.poll.set(turn);
    world.arrived.notify_waiters();
    confirm(world, params.offset.unwrap_or_default());
    let until = Instant::now() + Duration::from_secs(params.timeout.unwrap_or(0).min(POLL_MAX));
    let limit = params.limit.unwrap_or(BATCH_MAX).clamp(1, BATCH_MAX);
    loop {
        let arrived = world.arrived.notified();
        if world.poll.get() != turn {
            return refused(409, "Conflict: terminated by other getUpdates request");
        }
        if !world.pending.borrow().is_empty() {
            return ok(&batch(world, limit));
        }
        if timeout_at(until, arrived).await.is_err() {
            return ok("[]");
        }
    }
}

/// Telegram forgets what is below the offset; a negative one keeps only as many of the last.
fn confirm(world: &World, offset: i64) {
    let mut pending = world.pending.borrow_mut();
    if let Ok(last) = usize::try_from(-offset)
        && last > 0
    {
        let old = pending.len().saturating_sub(last);
        pending.drain(..old);
    }
    while pending.front().is_some_and(|update| update.id < offset) {
        pending.pop_front();
    }
}

fn batch(world: &World, limit: usize) -> String {
    let pending = world.pending.borrow();
    let mut ledger = world.ledger.borrow_mut();
    let now = Instant::now();
    let mut list = String::with_capacity(limit.min(pending.len()) * 384);
    for update in pending.iter().take(limit) {
        ledger.deliver(update.number, now);
        list.push(if list.is_empty() { '[' } else { ',' });
        list.push_str(&update.json);
    }
    list.push(']');
    list
}

fn ok(result: &str) -> (u16, String) {
    (200, format!(r#"{{"ok":true,"result":{result}}}"#))
}

fn refused(status: u16, why: &str) -> (u16, String) {
    let body = format!(r#"{{"ok":false,"error_code":{status},"description":"{why}"}}"#);
    (status, body)
}

fn params<'a>(request: &Request<'a>) -> Option<Params<'a>> {
    if request.body.is_empty() {
        return Some(Params::default());
    }
    if !request.form {
        return serde_json::from_slice(request.body).ok();
    }
    let body = str::from_utf8(request.body).ok()?;
    let mut params = Params::default();
    for (key, value) in body.split('&').filter_map(|pair| pair.split_once('=')) {
        match key {
            "chat_id" => params.chat_id = value.parse().ok(),
            "message_id" => params.message_id = value.parse().ok(),
            "text" => params.text = Some(Cow::Owned(unescape(value))),
            "offset" => params.offset = value.parse().ok(),
            "limit" => params.limit = value.parse().ok(),
            "timeout" => params.timeout = value.parse().ok(),
            _ => {}
        }
    }
    Some(params)
}

/// A value of a form: `+` is a space, `%41` an A.
fn unescape(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' if after.len() >= 2 => {
                let code = str::from_utf8(&after[..2]).unwrap_or_default();
                bytes.push(u8::from_str_radix(code, 16).unwrap_or(b'?'));
                rest = &after[2..];
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn call(world: &World, method: &str, form: bool, body: &str) -> String {
        let path = format!("/bot7:x/{method}");
        let request = Request {
            path: &path,
            get: false,
            form,
            body: body.as_bytes(),
        };
        answer(world, &request).await.1
    }

    #[tokio::test]
    async fn an_update_comes_until_it_is_confirmed() {
        let world = World::default();
        world.ask(7);
        world.ask(8);
        let ids = [0, 1].map(|at| world.pending.borrow()[at].id);
        let [one, two] = ids.map(|id| id.to_string());
        let first = call(&world, "getUpdates", false, r#"{"limit":1}"#).await;
        assert!(first.contains(&one) && !first.contains(&two), "{first}");
        let form = format!("offset={two}&timeout=50");
        let again = call(&world, "GetUpdates", true, &form).await;
        assert!(again.contains(&two) && !again.contains(&one), "{again}");
        let json = format!(r#"{{"offset":{}}}"#, ids[1] + 1);
        let none = call(&world, "getUpdates", false, &json).await;
        assert_eq!(none, r#"{"ok":true,"result":[]}"#);
    }

    #[tokio::test]
    async fn an_answer_is_known_in_json_and_in_a_form() {
        let world = World::default();
        world.ask(7);
        world.ask(8);
        let json = r#"{"chat_id":7,"text":"Answer 0: \"yes\""}"#;
        let sent = call(&world, "SendMessage", false, json).await;
        assert!(sent.contains(r#""text":"Answer 0: \"yes\"""#), "{sent}");
        call(&world, "sendMessage", true, "chat_id=8&text=Thinking...").await;
        assert_eq!(world.ledger.borrow().answered(), 1);
        call(
            &world,
            "editMessageText",
            true,
            "chat_id=8&message_id=4&text=Answer+1%3A+%C3%A4",
        )
        .await;
        assert_eq!(world.ledger.borrow().answered(), 2);
        assert_eq!(world.calls(), 3);
    }

    #[tokio::test]
    async fn a_call_that_is_not_played_is_noted() {
        let world = World::default();
        call(&world, "sendPoll", false, "{}").await;
        assert_eq!(*world.strange.borrow(), ["sendpoll"]);
    }
}
