//! One suite for every peer: what the person sees, and how many prompts the agent got.

use std::fmt::Write as _;
use std::io::Write as _;

use futures_util::future::join_all;

use crate::cases::{At, CASES, Case};
use crate::peers::{self, Peer, Up};
use crate::support::{PATIENCE, Stage, UNLIMITED, User, rows};

/// Placeholders and previews at once; silences are looked into.
const CHAT: &str = "[chat]\nplaceholder_after = \"100ms\"\npreview_every_private = \"100ms\"\n";
const TIMES: &str = "look_after = \"1s\"\n";
const HASTY: &str = "look_after = \"1s\"\ntotal_timeout = \"4s\"\nfirst_byte_timeout = \"4s\"\nconnect_timeout = \"4s\"\n";

#[tokio::test]
async fn the_emulator_passes() {
    passes(&peers::EMULATOR).await;
}

#[tokio::test]
async fn the_emulator_passes_in_1_0() {
    passes(&peers::EMULATOR_1_0).await;
}

#[tokio::test]
async fn the_emulator_as_kagent_passes() {
    passes(&peers::EMULATED_KAGENT).await;
}

#[tokio::test]
async fn the_sdk_1_3_passes_in_1_0() {
    passes(&peers::SDK_1_3).await;
}

#[tokio::test]
async fn the_sdk_1_3_passes_in_0_3() {
    passes(&peers::SDK_1_3_IN_0_3).await;
}

#[tokio::test]
async fn the_sdk_0_3_passes() {
    passes(&peers::SDK_0_3).await;
}

#[tokio::test]
async fn kagent_passes() {
    passes(&peers::KAGENT_WHOLE).await;
}

#[tokio::test]
async fn kagent_that_streams_tokens_passes() {
    passes(&peers::KAGENT_STREAM).await;
}

/// What came of a case.
struct Seen {
    /// What the bot has put on the screen.
    answers: Vec<String>,
    /// Whether a file is among it.
    file: bool,
    /// What was ever shown while one waited.
    previews: Vec<String>,
    /// How often each prompt was sent, and how often the agent got it.
    sends: Vec<(usize, usize)>,
    /// The state of the last turn.
    state: String,
}

/// Asks everything at once, each case by a person of its own, then looks at what came of it.
/// What is to be seen meanwhile is asked afterwards: a busy agent says it all at once.
async fn passes(peer: &Peer) {
    let (streaming, whole) = ((peer.start)(true), (peer.start)(false));
    let toml = |times: &str| format!("{}\n{times}", peer.toml);
    let stage = Stage::plan()
        .sections(&format!("{UNLIMITED}\n{CHAT}"))
        .existing_agent("streaming", &streaming.url(), &toml(TIMES))
        .existing_agent("whole", &whole.url(), &toml(TIMES))
        .existing_agent("hasty", &streaming.url(), &toml(HASTY))
        .start()
        .await;
    let here = |(case, _): &(&Case, i64)| !case.is_elsewhere(peer.kind);
    let people = CASES.iter().zip(1..).filter(here);
    for hurried in [false, true] {
        let wave = people
            .clone()
            .filter(|(case, _)| case.preview.is_some() == hurried);
        join_all(wave.map(|(case, id)| ask(stage.user(id), case, peer))).await;
    }
    stage.settled().await;
    let mut table = String::new();
    let mut wrong = 0;
    for (case, id) in people {
        let up = if case.at == At::Whole {
            &whole
        } else {
            &streaming
        };
        let seen = look(&stage, id, case, peer, up).await;
        let (_, cannot) = case.of(peer.kind);
        let verdict = match (check(case, peer, &seen), cannot) {
            (Ok(()), None) => "passes".to_owned(),
            (Err(_), Some(why)) => format!("cannot: {why}"),
            (Err(what), None) => format!("FAILS: {what}"),
            (Ok(()), Some(why)) => format!("FAILS: it works, although it cannot: {why}"),
        };
        wrong += usize::from(verdict.starts_with("FAILS"));
        let _ = writeln!(table, "  {:<68} {verdict}", case.name);
    }
    // Past the test runner's capture: what a peer cannot do is to be read in a good run, too.
    let _ = writeln!(std::io::stderr(), "{}\n{table}", peer.name);
    assert_eq!(wrong, 0, "{}\n{table}", peer.name);
    stage.ends().await;
}

/// Puts the questions of a case, each when the one before is answered.
async fn ask(user: User<'_>, case: &Case, peer: &Peer) {
    let command = match case.at {
        At::Streaming => "",
        At::Whole => "/whole ",
        At::Hasty => "/hasty ",
    };
    let (ask, _) = case.of(peer.kind);
    for (words, answers) in ask.0.iter().zip(1..) {
        user.says(&format!("{command}{words}"));
        let what = format!("{}: an answer to {words:?} of {}", case.name, peer.name);
        user.waits(&what, PATIENCE, answers).await;
    }
}

async fn look(stage: &Stage, id: i64, case: &Case, peer: &Peer, up: &Up) -> Seen {
    let (ask, _) = case.of(peer.kind);
    let all = up.sends().await;
    let sends = ask.0.iter().map(|words| {
        let these = all.iter().filter(|send| send.text == *words);
        let reached = these.clone().filter(|send| send.reached).count();
        (these.count(), reached)
    });
    let shown = stage.telegram.everything_sent(id);
    let texts = shown.into_iter().flat_map(|sent| sent.texts);
    let (answers, without_words): (Vec<String>, Vec<String>) = stage
        .user(id)
        .screen()
        .into_iter()
        .partition(|text| !text.is_empty());
    Seen {
        answers,
        file: !without_words.is_empty(),
        previews: texts.filter(|text| text.starts_with('⏳')).collect(),
        sends: sends.collect(),
        state: rows::last_turn(&stage.store(), id).await.1,
    }
}

fn check(case: &Case, peer: &Peer, seen: &Seen) -> Result<(), String> {
    let (ask, _) = case.of(peer.kind);
    let last = seen.answers.last().map_or("", String::as_str);
    if seen.answers.len() != ask.0.len() + case.notes || !ask.1.fits(last) {
        return Err(format!("the screen shows {:?}", seen.answers));
    }
    if seen.file != case.file {
        return Err(format!("with a file: {}", seen.file));
    }
    if seen.state != case.state {
        return Err(format!("the turn is {}", seen.state));
    }
    if let Some(wanted) = case.preview
        && !seen.previews.iter().any(|preview| preview.contains(wanted))
    {
        return Err(format!("the previews were {:?}", seen.previews));
    }
    match seen.sends.iter().find(|sends| **sends != case.sends) {
        Some((sent, reached)) => Err(format!("sent {sent} times, {reached} reached the agent")),
        None => Ok(()),
    }
}
