//! Our own agent emulator, playing the words of `tests/peers/a2a/words.py`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use switchboard_emulators::agent::{
    AgentEmulator, Fault, Incoming, Reply, Settings, replies, reply,
};

use crate::peers::Send;

/// The emulator.
pub struct Emulated {
    pub agent: AgentEmulator,
}

impl Emulated {
    pub fn start(mut settings: Settings, streams: bool) -> Self {
        settings.card.streaming = streams;
        // Prompts that were refused, by their message id.
        let refused: Mutex<HashMap<String, usize>> = Mutex::default();
        let script = move |asked: &Incoming| {
            let mut refused = refused.lock().unwrap_or_else(PoisonError::into_inner);
            let before = refused.entry(asked.message_id.clone()).or_default();
            let times = word(&asked.text, "!times=").unwrap_or(usize::MAX);
            match word(&asked.text, "!status=") {
                Some(status) if *before < times => {
                    *before += 1;
                    refusal(status)
                }
                _ => answer(asked),
            }
        };
        let agent = AgentEmulator::start(settings, script).expect("the emulator starts");
        Self { agent }
    }

    pub fn sends(&self) -> Vec<Send> {
        let prompts = self.agent.prompts().into_iter();
        let sends = prompts.map(|prompt| Send {
            reached: prompt.task_id.is_some() || prompt.text.starts_with("msg"),
            text: prompt.text,
        });
        sends.collect()
    }
}

fn word(text: &str, name: &str) -> Option<usize> {
    let (_, after) = text.split_once(name)?;
    after.split_whitespace().next()?.parse().ok()
}

fn refusal(status: usize) -> Reply {
    match status {
        429 => reply().too_many_requests(1),
        _ => reply().http_status(u16::try_from(status).expect("a status"), "injected"),
    }
}

fn answer(asked: &Incoming) -> Reply {
    let text = asked.text.as_str();
    let rest = text.split_once(' ').map_or("", |(_, rest)| rest);
    let mut numbers = rest.split(' ').filter_map(|word| word.parse::<u64>().ok());
    let number = || numbers.next().unwrap_or_default();
    if text.contains("!html") {
        return reply().fault(Fault::Http {
            status: 502,
            content_type: "text/html",
            headers: Vec::new(),
            body: "<html><h1>502 Bad Gateway</h1></html>".to_owned(),
        });
    }
    let played = play(asked, text, rest, number);
    match word(text, "!drop=") {
        Some(events) => played.cut_after(events),
        None => played,
    }
}

fn play(asked: &Incoming, text: &str, rest: &str, mut number: impl FnMut() -> u64) -> Reply {
    match text.split(' ').next().unwrap_or_default() {
        "msg" => reply().message(&format!("hello {rest}")),
        "chunks" => {
            let (count, pause) = (number(), Duration::from_millis(number()));
            let pieces = (0..count).fold(reply(), |reply, n| {
                let text = format!("chunk-{n} ");
                let piece = reply.piece("a-1", &text, n > 0, n + 1 == count);
                piece.after(pause)
            });
            pieces.completes()
        }
        "many" => {
            let texts: Vec<String> = (0..number()).map(|n| format!("artifact {n}")).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            reply().artifacts(&texts).completes()
        }
        "long" => {
            let (count, pause) = (number(), Duration::from_millis(number()));
            let ticks = (1..=count).map(|n| format!("tick {n}/{count}"));
            let told = ticks.fold(reply(), |reply, tick| reply.after(pause).working(&tick));
            told.artifact("long done").completes()
        }
        "slow" => (0..number())
            .fold(reply(), |reply, _| {
                reply.after(Duration::from_secs(1)).pings()
            })
            .artifact("slow done")
            .completes(),
        "ask" => reply().asks("Which colour?"),
        "auth" => reply().asks_auth("Please log in at https://login.example/x"),
        "file" => reply()
            .file_bytes("dot.png", "image/png", "iVBORw0KGgo=")
            .artifact("see files")
            .completes(),
        "fail" => reply().fails("it broke"),
        "reject" => reply().rejects("will not"),
        "turn" => replies(&format!("question {} of this context", asked.turn)),
        _ => replies(&format!("echo: {text}")),
    }
}
