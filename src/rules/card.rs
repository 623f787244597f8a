//! What an agent's card says, made fit to be shown. A card is written by whoever runs the agent:
//! to us it is untrusted text. It is cut, cleaned of what hides or turns other text around, and
//! nothing in it becomes a link, a mention or a command.

use unicode_segmentation::UnicodeSegmentation;

use crate::a2a::AgentCard;
use crate::rules::mask::Mask;

/// Enough of a name, in characters as people count them.
const NAME_MAX: usize = 64;
/// Enough of a description (Bot API, `BotCommand`: a route's own has at most 256).
const DESCRIPTION_MAX: usize = 256;
/// Enough of a question to begin with: as for those of a route.
const EXAMPLE_MAX: usize = 256;
/// More examples than this bury the chat: as for those of a route.
const EXAMPLES_MAX: usize = 8;
/// Code points of one character as people count them. An emoji of a family has up to 11; more
/// are marks piled upon each other, which paint over the lines around them.
const GRAPHEME_MAX: usize = 12;
/// The text that is looked at, in bytes: cards may hold megabytes of it.
const LOOKED_AT_MAX: usize = 16 * 1024;
/// Joins what it stands between and is not seen. Telegram takes nothing that holds it for a
/// link, a mention, a hashtag or a command.
const JOINER: char = '\u{2060}';

/// What of an agent's card may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What the agent calls itself; not who it is: that is its name in the configuration.
    pub name: Option<String>,
    /// What it is for; for a message, see [`inert`].
    pub description: Option<String>,
    /// Questions to begin with, each once, as they would be asked.
    pub examples: Vec<String>,
}

/// What of this card may be shown. Masked before it is cut: half of a secret does not look like one.
#[must_use]
pub fn shown(card: &AgentCard, mask: &Mask) -> Shown {
    let text = |text: &Option<String>, max| {
        let cleaned = cleaned(&mask.whole(text.as_deref()?).text, max);
        (!cleaned.is_empty()).then_some(cleaned)
    };
    let mut examples: Vec<String> = Vec::new();
    let said = card.skills.iter().flat_map(|skill| &skill.examples);
    for said in said {
        if examples.len() == EXAMPLES_MAX {
            break;
        }
        // Half a question asks something else: what is too long is left out.
        let example = cleaned(said, usize::MAX);
        let plain = !example.is_empty() && mask.whole(said).count() == 0;
        let fits = plain && example.chars().count() <= EXAMPLE_MAX;
        if fits && said.len() <= LOOKED_AT_MAX && !examples.contains(&example) {
            examples.push(example);
        }
    }
    Shown {
        name: text(&card.name, NAME_MAX).map(|name| inert(&name)),
        description: text(&card.description, DESCRIPTION_MAX).map(|text| inert(&text)),
        examples,
    }
}

/// The text on one line, without what cannot be seen, at most `max` characters as people count
/// them; what was cut ends in `…`.
#[must_use]
pub fn cleaned(text: &str, max: usize) -> String {
    let looked_at = &text[..text.floor_char_boundary(LOOKED_AT_MAX)];
    let visible: String = looked_at
        .chars()
        .filter(|c| !is_hidden(*c))
        .map(|c| if is_break(c) { ' ' } else { c })
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let line = words.join(" ");
    let graphemes: Vec<&str> = line.graphemes(true).collect();
    let whole = graphemes.len() <= max;
    let keep = if whole { max } else { max.saturating_sub(1) };
    let kept = graphemes.into_iter().take(keep);
    let mut kept: String = kept.flat_map(|it| it.chars().take(GRAPHEME_MAX)).collect();
    if !whole {
        kept.truncate(kept.trim_end().len());
        kept.push('…');
    }
    kept
}

/// The text as it may stand in a message: what Telegram would make a link, a mention, a hashtag
/// or a command of stays text. Looks the same, and is not for an agent's eyes.
#[must_use]
pub fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        inert.push(c);
        let begins = matches!(c, '/' | '@' | '#' | '$' | '.' | ':');
        if begins && chars.peek().is_some_and(|next| !next.is_whitespace()) {
            inert.push(JOINER);
        }
    }
    inert
}

/// What ends a line, or is no text.
fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// What is not seen, or turns the order of other text around. The joiners of emoji and of some
/// scripts (U+200C, U+200D) and the choice of an emoji's form stay.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::a2a::Skill;

    #[test]
    fn a_text_is_one_line_of_what_can_be_seen() {
        for (text, max, expected) in [
            ("Pods and nodes", 64, "Pods and nodes"),
            ("  Pods\r\n\tand\u{2028}nodes\0 ", 64, "Pods and nodes"),
            // Turned around, it would read as another name.
            ("k8s\u{202e}gnp.exe\u{202c}", 64, "k8sgnp.exe"),
            ("\u{2066}a\u{2069}\u{200f}b\u{61c}c", 64, "abc"),
            ("a\u{200b}d\u{ad}m\u{2060}i\u{feff}n", 64, "admin"),
            // Text in tags, which models read and people do not see.
            ("ok\u{e0041}\u{e0042}\u{e007f}", 64, "ok"),
            ("\u{1b}[31mred\u{7}", 64, "[31mred"),
            ("\u{200b}\u{3164}\u{2800}", 64, ""),
            ("👩‍👩‍👧 ❤️ می‌خواهم", 64, "👩‍👩‍👧 ❤️ می‌خواهم"),
            ("שלום k8s", 64, "שלום k8s"),
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abcde…"),
            ("abcd efg", 6, "abcd…"),
            ("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2, "👩‍👩‍👧…"),
            (
                "<b>bold</b> **bold** [a](http://b)",
                64,
                "<b>bold</b> **bold** [a](http://b)",
            ),
        ] {
            assert_eq!(cleaned(text, max), expected, "{text:?}");
        }
    }

    #[test]
    fn marks_piled_upon_a_letter_are_taken_off() {
        let piled = format!("a{}b", "\u{300}".repeat(1000));
        assert_eq!(cleaned(&piled, 64).chars().count(), GRAPHEME_MAX + 1);
    }

    #[test]
    fn megabytes_are_not_read_to_their_end() {
        let long = "é".repeat(1_000_000);
        assert_eq!(cleaned(&long, usize::MAX).len(), LOOKED_AT_MAX);
    }

    #[test]
    fn nothing_becomes_a_link_a_mention_or_a_command() {
        for (text, expected) in [
            ("ask /k8s delete", "ask /~k8s delete"),
            ("by @admin", "by @~admin"),
            ("#prod $TON", "#~prod $~TON"),
            ("see example.com.", "see example.~com."),
            ("https://a.io/x", "https:~/~/~a.~io/~x"),
            ("me@a.io", "me@~a.~io"),
            ("tg:resolve", "tg:~resolve"),
            ("and / or", "and / or"),
        ] {
            assert_eq!(inert(text).replace(JOINER, "~"), expected);
        }
    }

    #[test]
    fn of_a_card_only_what_is_fit_is_shown() {
        let skill = |examples: &[&str]| Skill {
            name: "ops".to_owned(),
            description: None,
            examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        };
        let long = "x".repeat(EXAMPLE_MAX + 1);
        let many: Vec<String> = (0..20).map(|n| format!("question {n}?")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let card = AgentCard {
            name: Some("k8s\n@admin".to_owned()),
            description: Some("\u{202e}\u{200b}".to_owned()),
            streaming: true,
            input_modes: Vec::new(),
            extensions: Vec::new(),
            interfaces: Vec::new(),
            skills: vec![
                skill(&["What\nfails?", "What fails?", "", &long]),
                skill(&many),
            ],
        };
        let shown = shown(&card, &Mask::default());
        assert_eq!(shown.name.as_deref(), Some("k8s @\u{2060}admin"));
        assert_eq!(shown.description, None);
        assert_eq!(shown.examples.len(), EXAMPLES_MAX);
        assert_eq!(shown.examples[..2], ["What fails?", "question 0?"]);
    }

    #[test]
    fn a_secret_on_a_card_is_masked_whole_and_no_question_with_one_is_offered() {
        let own = "s3cr3t-0f-our-own";
        let mask = Mask::new([own.to_owned()], true, Vec::new());
        for before in 40..70 {
            let said = format!("{} {own} and more words behind it", "x".repeat(before));
            let card = AgentCard {
                name: Some(said.clone()),
                description: Some(format!("{}{said}", "y ".repeat(90))),
                streaming: true,
                input_modes: Vec::new(),
                extensions: Vec::new(),
                interfaces: Vec::new(),
                skills: vec![crate::a2a::Skill {
                    examples: vec![format!("Use {own}?"), "What fails?".to_owned()],
                    name: "ops".to_owned(),
                    description: None,
                }],
            };
            let shown = shown(&card, &mask);
            let said = format!("{:?} {:?}", shown.name, shown.description);
            assert!(!said.contains("s3c"), "{said}");
            assert_eq!(shown.examples, ["What fails?"]);
        }
    }

    proptest! {
        #[test]
        fn whatever_a_card_says_is_short_and_plain(text in "(\\PC|\\pC|\\pM|\\pZ){0,200}", max in 1_usize..50) {
            let cleaned = cleaned(&text, max);
            prop_assert!(cleaned.graphemes(true).count() <= max);
            prop_assert!(!cleaned.chars().any(|c| is_break(c) || is_hidden(c)));
            prop_assert_eq!(cleaned.trim(), &cleaned);
            prop_assert_eq!(inert(&cleaned).replace(JOINER, ""), cleaned);
        }
    }
}
