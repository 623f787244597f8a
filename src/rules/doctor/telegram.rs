//! The bot at Telegram: its token, what keeps it from being polled, what it sees, the clock.

use std::time::Duration;

use super::{Fault, Finding};
use crate::ids::ChatId;

/// A clock that is further off than this makes fresh messages old and old ones fresh.
const SKEW_MAX_SECS: i64 = 30;

/// Why Telegram has not answered a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The token is not accepted.
    Token,
    /// No connection came about, in these words.
    Unreachable(String),
    /// Anything else, in these words.
    Other(String),
}

impl NoAnswer {
    fn words(&self) -> &str {
        match self {
            Self::Token => "the bot token is not accepted",
            Self::Unreachable(said) | Self::Other(said) => said,
        }
    }
}

/// Whether another process was seen to poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Nobody looked: our own bot runs on this store, and it is the one that polls. It tells at its
    /// operations port whether another one does; none: it has no port, or does not answer there.
    OwnBotRuns(Option<bool>),
    /// Nobody looked: to look, one has to poll, which interrupts a bot that runs elsewhere.
    NotAsked,
    /// Nobody took over within this time.
    Nobody(Duration),
    /// Updates wait, so that both would get them without any conflict.
    UpdatesWait,
    /// Another process took over.
    Another,
    /// It could not be asked.
    Failed(NoAnswer),
}

/// What was seen of the bot at Telegram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelegramFacts {
    /// The bot's name, and how long Telegram took to tell it.
    pub me: Result<(String, Duration), NoAnswer>,
    /// Whether it gets everything in groups (privacy mode off).
    pub reads_all: bool,
    /// The groups in which the configuration has it listen to everything, and whether it is an
    /// admin there; none: that could not be told.
    pub listens_in: Vec<(ChatId, Option<bool>)>,
    /// Whether a webhook is set, and how many updates wait.
    pub webhook: Result<(bool, i64), NoAnswer>,
    /// Whether one was removed just now.
    pub webhook_removed: bool,
    /// Whether somebody else polls.
    pub poller: Looked,
    /// How far Telegram's clock is ahead of ours, in seconds, if it tells.
    pub clock_ahead: Option<i64>,
    /// Whether a proxy is on the way.
    pub proxy: bool,
}

/// All about the bot at Telegram; only that it does not answer, if it does not.
#[must_use]
pub fn telegram(facts: &TelegramFacts) -> Vec<Finding> {
    let (name, took) = match &facts.me {
        Ok(me) => me,
        Err(why) => return vec![no_answer(why, facts.proxy)],
    };
    let way = if facts.proxy {
        ", through the proxy"
    } else {
        ""
    };
    let found = format!("@{name}, in {} ms{way}", took.as_millis());
    let mut findings = vec![Finding::fine("token", found), webhook(facts)];
    if !matches!(facts.webhook, Ok((true, _))) {
        findings.push(poller(&facts.poller));
    }
    findings.push(privacy(facts));
    findings.push(clock(facts.clock_ahead));
    findings
}

fn no_answer(why: &NoAnswer, proxy: bool) -> Finding {
    match why {
        NoAnswer::Token => Finding::wrong(
            "token",
            Fault::TokenRefused,
            why.words(),
            "ask @BotFather for it (/token), and put it where token_env or token_file says",
        ),
        NoAnswer::Unreachable(said) if proxy => Finding::wrong(
            "telegram",
            Fault::TelegramProxy,
            said,
            "mind proxy of [telegram], and whether it lets CONNECT through to Telegram",
        ),
        NoAnswer::Unreachable(said) => Finding::wrong(
            "telegram",
            Fault::TelegramUnreachable,
            said,
            "mind api_url, DNS, and whether the network lets this pod out",
        ),
        NoAnswer::Other(said) => Finding::wrong(
            "telegram",
            Fault::TelegramOdd,
            said,
            "mind api_url and proxy of [telegram]; else wait, the bot tries again by itself",
        ),
    }
}

fn webhook(facts: &TelegramFacts) -> Finding {
    match &facts.webhook {
        Ok((true, _)) => Finding::wrong(
            "webhook",
            Fault::Webhook,
            "one is set: no poll works",
            "switchboard doctor --delete-webhook removes it; what waits stays",
        ),
        Ok((false, waiting)) => {
            let removed = if facts.webhook_removed {
                "removed"
            } else {
                "none"
            };
            Finding::fine(
                "webhook",
                format!("{removed}; updates that wait: {waiting}"),
            )
        }
        Err(why) => {
            let fault = Fault::WebhookUnknown;
            Finding::warning("webhook", fault, why.words(), "run it again")
        }
    }
}

fn poller(looked: &Looked) -> Finding {
    const CHECK: &str = "poller";
    match looked {
        Looked::OwnBotRuns(None) => Finding::fine(
            CHECK,
            "our own bot polls; a second one would show in its log: another process polls",
        ),
        Looked::OwnBotRuns(Some(false)) => {
            Finding::fine(CHECK, "our own bot polls, and says that it is alone")
        }
        Looked::OwnBotRuns(Some(true)) => Finding::wrong(
            CHECK,
            Fault::OtherPoller,
            "our own bot polls, and says that another process does so with this token",
            "find that process and end it, or have @BotFather /revoke the token",
        ),
        Looked::NotAsked => Finding::fine(
            CHECK,
            "not looked for: --look 10 does, and keeps a bot that runs elsewhere from polling \
             for a minute",
        ),
        Looked::Nobody(time) => {
            let secs = time.as_secs();
            Finding::fine(CHECK, format!("no other within {secs} s"))
        }
        Looked::UpdatesWait => Finding::fine(
            CHECK,
            "cannot be seen while updates wait: two would get the same ones",
        ),
        Looked::Another => Finding::wrong(
            CHECK,
            Fault::OtherPoller,
            "another process polls with this token",
            "if it is not your own bot, end it, or have @BotFather /revoke the token",
        ),
        Looked::Failed(why) => {
            Finding::warning(CHECK, Fault::PollerUnknown, why.words(), "run it again")
        }
    }
}

fn privacy(facts: &TelegramFacts) -> Finding {
    const CHECK: &str = "privacy";
    if facts.listens_in.is_empty() {
        return Finding::fine(CHECK, "no group in which it has to hear everything");
    }
    if facts.reads_all {
        return Finding::fine(CHECK, "off: it hears everything in groups");
    }
    let chats = |admin: Option<bool>| {
        let these = facts.listens_in.iter().filter(|(_, is)| *is == admin);
        let these: Vec<String> = these.map(|(chat, _)| chat.to_string()).collect();
        these.join(", ")
    };
    let deaf = chats(Some(false));
    if !deaf.is_empty() {
        return Finding::wrong(
            CHECK,
            Fault::Privacy,
            format!("on, although listen = \"all\" in {deaf}"),
            "make the bot an admin there; or /setprivacy, Disable, at @BotFather, and then add \
             it to the group again",
        );
    }
    let unknown = chats(None);
    if unknown.is_empty() {
        return Finding::fine(CHECK, "on, but it is an admin where it listens to all");
    }
    Finding::fine(
        CHECK,
        format!("on; whether it is an admin of {unknown} is not known"),
    )
}

fn clock(ahead: Option<i64>) -> Finding {
    const CHECK: &str = "clock";
    match ahead {
        None => Finding::fine(CHECK, "Telegram does not tell its own"),
        Some(secs) if secs.abs() <= SKEW_MAX_SECS => {
            Finding::fine(CHECK, format!("within {SKEW_MAX_SECS} s of Telegram's"))
        }
        Some(secs) => {
            let way = if secs > 0 { "behind" } else { "ahead of" };
            let secs = secs.unsigned_abs();
            Finding::warning(
                CHECK,
                Fault::Clock,
                format!("ours is {secs} s {way} Telegram's"),
                "set this machine's clock (NTP): old messages and expiries go by it",
            )
        }
    }
}
