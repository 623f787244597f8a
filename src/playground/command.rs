//! A typed line → what is meant by it. Pure.

use std::path::PathBuf;

use switchboard_emulators::bot_api::UserId;

/// The commands of the playground itself.
pub(super) const HELP: &str = "\
:as 1002 Bob  act as somebody who is not on the list
:as 1001      be yourself again
:chat group   write in a group with the bot
:chat private go back
:photo why?   send a photo with these words, or none, beneath it
:file a.yaml  send this file of yours
:edit pods?   change what you said last
1             press the button [1], as :1 does
:down k8s     take an agent down; :up k8s brings it back
:quit         leave, as Ctrl-D does
All else is said to the bot. Its own help is /help.";

/// What a line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Nothing.
    Nothing,
    /// It is said to the bot.
    Say(String),
    /// The local help.
    Help,
    /// A photo is sent, with a caption.
    Photo(String),
    /// A file is sent.
    File(PathBuf),
    /// The last message is changed to this.
    Edit(String),
    /// Somebody else acts, with a name if one was given.
    As(UserId, Option<String>),
    /// It goes on in the group, or in private.
    Chat { group: bool },
    /// An agent goes down, or comes up.
    Agent { name: String, up: bool },
    /// A button is pressed.
    Press(usize),
    /// The end.
    Quit,
    /// Not understood; the text says what would be.
    Wrong(String),
}

impl Command {
    /// Reads a line.
    pub fn read(line: &str) -> Self {
        let line = line.trim();
        let Some(command) = line.strip_prefix(':') else {
            return match line {
                "" => Self::Nothing,
                line => Self::Say(line.to_owned()),
            };
        };
        let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
        let rest = rest.trim();
        let number = word.parse().ok();
        match (word, number) {
            (_, Some(number)) => Self::Press(number),
            ("press", _) => rest.parse().map_or_else(
                |_| Self::Wrong("Write :press and the number of a button, such as :press 1".into()),
                Self::Press,
            ),
            ("help" | "h" | "?", _) => Self::Help,
            ("quit" | "q" | "exit", _) => Self::Quit,
            ("as", _) => act_as(rest),
            ("chat", _) => match rest {
                "group" => Self::Chat { group: true },
                "private" => Self::Chat { group: false },
                _ => Self::Wrong("Write :chat group or :chat private".into()),
            },
            ("photo", _) => Self::Photo(rest.to_owned()),
            ("file", _) if rest.is_empty() => {
                Self::Wrong("Write :file and a path, such as :file pods.yaml".into())
            }
            ("file", _) => Self::File(rest.into()),
            ("edit", _) => Self::Edit(rest.to_owned()),
            ("down" | "up", _) => Self::Agent {
                name: rest.to_owned(),
                up: word == "up",
            },
            _ => Self::Wrong(format!(
                "There is no :{word} here. :help shows what there is"
            )),
        }
    }
}

fn act_as(rest: &str) -> Command {
    let (id, name) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = name.trim();
    match id.parse() {
        Ok(id) if id > 0 => Command::As(id, (!name.is_empty()).then(|| name.to_owned())),
        _ => Command::Wrong("Write :as, a number and a name, such as :as 1002 Bob".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read() {
        let named = Some("Bob Ross".to_owned());
        let agent = |up| Command::Agent {
            name: "k8s".into(),
            up,
        };
        for (line, meant) in [
            ("  ", Command::Nothing),
            (" /k8s list pods ", Command::Say("/k8s list pods".into())),
            (":as 1002  Bob Ross", Command::As(1002, named)),
            (":as 1001", Command::As(1001, None)),
            (":chat group", Command::Chat { group: true }),
            (":chat private", Command::Chat { group: false }),
            (":down k8s", agent(false)),
            (":up k8s", agent(true)),
            (":photo", Command::Photo(String::new())),
            (":photo what is it?", Command::Photo("what is it?".into())),
            (":file a b.yaml", Command::File("a b.yaml".into())),
            (":edit nodes", Command::Edit("nodes".into())),
            (":12", Command::Press(12)),
            (":press 1", Command::Press(1)),
            (":help", Command::Help),
            (":quit", Command::Quit),
        ] {
            assert_eq!(Command::read(line), meant, "{line}");
        }
    }

    #[test]
    fn a_line_that_is_not_understood_says_what_would_be() {
        for line in [
            ":file", ":as", ":as Bob", ":as -1", ":chat", ":press", ":press x", ":nope", ":",
        ] {
            let meant = Command::read(line);
            assert!(matches!(meant, Command::Wrong(_)), "{line}: {meant:?}");
        }
    }
}
