//! What a person typed: a command for this bot, one for another bot, or plain text.

/// The most characters of a command's name (Bot API, `BotCommand.command`: 1-32).
const NAME_MAX: usize = 32;

/// What the text of a message turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// `/name` or `/name@thisbot`, and what follows.
    Command {
        /// The name without slash and bot, in lower case.
        name: String,
        /// What follows, without the whitespace around it; empty where nothing does.
        rest: &'a str,
    },
    /// A command that names another bot: nothing to do with this one.
    OtherBot,
    /// Anything else, as it was written.
    Text(&'a str),
}

/// Reads the text of a message; `bot_username` is this bot's, with or without `@`.
///
/// A command is a slash at the very start, a name of 1 to 32 letters, digits and underscores
/// (Bot API), maybe `@` and a bot's username in any case, and then whitespace or the end.
/// All else is text: a path (`/usr/bin/ls`), a comment (`// x`), and a name with a mark
/// behind it (`/k8s?`), which a sentence about a command has more often than a call of it.
#[must_use]
pub fn parse<'a>(text: &'a str, bot_username: &str) -> Parsed<'a> {
    let Some(line) = text.strip_prefix('/') else {
        return Parsed::Text(text);
    };
    let (call, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (name, bot) = match call.split_once('@') {
        Some((name, bot)) => (name, Some(bot)),
        None => (call, None),
    };
    if !is_word(name) || !bot.is_none_or(is_word) {
        return Parsed::Text(text);
    }
    let ours = bot_username.trim_start_matches('@');
    if bot.is_some_and(|bot| !bot.eq_ignore_ascii_case(ours)) {
        return Parsed::OtherBot;
    }
    Parsed::Command {
        name: name.to_ascii_lowercase(),
        rest: rest.trim(),
    }
}

/// A command's name or a username: both have the same letters and the same length at most.
fn is_word(word: &str) -> bool {
    (1..=NAME_MAX).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, rest: &str) {
        let expected = Parsed::Command {
            name: name.to_owned(),
            rest,
        };
        assert_eq!(parse(text, "Switch_Bot"), expected, "{text:?}");
    }

    #[test]
    fn a_command_has_a_name_and_a_rest() {
        check("/k8s", "k8s", "");
        check("/k8s ", "k8s", "");
        check("/k8s what pods?", "k8s", "what pods?");
        check("/k8s   what  pods? \n", "k8s", "what  pods?");
        check("/k8s\nline one\n  line two", "k8s", "line one\n  line two");
        check("/k8s\twhy", "k8s", "why");
        check("/k8s\u{a0}why", "k8s", "why");
        check("/K8S Why", "k8s", "Why");
        check("/new_chat", "new_chat", "");
        check("/1", "1", "");
        check("/k8s /istio", "k8s", "/istio");
        check(&format!("/{}", "a".repeat(32)), &"a".repeat(32), "");
    }

    #[test]
    fn this_bot_may_be_named_in_any_case() {
        check("/k8s@switch_bot pods", "k8s", "pods");
        check("/k8s@SWITCH_BOT", "k8s", "");
        assert_eq!(
            parse("/k8s@me", "@Me"),
            Parsed::Command {
                name: "k8s".to_owned(),
                rest: ""
            }
        );
    }

    #[test]
    fn a_command_for_another_bot_is_not_ours() {
        for text in [
            "/k8s@otherbot",
            "/k8s@otherbot pods",
            "/k8s@switch_bot2",
            "/start@Switch",
        ] {
            assert_eq!(parse(text, "switch_bot"), Parsed::OtherBot, "{text:?}");
        }
    }

    #[test]
    fn anything_else_is_text() {
        let long = format!("/{} x", "a".repeat(33));
        for text in [
            "",
            "pods?",
            " /k8s",
            "\n/k8s",
            "/",
            "/ foo",
            "//x",
            "/usr/bin/ls",
            "/usr/bin ls",
            "/k8s?",
            "/k8s: why",
            "/k8s, why",
            "/k8s-prod",
            "/k8s@",
            "/k8s@ switch_bot",
            "/@switch_bot",
            "/k8s@a@b",
            "/k8s@switch_bot!",
            "/k8s@switch-bot",
            "/поды",
            "/k8sé",
            "why /k8s",
            &long,
        ] {
            assert_eq!(parse(text, "switch_bot"), Parsed::Text(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_text_without_a_slash_in_front_is_kept_as_it_is(text in "[^/]\\PC{0,40}") {
            prop_assert_eq!(parse(&text, "bot"), Parsed::Text(text.as_str()));
        }

        #[test]
        fn a_well_formed_command_always_parses(name in "[A-Za-z0-9_]{1,32}", rest in "[a-z/@]{0,9}") {
            let text = format!("/{name} {rest}");
            let expected = Parsed::Command { name: name.to_lowercase(), rest: &rest };
            prop_assert_eq!(parse(&text, "bot"), expected);
        }
    }
}
