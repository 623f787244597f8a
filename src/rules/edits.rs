//! What an edited message makes of the question that it was part of.

use crate::config::Config;
use crate::ids::AgentName;
use crate::model::Piece;
use crate::rules::command::{self, Parsed};
use crate::rules::route::{Me, route_of, without_name};
use crate::telegram::Incoming;

/// What an edit asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// The same agent, with this piece in the place of the old one.
    Changed(Piece),
    /// The same agent with the same words: nothing that it would notice.
    Same,
    /// Another agent, or nothing that this one could be asked. An edit cannot do that: the old
    /// words may be on their way.
    Elsewhere,
}

/// What was known of the message before its edit.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// The piece that it was.
    pub piece: &'a Piece,
    /// Whether it opened its turn.
    pub first: bool,
    /// The agent that the turn is for.
    pub agent: &'a AgentName,
    /// The agent that plain text of its writer goes to now.
    pub expected: Option<&'a AgentName>,
}

/// Reads an edited message. Plain text stays with the agent that it went to; only where a command
/// stood before does its absence mean the agent that plain text goes to.
#[must_use]
pub fn read(config: &Config, me: &Me, message: &Incoming, before: Before<'_>) -> Edited {
    let written = message.text.as_deref().unwrap_or_default();
    let text = match command::parse(without_name(written, me), &me.username) {
        Parsed::Command { name, rest } => {
            let route = route_of(config, &name).filter(|_| before.first);
            match route {
                Some(route) if route.agent == *before.agent => rest,
                _ => return Edited::Elsewhere,
            }
        }
        Parsed::OtherBot => return Edited::Elsewhere,
        Parsed::Text(_) if before.piece.by_command && before.expected != Some(before.agent) => {
            return Edited::Elsewhere;
        }
        Parsed::Text(text) => text.trim(),
    };
    let unknown_media = message.media.is_some() && message.file.is_none();
    if unknown_media || text.is_empty() && message.file.is_none() {
        return Edited::Elsewhere;
    }
    let piece = Piece {
        text: text.to_owned(),
        file: message.file.clone(),
        ..before.piece.clone()
    };
    if piece == *before.piece {
        return Edited::Same;
    }
    Edited::Changed(piece)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ChatId, MessageId};
    use crate::rules::testing::{ANNA, config, file, me, message};

    /// What becomes of a question to k8s; `was` and `is` are what was written, and `expected` is
    /// where plain text goes.
    fn check(was: &str, is: &str, expected: &str, becomes: &str) {
        let (by_command, text) = match was.strip_prefix("/k8s ") {
            Some(text) => (true, text),
            None => (false, was),
        };
        let piece = Piece {
            by_command,
            ..Piece::plain(MessageId(1), text.to_owned())
        };
        let (agent, expected) = ("k8s".into(), expected.into());
        let before = Before {
            piece: &piece,
            first: true,
            agent: &agent,
            expected: Some(&expected),
        };
        let incoming = message(ANNA, ChatId(ANNA.0), is);
        let found = match read(&config(), &me(), &incoming, before) {
            Edited::Changed(piece) => piece.text,
            Edited::Same => "(same)".to_owned(),
            Edited::Elsewhere => "(elsewhere)".to_owned(),
        };
        assert_eq!(found, becomes, "{was:?} becomes {is:?}");
    }

    #[test]
    fn an_edit_changes_the_words_and_never_the_agent() {
        check("pods?", "nodes?", "k8s", "nodes?");
        check("pods?", " pods? ", "k8s", "(same)");
        check("/k8s pods?", "/k8s nodes?", "istio", "nodes?");
        check("/k8s pods?", "/k8s@switch_bot pods?", "istio", "(same)");
        check("pods?", "@switch_bot nodes?", "k8s", "nodes?");
        check("pods?", "/k8s nodes?", "k8s", "nodes?");
        check("pods?", "/istio routes?", "k8s", "(elsewhere)");
        check("/k8s pods?", "/istio pods?", "k8s", "(elsewhere)");
        check("pods?", "/k8s@otherbot pods?", "k8s", "(elsewhere)");
        check("pods?", "/help", "k8s", "(elsewhere)");
        check("pods?", "", "k8s", "(elsewhere)");
        check("/k8s pods?", "/k8s", "k8s", "(elsewhere)");
        // Without its command it would be plain text.
        check("/k8s pods?", "pods?", "k8s", "(same)");
        check("/k8s pods?", "pods?", "istio", "(elsewhere)");
        // The current agent may have changed since: the question stays where it is.
        check("pods?", "nodes?", "istio", "nodes?");
    }

    #[test]
    fn a_command_in_a_later_part_is_no_part_and_a_new_file_is_a_change() {
        let piece = Piece::plain(MessageId(1), "the end".to_owned());
        let agent = "k8s".into();
        let before = Before {
            piece: &piece,
            first: false,
            agent: &agent,
            expected: None,
        };
        let mut incoming = message(ANNA, ChatId(ANNA.0), "/k8s the end");
        let found = |incoming: &Incoming| read(&config(), &me(), incoming, before);
        assert_eq!(found(&incoming), Edited::Elsewhere);
        incoming.text = Some("the end".to_owned());
        incoming.file = Some(file());
        assert!(matches!(found(&incoming), Edited::Changed(piece) if piece.file.is_some()));
        incoming.file = None;
        incoming.media = Some("poll".to_owned());
        assert_eq!(found(&incoming), Edited::Elsewhere);
    }
}
