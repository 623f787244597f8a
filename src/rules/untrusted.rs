//! Text of others that is shown in our own: what an agent says of itself. It is cut and cleaned,
//! and nothing in it is ever read as anything but words.

/// The text in one line of at most so many characters, without what is not seen or turns the
/// reading direction; none if nothing is left.
#[must_use]
pub fn line(text: &str, chars_max: usize) -> Option<String> {
    let seen = |c: char| if c.is_control() { ' ' } else { c };
    let clean: String = text.chars().filter(|c| !is_unseen(*c)).map(seen).collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let line = words.join(" ");
    let cut = match line.char_indices().nth(chars_max) {
        None => line,
        Some(_) => {
            let kept: String = line.chars().take(chars_max.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    };
    (!cut.is_empty()).then_some(cut)
}

/// Marks of direction (Unicode: bidirectional formatting), and what has no width.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_left_out_and_the_rest_is_one_line() {
        for (text, expected) in [
            ("Looks at pods", Some("Looks at pods")),
            (" a\r\n\tb\u{7}c ", Some("a b c")),
            ("na\u{202e}me\u{200b}\u{2066}!\u{feff}", Some("name!")),
            ("\u{e0041}x\u{2028}y", Some("x y")),
            ("漢字 👍", Some("漢字 👍")),
            ("\u{202e} \n", None),
            ("", None),
        ] {
            assert_eq!(line(text, 40).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_to_what_there_is_room_for() {
        assert_eq!(line("abcdef", 6).as_deref(), Some("abcdef"));
        assert_eq!(line("abcdefg", 6).as_deref(), Some("abcde…"));
        assert_eq!(line("abcd efg", 6).as_deref(), Some("abcd…"));
    }
}
