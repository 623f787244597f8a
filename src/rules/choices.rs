//! Buttons that say something in a person's name: which agent is meant, an example to ask, an
//! agent to talk to from now on.

use crate::config::Route;
use crate::ids::{AgentName, MessageId};
use crate::model::Action;

/// Buttons shown at once; the commands in the text reach the others.
const CHOICES_MAX: usize = 12;
/// Names of agents beside each other.
const IN_LINE: usize = 3;

/// Labels and what they do, line by line.
pub type Lines = Vec<Vec<(String, Action)>>;

/// A button for each agent that a text could go to; it takes the text and is the current one.
pub fn which_agent<'a>(
    routes: impl Iterator<Item = &'a Route>,
    text: &str,
    message: MessageId,
) -> Lines {
    in_lines(routes.map(|route| {
        let ask = Action::Ask {
            command: route.command.to_string(),
            text: text.to_owned(),
            reply_to: Some(message),
            switch: true,
        };
        (route.agent.to_string(), ask)
    }))
}

/// A button for each agent but the current one, to talk to it from then on.
pub fn switches<'a>(routes: impl Iterator<Item = &'a Route>, current: Option<&AgentName>) -> Lines {
    let others = routes.filter(|route| Some(&route.agent) != current);
    in_lines(others.map(|route| {
        let command = route.command.to_string();
        (route.agent.to_string(), Action::Switch { command })
    }))
}

fn in_lines(choices: impl Iterator<Item = (String, Action)>) -> Lines {
    let choices: Vec<_> = choices.take(CHOICES_MAX).collect();
    choices.chunks(IN_LINE).map(<[_]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::config;

    fn labels(lines: &Lines) -> Vec<Vec<&str>> {
        let labels = |line: &Vec<(String, Action)>| -> Vec<usize> { vec![line.len()] };
        assert!(lines.iter().all(|line| labels(line)[0] <= IN_LINE));
        let lines = lines.iter();
        lines
            .map(|line| line.iter().map(|(label, _)| &**label).collect())
            .collect()
    }

    #[test]
    fn each_agent_is_offered_with_the_very_text_and_at_most_a_dozen_of_them() {
        let mut config = config();
        let lines = which_agent(config.routes.iter(), " pods? ", MessageId(41));
        assert_eq!(labels(&lines), [["k8s", "istio", "security"]]);
        let expected = Action::Ask {
            command: "istio".to_owned(),
            text: " pods? ".to_owned(),
            reply_to: Some(MessageId(41)),
            switch: true,
        };
        assert_eq!(lines[0][1].1, expected);
        config.routes = vec![config.routes[0].clone(); 40];
        let lines = which_agent(config.routes.iter(), "pods?", MessageId(41));
        assert_eq!(lines.concat().len(), CHOICES_MAX);
    }

    #[test]
    fn the_current_agent_is_not_offered_to_switch_to() {
        let config = config();
        let lines = switches(config.routes.iter(), Some(&"istio".into()));
        assert_eq!(labels(&lines), [["k8s", "security"]]);
    }
}
