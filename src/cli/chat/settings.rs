//! The settings of a bot → those of a chat with one of its agents. Pure.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::json;
use url::Url;

use super::YOU;
use crate::config::{
    self, Allow, Approvers, Config, ConfigError, Environment, Flavor, LongAnswer, Route,
};
use crate::ids::AgentName;

/// What grows shows at once and all the time: nobody's phone buzzes, and nothing is paid for.
const AT_ONCE: Duration = Duration::from_millis(300);
/// The time to stop: what still runs is stopped before, so that little is left.
const GRACE: Duration = Duration::from_secs(5);
/// Messages and edits a second; a terminal has none of Telegram's limits.
const PACE: u32 = 1000;

/// The settings of an agent that no configuration has to name: plain ones, with a route to it.
pub(super) fn of_url(agent: &str, url: &Url, flavor: Flavor) -> Result<Config, ConfigError> {
    let flavor = match flavor {
        Flavor::Kagent => "kagent",
        Flavor::A2a => "a2a",
    };
    // What JSON can say as a string or a key means the same in TOML.
    let (agent, url) = (json!(agent), json!(url));
    let text = format!(
        "[telegram]\n[store]\nurl = \"sqlite://none.db\"\n\
         [agents.{agent}]\nurl = {url}\nflavor = \"{flavor}\"\n\
         [[routes]]\ncommand = \"chat\"\nagent = {agent}\nallow = [{YOU}]\n"
    );
    let env = config::without_telegram(Environment::new());
    config::parse("--url", text, &env)
}

/// Everything goes to this agent, asked by the person at the terminal, who decides what it asks.
/// Of the routes the first one to it holds, with its prefix, its waits and what it masks.
pub(super) fn only(mut config: Config, agent: &str) -> anyhow::Result<(Config, AgentName)> {
    let mut route = route_to(&config, agent)?;
    let name = route.agent.clone();
    route.default = true;
    route.allow = vec![Allow::Person(YOU)];
    route.approvers = Approvers {
        people: Vec::new(),
        requester: true,
    };
    route.approvals.rules.clear();
    route.approvals.chat = None;
    config.routes = vec![route];
    config.agents.retain(|known, _| *known == name);
    config.admins.clear();
    config.admin_chat = None;
    config.chats.clear();
    config.groups.clear();
    config.names = [(YOU, "you".to_owned())].into();
    like_a_terminal(&mut config);
    Ok((config, name))
}

/// By the agent's name, else by a command.
fn route_to(config: &Config, agent: &str) -> anyhow::Result<Route> {
    let name = AgentName::from(agent);
    let to_it = config.routes.iter().find(|route| route.agent == name);
    if config.agents.contains_key(&name) {
        let route = to_it.with_context(|| {
            format!("no route leads to {agent}: add a [[routes]] with agent = \"{agent}\"")
        })?;
        return Ok(route.clone());
    }
    let by_command = config.routes.iter().find(|route| route.answers_to(agent));
    let Some(route) = by_command else {
        let known: Vec<_> = config.agents.keys().map(AgentName::as_str).collect();
        bail!(
            "no agent is called {agent:?}; there are: {}. One that the configuration does not have \
             is reached with --url",
            known.join(", ")
        );
    };
    Ok(route.clone())
}

fn like_a_terminal(config: &mut Config) {
    config.grace = GRACE;
    config.limits.chat_per_second = f64::from(PACE);
    config.limits.chat_burst = PACE;
    config.limits.global_per_second = PACE;
    config.chat.long_answer = LongAnswer::Chunks;
    // A line is whole: no app has split it.
    config.chat.paste_parts_max = 1;
    config.chat.placeholder_after = AT_ONCE;
    config.chat.preview_every_private = AT_ONCE;
    // The answer takes the place of what has grown, however late.
    config.chat.notify_after = Duration::MAX;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Config {
        let head = "[telegram]\ntoken_env = \"NOT_SET\"\n[store]\nurl = \"sqlite://x.db\"\n";
        let env = config::without_telegram(Environment::new());
        config::parse("test", format!("{text}{head}"), &env).unwrap()
    }

    const TEAM: &str = "admins = [5]\nagents.k8s.url = \"http://k8s/\"\n\
        agents.web.url = \"http://web/\"\nagents.none.url = \"http://none/\"\n\
        routes = [{command = \"pods\", agent = \"k8s\", allow = [5], approvers = [6], prefix = \"Be short.\"},\
        {command = \"www\", agent = \"web\", default = true, scope = \"chat\"}]\n";

    #[test]
    fn whoever_is_at_the_terminal_asks_and_decides_and_nobody_else_is_told_anything() {
        for called in ["k8s", "pods"] {
            let (config, name) = only(of(TEAM), called).unwrap();
            assert_eq!(name, AgentName::from("k8s"));
            let [route] = &config.routes[..] else {
                panic!("{:?}", config.routes)
            };
            assert_eq!(route.allow, [Allow::Person(YOU)]);
            assert!(route.approvers.requester && route.approvers.people.is_empty());
            assert_eq!(route.prefix.as_deref(), Some("Be short."));
            assert!(route.default && config.admins.is_empty());
            assert_eq!(config.agents.len(), 1);
        }
    }

    #[test]
    fn who_cannot_be_talked_to_is_said_with_those_who_can() {
        for (called, said) in [
            (
                "pod",
                "no agent is called \"pod\"; there are: k8s, none, web",
            ),
            ("none", "no route leads to none"),
        ] {
            let why = only(of(TEAM), called).unwrap_err().to_string();
            assert!(why.starts_with(said), "{why}");
        }
    }

    #[test]
    fn an_address_is_enough() {
        let url = Url::parse("http://new.example/a?b=\"c").unwrap();
        let config = of_url("new-one", &url, Flavor::Kagent).unwrap();
        let (config, name) = only(config, "new-one").unwrap();
        assert_eq!(config.agents[&name].url, url);
        assert_eq!(config.agents[&name].flavor, Flavor::Kagent);
        let why = of_url("New one", &url, Flavor::A2a).unwrap_err();
        assert!(why.to_string().contains("an agent's name is"), "{why}");
    }
}
