//! Credentials behind a word that announces one: `Bearer …`, `--password …`.

use std::ops::Range;

use memchr::memchr2_iter;

use super::pairs::{Grade, grade};
use super::{places, words};

/// A credential behind `Bearer` or `Basic` is at least so long.
const LEAST: usize = 8;
/// Of the header `Authorization` (RFC 9110, section 11.4).
const SCHEMES: [&str; 2] = ["bearer", "basic"];
/// So long that no word is.
const LONG: usize = 24;

pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    if !may_announce(text) {
        return;
    }
    let mut announced = Announced::Nothing;
    for word in words(text) {
        let said = &text[word.clone()];
        let secret = match announced {
            Announced::Nothing => false,
            Announced::Scheme => is_credential(said),
            Announced::Option => {
                let stands_for_one = text[..word.start].ends_with('<');
                !stands_for_one && !said.starts_with(['-', '$', '‹'])
            }
        };
        if secret {
            found.push(word);
            announced = Announced::Nothing;
        } else {
            announced = Announced::by(said);
        }
    }
}

/// Whether anything in the text could announce a credential: most texts have nothing like it.
fn may_announce(text: &str) -> bool {
    let bytes = text.as_bytes();
    let begins = |at: usize| {
        let is = |scheme: &&str| {
            let word = bytes.get(at..at + scheme.len());
            word.is_some_and(|word| word.eq_ignore_ascii_case(scheme.as_bytes()))
        };
        SCHEMES.iter().any(is)
    };
    places(text, "--").next().is_some() || memchr2_iter(b'b', b'B', bytes).any(begins)
}

/// What the word before has announced.
enum Announced {
    Nothing,
    Scheme,
    Option,
}

impl Announced {
    fn by(word: &str) -> Self {
        let is = |scheme: &&str| word.eq_ignore_ascii_case(scheme);
        if SCHEMES.iter().any(is) {
            return Self::Scheme;
        }
        let option = word.starts_with("--") && !word.contains('=');
        if option && matches!(grade(word), Some(Grade::Strong | Grade::Weak)) {
            return Self::Option;
        }
        Self::Nothing
    }
}

fn is_credential(word: &str) -> bool {
    let word = word.trim_end_matches(['.', '!', '?', ':']);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.+/=~".contains(c);
    if word.len() < LEAST || !word.chars().all(plain) {
        return false;
    }
    let odd = |c: char| c.is_ascii_digit() || c == '=';
    word.len() >= LONG || word.contains(odd) || word.chars().skip(1).any(|c| c.is_ascii_uppercase())
}
