//! What people see of the agents: each with its state, what it is for, and questions to begin
//! with. What the configuration says comes first, then what the agent's card says of itself.

use std::borrow::Cow;

use super::card::Shown;
use super::choices::{self, Lines};
use super::status::Seen;
use crate::config::{Route, default_description};
use crate::ids::AgentName;
use crate::model::Action;
use crate::rules::words;

/// Examples that are shown below one another.
const EXAMPLES_MAX: usize = 8;
/// Examples of each agent beside those of others.
const BESIDE_MAX: usize = 2;

/// An agent, as it is at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: AgentName,
    /// Whether it answers.
    pub health: Seen,
    /// What may be shown of its card.
    pub card: Shown,
}

/// The one of these that a route leads to.
#[must_use]
pub fn of<'d>(described: &'d [Described], route: &Route) -> Option<&'d Described> {
    described.iter().find(|agent| agent.name == route.agent)
}

/// What a route is for: as the configuration says, else as the agent's card says.
#[must_use]
pub fn description<'a>(route: &'a Route, agent: Option<&'a Described>) -> Cow<'a, str> {
    let said = agent.and_then(|agent| agent.card.description.as_deref());
    match said {
        Some(said) if route.description == default_description(&route.agent) => said.into(),
        _ => route.description.as_str().into(),
    }
}

/// The questions to begin with: those of the route, then those of its agent's card.
#[must_use]
pub fn examples(route: &Route, agent: Option<&Described>) -> Vec<String> {
    let of_card = agent.into_iter().flat_map(|agent| &agent.card.examples);
    let mut examples: Vec<String> = Vec::new();
    for text in route.examples.iter().chain(of_card) {
        if examples.len() < EXAMPLES_MAX && !examples.contains(text) {
            examples.push(text.clone());
        }
    }
    examples
}

/// A button for each example of a route.
#[must_use]
pub fn example_buttons(route: &Route, agent: Option<&Described>) -> Lines {
    let examples = examples(route, agent).into_iter();
    let line = |text: String| vec![(words::question(&text), ask(route, text))];
    examples.map(line).collect()
}

/// The buttons below `/agents`: to switch, then some examples of each.
pub fn buttons<'a>(
    routes: impl Iterator<Item = &'a Route> + Clone,
    described: &[Described],
    current: Option<&AgentName>,
) -> Lines {
    let mut lines = choices::switches(routes.clone(), current);
    let alone = routes.clone().count() == 1;
    let each = if alone { EXAMPLES_MAX } else { BESIDE_MAX };
    let of_each = routes.flat_map(|route| {
        let texts = examples(route, of(described, route)).into_iter().take(each);
        texts.map(move |text| (route, text))
    });
    lines.extend(of_each.take(EXAMPLES_MAX).map(|(route, text)| {
        let label = if alone {
            words::question(&text)
        } else {
            words::question(&format!("{}: {text}", route.command))
        };
        vec![(label, ask(route, text))]
    }));
    lines
}

fn ask(route: &Route, text: String) -> Action {
    Action::Ask {
        command: route.command.to_string(),
        text,
        reply_to: None,
        switch: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::config;

    fn described(description: &str, examples: &[&str]) -> Described {
        let examples = examples.iter().map(|text| (*text).to_owned());
        Described {
            name: "k8s".into(),
            health: Seen::Up,
            card: Shown {
                name: None,
                description: Some(description.to_owned()),
                examples: examples.collect(),
            },
        }
    }

    #[test]
    fn an_example_is_asked_whole_however_short_its_label_is() {
        let mut route = config().routes[0].clone();
        let long = "why is the checkout service so slow since this morning?".to_owned();
        route.examples = vec![long.clone(), "pods?".to_owned()];
        let lines = example_buttons(&route, None);
        assert_eq!(lines.len(), 2);
        assert!(lines[0][0].0.chars().count() <= 41, "{lines:?}");
        assert!(matches!(&lines[0][0].1, Action::Ask { text, switch: false, .. } if *text == long));
    }

    #[test]
    fn the_configuration_speaks_before_the_card() {
        let mut route = config().routes[0].clone();
        let agent = described("Looks at pods", &["What pods are failing?", "nodes?"]);
        assert_eq!(
            description(&route, Some(&agent)),
            "Pods, nodes, logs, events"
        );
        let both = ["What pods are failing?", "nodes?"];
        assert_eq!(examples(&route, Some(&agent)), both);
        route.description = default_description(&route.agent);
        route.examples.clear();
        assert_eq!(description(&route, Some(&agent)), "Looks at pods");
        assert_eq!(description(&route, None), "Talk to k8s");
        assert_eq!(examples(&route, None), Vec::<String>::new());
    }

    #[test]
    fn an_example_of_several_agents_says_whose_it_is_and_there_are_not_too_many() {
        let config = config();
        let agent = described("", &["nodes?", "logs?", "events?"]);
        let lines = buttons(config.routes.iter(), std::slice::from_ref(&agent), None);
        let labels: Vec<&str> = lines[1..].iter().map(|line| &*line[0].0).collect();
        assert_eq!(labels, ["k8s: What pods are failing?", "k8s: nodes?"]);
        let asked = &lines[2][0].1;
        assert!(matches!(asked, Action::Ask { text, command, .. }
            if text == "nodes?" && command == "k8s"));
        let alone = buttons(config.routes[..1].iter(), &[agent], Some(&"k8s".into()));
        let labels: Vec<&str> = alone.iter().map(|line| &*line[0].0).collect();
        assert_eq!(
            labels,
            ["What pods are failing?", "nodes?", "logs?", "events?"]
        );
    }
}
