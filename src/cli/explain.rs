//! `switchboard explain`: where one text goes, and why, step by step.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::{ConfigArgs, complain, load, say};
use crate::config::{Approvers, Asked, Config};
use crate::ids::{AgentName, ChatId, Timestamp, TopicId, UserId};
use crate::rules::trial::{NAME, Played, Scene};
use crate::rules::words::steps;

/// What is written, by whom, where.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// What is written; the bot is called @bot in it.
    #[arg(long)]
    text: String,
    /// Who writes it: a name of the configuration, or a numeric Telegram id.
    #[arg(long, value_name = "NAME or ID")]
    person: String,
    /// The id of the group that it is written in; without it, it is private.
    #[arg(long, value_name = "ID", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(..0))]
    chat: Option<i64>,
    /// The topic of the group.
    #[arg(long, value_name = "ID", default_value_t = 0, requires = "chat")]
    topic: i64,
    /// The agent whose message it answers.
    #[arg(long, value_name = "AGENT")]
    reply_to: Option<String>,
    /// The agent that the person has picked there.
    #[arg(long, value_name = "AGENT")]
    current: Option<String>,
    /// Put the bot's name before the text.
    #[arg(long)]
    mention: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn main(args: &ExplainArgs) -> ExitCode {
    let Some((config, _)) = load(&args.config.config) else {
        return ExitCode::FAILURE;
    };
    let asked = match asked(args, &config) {
        Ok(asked) => asked,
        Err(why) => {
            complain(&why);
            return ExitCode::FAILURE;
        }
    };
    let scene = Scene::new(&asked, config.telegram.bot_id(), Timestamp::now());
    let played = scene.play(&config);
    if args.json {
        say(&as_json(&config, &asked, &played).to_string());
    } else {
        for line in lines(&config, &asked, &played) {
            say(&line);
        }
    }
    ExitCode::SUCCESS
}

fn asked(args: &ExplainArgs, config: &Config) -> Result<Asked, String> {
    let text = if args.mention {
        format!("@{NAME} {}", args.text)
    } else {
        args.text.clone()
    };
    Ok(Asked {
        text,
        person: person(config, &args.person)?,
        chat: args.chat.map(ChatId),
        topic: TopicId(args.topic),
        reply_to: agent(config, args.reply_to.as_deref())?,
        current: agent(config, args.current.as_deref())?,
    })
}

/// A person by name, or by an id, which may be a stranger's.
fn person(config: &Config, given: &str) -> Result<UserId, String> {
    let mut names = config.names.iter();
    if let Some((id, _)) = names.find(|(_, name)| *name == given) {
        return Ok(*id);
    }
    let id = given.parse().ok().filter(|id| *id > 0);
    let unknown = || format!("--person: no person is called {given:?}; an id is a positive number");
    id.map(UserId).ok_or_else(unknown)
}

fn agent(config: &Config, given: Option<&str>) -> Result<Option<AgentName>, String> {
    let Some(given) = given else {
        return Ok(None);
    };
    let name = AgentName::from(given);
    if config.agents.contains_key(&name) {
        return Ok(Some(name));
    }
    let known: Vec<_> = config.agents.keys().map(AgentName::as_str).collect();
    let known = known.join(", ");
    Err(format!("no agent is called {given:?}; there are: {known}"))
}

fn lines(config: &Config, asked: &Asked, played: &Played<'_>) -> Vec<String> {
    let who = steps::person(config, asked.person);
    let place = match (asked.chat, asked.topic) {
        (None, _) => "in private".to_owned(),
        (Some(chat), TopicId::NONE) => format!("in {chat}"),
        (Some(chat), topic) => format!("in {chat}, topic {topic}"),
    };
    let mut lines = vec![format!("{:?}, from {who}, {place}", asked.text)];
    let looked = played.steps.iter().enumerate();
    lines.extend(looked.map(|(n, step)| {
        let (at, found) = steps::step(config, step);
        format!("{:>2}. {at:<9} {found}", n + 1)
    }));
    lines.push(format!("==> {}", steps::in_short(played)));
    let Some(route) = played.route().filter(|_| played.allowed() == Some(true)) else {
        return lines;
    };
    if let Some((_, rule)) = played.why() {
        lines.push(format!("allowed     by the rule for a {rule}"));
    }
    let decides = |approvers: &Approvers| steps::people(config, approvers);
    lines.push(format!("approvers   {}", decides(&route.approvers)));
    lines.extend(route.approvals.rules.iter().map(|rule| {
        let tools = rule.tools.join(", ");
        format!("            of {tools}: {}", decides(&rule.approvers))
    }));
    let quotas = &config.limits.quotas;
    lines.push(format!(
        "quotas      a person: {} a minute, {} a day, {} at once",
        quotas.person_per_minute, quotas.person_per_day, quotas.person_at_once
    ));
    lines.push(format!(
        "            the route: {} a minute, {} a day; {} may wait in the conversation",
        route.quotas.per_minute, route.quotas.per_day, route.conversation_waiting_max
    ));
    lines
}

fn as_json(config: &Config, asked: &Asked, played: &Played<'_>) -> Value {
    let looked = played.steps.iter().map(|step| {
        let (at, found) = steps::step(config, step);
        json!({"at": at, "found": found})
    });
    let looked: Vec<Value> = looked.collect();
    let approvers = |it: &Approvers| {
        let people: Vec<i64> = it.people.iter().map(|id| id.0).collect();
        json!({"people": people, "requester": it.requester})
    };
    let route = played.route();
    let open = route.filter(|_| played.allowed() == Some(true));
    let tools = open.map(|route| {
        let rules = route.approvals.rules.iter();
        let rules =
            rules.map(|it| json!({"tools": it.tools, "approvers": approvers(&it.approvers)}));
        rules.collect::<Vec<Value>>()
    });
    let quotas = &config.limits.quotas;
    let quotas = open.map(|route| {
        json!({
            "person_per_minute": quotas.person_per_minute,
            "person_per_day": quotas.person_per_day,
            "person_at_once": quotas.person_at_once,
            "route_per_minute": route.quotas.per_minute,
            "route_per_day": route.quotas.per_day,
            "conversation_waiting_max": route.conversation_waiting_max,
        })
    });
    json!({
        "text": asked.text,
        "person": asked.person.0,
        "chat": asked.chat.map(|chat| chat.0),
        "topic": asked.topic.0,
        "outcome": played.outcome(),
        "route": route.map(|route| &route.command),
        "agent": route.map(|route| route.agent.as_str()),
        "why": played.why().map(|(why, _)| why.word()),
        "allowed": played.allowed(),
        "rule": played.why().map(|(_, rule)| rule),
        "approvers": open.map(|route| approvers(&route.approvers)),
        "approvers_of_tools": tools,
        "quotas": quotas,
        "steps": looked,
    })
}
