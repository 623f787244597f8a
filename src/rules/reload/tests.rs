//! What each change means, as a table.

use super::*;
use crate::a2a::{Header, Source};
use crate::rules::testing::config;

type Edit = fn(&mut Config);

/// Names in brackets: added, changed, gone; then what waits; `same` where nothing is different.
fn told(edit: Edit) -> String {
    let old = config();
    let mut new = old.clone();
    edit(&mut new);
    let (next, difference) = after(&old, new);
    let Difference {
        any,
        added,
        changed,
        gone,
        restart,
    } = difference;
    let (again, rest) = after(&old, next);
    assert_eq!(
        rest.restart,
        Vec::<&str>::new(),
        "what waits is not in force"
    );
    assert_eq!(
        again.digest() != old.digest() || again.agents != old.agents,
        any
    );
    let list = |names: Vec<AgentName>| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.join(" ")
    };
    let (added, changed, gone) = (list(added), list(changed), list(gone));
    let any = if any { "other" } else { "same" };
    format!(
        "{any} +[{added}] ~[{changed}] -[{gone}] {}",
        restart.join(", ")
    )
}

fn first(config: &mut Config) -> &mut crate::config::Agent {
    let first = config.agents.values_mut().next();
    first.unwrap()
}

/// A route to the first agent.
fn first_route(config: &mut Config) -> &mut crate::config::Route {
    let name = config.agents.keys().next().unwrap().clone();
    let mut routes = config.routes.iter_mut();
    routes.find(|route| route.agent == name).unwrap()
}

fn url(text: &str) -> url::Url {
    text.parse().unwrap()
}

#[test]
fn each_change_is_live_or_waits_for_a_restart() {
    let old = config();
    let name = old.agents.keys().next().unwrap();
    let live = format!("other +[] ~[{name}] -[] ");
    let other = "other +[] ~[] -[] ".to_owned();
    let waits = |key: &str| format!("same +[] ~[] -[] {key}");
    let table: Vec<(&str, Edit, String)> = vec![
        ("nothing", |_| {}, "same +[] ~[] -[] ".into()),
        ("a right", |c| c.routes[0].allow.clear(), other.clone()),
        ("a route", |c| c.routes.truncate(1), other.clone()),
        ("an admin", |c| c.admins.clear(), other.clone()),
        ("a limit", |c| c.limits.chat_burst += 1, other.clone()),
        ("the grace", |c| c.grace *= 2, other.clone()),
        (
            "the filter",
            |c| c.log.filter.push_str(",x=debug"),
            other.clone(),
        ),
        ("what is kept", |c| c.store.keep_text *= 2, other.clone()),
        ("a poll", |c| c.telegram.poll_timeout /= 2, other),
        (
            "an address",
            |c| first(c).url = url("http://b.example/"),
            live.clone(),
        ),
        ("a wait", |c| first(c).look_after /= 2, live.clone()),
        (
            "a longer turn",
            |c| first_route(c).total_timeout *= 2,
            live.clone(),
        ),
        (
            "a header whose value no digest shows",
            |c| {
                let source = Source::Fixed("b".to_owned().into());
                let (name, prefix) = ("x-team".to_owned(), String::new());
                first(c).headers = vec![Header {
                    name,
                    prefix,
                    source,
                }];
            },
            live,
        ),
        (
            "the token",
            |c| c.telegram.token = "7:another-token-another-token".to_owned().into(),
            waits("telegram.token_env, token_file"),
        ),
        (
            "the server",
            |c| c.telegram.api_url = url("http://b.example/"),
            waits("telegram.api_url"),
        ),
        (
            "the proxy",
            |c| c.telegram.proxy = Some("http://b.example/".into()),
            waits("telegram.proxy"),
        ),
        (
            "the authorities",
            |c| c.telegram.ca_file = Some("b.pem".into()),
            waits("telegram.ca_file"),
        ),
        (
            "the store",
            |c| c.store.path = "b.db".into(),
            waits("store.url"),
        ),
        (
            "the port",
            |c| c.ops.listen = "127.0.0.1:1".parse().ok(),
            waits("ops.listen"),
        ),
        (
            "the health file",
            |c| c.ops.health_file = Some("/tmp/health".into()),
            waits("ops.health_file"),
        ),
        (
            "the log",
            |c| c.log.format = crate::config::LogFormat::Json,
            waits("log.format"),
        ),
    ];
    for (what, edit, expected) in table {
        assert_eq!(told(edit), expected, "{what}");
    }
}

#[test]
fn of_two_headers_with_the_same_name_the_value_counts() {
    let with = |value: &str| {
        let mut config = config();
        let source = Source::Fixed(value.to_owned().into());
        let (name, prefix) = ("x-team".to_owned(), String::new());
        first(&mut config).headers = vec![Header {
            name,
            prefix,
            source,
        }];
        config
    };
    let (old, new) = (with("a"), with("b"));
    assert_eq!(old.digest(), new.digest(), "or this shows nothing");
    assert!(after(&old, new).1.any);
    assert!(!after(&old, with("a")).1.any);
}

#[test]
fn agents_come_and_go_by_name() {
    let old = config();
    let mut new = old.clone();
    let (name, agent) = new.agents.pop_first().unwrap();
    new.agents.insert("fresh".into(), agent);
    let (next, difference) = after(&old, new);
    assert_eq!(difference.added, ["fresh".into()]);
    assert_eq!(difference.gone, [name]);
    assert_eq!(difference.changed, []);
    assert!(next.agents.contains_key(&AgentName::from("fresh")));
}
