//! What is seen of the bot at Telegram, and of those whom it has to write to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::Instant;

use super::own;
use crate::app::telegram_settings;
use crate::config::{Allow, Config, Listen};
use crate::ids::ChatId;
use crate::rules::doctor::{self, ChatFacts, Finding, Looked, NoAnswer, Role, TelegramFacts};
use crate::telegram::{BotApi, TelegramError};

/// Chats that are asked about at once.
const AT_ONCE: usize = 4;
/// Chats that are asked about at all.
const CHATS_MAX: usize = 300;

/// How to look.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub delete_webhook: bool,
    /// How long to look for another poller, in seconds.
    pub look: Option<u8>,
    pub own_bot_runs: bool,
}

/// All about Telegram and about people.
pub(super) async fn look(config: &Config, how: How) -> Vec<Finding> {
    let api = match BotApi::new(&telegram_settings(config)) {
        Ok(api) => api,
        Err(why) => {
            let me = Err(NoAnswer::Other(why.to_string()));
            return doctor::telegram(&nothing(config, me));
        }
    };
    let facts = bot(&api, config, how).await;
    let mut findings = doctor::telegram(&facts);
    if facts.me.is_ok() {
        let (chats, left_out) = chats(&api, config).await;
        findings.extend(doctor::people(&chats, left_out));
    }
    findings
}

fn nothing(config: &Config, me: Result<(String, Duration), NoAnswer>) -> TelegramFacts {
    TelegramFacts {
        me,
        reads_all: false,
        listens_in: Vec::new(),
        webhook: Ok((false, 0)),
        webhook_removed: false,
        poller: Looked::NotAsked,
        clock_ahead: None,
        proxy: config.telegram.proxy.is_some(),
    }
}

async fn bot(api: &BotApi, config: &Config, how: How) -> TelegramFacts {
    let begun = Instant::now();
    let me = match api.get_me().await {
        Ok(me) => me,
        Err(error) => return nothing(config, Err(told(&error))),
    };
    let took = begun.elapsed();
    let mut facts = nothing(config, Ok((me.username, took)));
    facts.reads_all = me.can_read_all_group_messages;
    let all = config
        .chats
        .iter()
        .filter(|(_, it)| it.listen == Listen::All);
    for (group, _) in all {
        facts
            .listens_in
            .push((*group, api.is_admin_of(*group).await.ok()));
    }
    if how.delete_webhook && api.webhook().await.is_ok_and(|it| it.set) {
        facts.webhook_removed = api.delete_webhook().await.is_ok();
    }
    let webhook = api.webhook().await;
    facts.webhook = webhook
        .map(|it| (it.set, it.waiting))
        .map_err(|error| told(&error));
    facts.poller = if how.own_bot_runs {
        Looked::OwnBotRuns(own::sees_another(config.ops.listen).await)
    } else {
        poller(api, how.look).await
    };
    facts.clock_ahead = clock_ahead(api).await;
    facts
}

/// Polls without an offset, which confirms nothing. While it waits, another one that polls takes
/// over: the Bot API ends the older poll with a conflict.
async fn poller(api: &BotApi, look: Option<u8>) -> Looked {
    let Some(secs) = look else {
        return Looked::NotAsked;
    };
    let time = Duration::from_secs(secs.into());
    let begun = Instant::now();
    loop {
        let left = time.saturating_sub(begun.elapsed());
        match api.get_updates(None, left, 1).await {
            Err(TelegramError::Conflict { webhook: false }) => return Looked::Another,
            Err(error) => return Looked::Failed(told(&error)),
            Ok(updates) if !updates.is_empty() => return Looked::UpdatesWait,
            // Seconds count on the wire: what is left of one is not worth a poll.
            Ok(_) if begun.elapsed() + Duration::from_secs(1) > time => {
                return Looked::Nobody(time);
            }
            Ok(_) => {}
        }
    }
}

/// How far the clock of Telegram is ahead, in whole seconds.
async fn clock_ahead(api: &BotApi) -> Option<i64> {
    let there = api.time_there().await.ok()??;
    let secs = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok()
    };
    Some(secs(there)? - secs(SystemTime::now())?)
}

/// Everybody and every group that the configuration names, those first that matter most, and how
/// many were left out.
async fn chats(api: &BotApi, config: &Config) -> (Vec<ChatFacts>, usize) {
    let named = named(config);
    let left_out = named.len().saturating_sub(CHATS_MAX);
    let each = named
        .into_iter()
        .take(CHATS_MAX)
        .map(|(chat, role)| async move {
            let reached = match api.knows_chat(chat).await {
                Ok(()) => Some(true),
                // A group that has moved is not there any more, either.
                Err(
                    TelegramError::BadRequest(_)
                    | TelegramError::Forbidden(_)
                    | TelegramError::Migrated(_),
                ) => Some(false),
                Err(_) => None,
            };
            let name = config.called(crate::ids::UserId(chat.0));
            ChatFacts {
                chat,
                name,
                role,
                reached,
            }
        });
    (
        stream::iter(each).buffered(AT_ONCE).collect().await,
        left_out,
    )
}

fn named(config: &Config) -> Vec<(ChatId, Role)> {
    let mut known: BTreeMap<ChatId, Role> = BTreeMap::new();
    let mut add = |id: i64, role: Role| {
        let role = if id < 0 { Role::Group } else { role };
        let first = known.entry(ChatId(id)).or_insert(role);
        *first = (*first).min(role);
    };
    for admin in &config.admins {
        add(admin.0, Role::Admin);
    }
    for route in &config.routes {
        let rules = route.approvals.rules.iter().map(|rule| &rule.approvers);
        for approvers in rules.chain([&route.approvers]) {
            for person in &approvers.people {
                add(person.0, Role::Approver);
            }
        }
        for allowed in &route.allow {
            match allowed {
                Allow::Person(person) => add(person.0, Role::Person),
                Allow::Chat(chat) => add(chat.0, Role::Group),
            }
        }
        if let Some(chat) = route.approvals.chat {
            add(chat.0, Role::Approver);
        }
    }
    if let Some(chat) = config.admin_chat {
        add(chat.0, Role::Admin);
    }
    for chat in config.chats.keys() {
        add(chat.0, Role::Group);
    }
    let sorted: BTreeSet<(Role, ChatId)> = known.into_iter().map(|(id, role)| (role, id)).collect();
    sorted.into_iter().map(|(role, id)| (id, role)).collect()
}

fn told(error: &TelegramError) -> NoAnswer {
    match error {
        TelegramError::Unauthorized => NoAnswer::Token,
        TelegramError::NotSent(_) => NoAnswer::Unreachable(error.to_string()),
        _ => NoAnswer::Other(error.to_string()),
    }
}
