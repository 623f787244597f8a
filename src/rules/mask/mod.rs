//! What must not leave the cluster is taken out of a text before anybody formats, cuts or keeps
//! it: tokens, passwords, private keys, the data of Secrets.
//!
//! Several finders say where secrets stand; what they find is joined and replaced. Each is linear
//! in the length of the text. Names, hashes, digests and ids survive: a mask that hides what people
//! need is switched off by them.
//!
//! It cannot be complete: a secret that looks like a word is a word. It is the second line of
//! defence, after what an agent may read.

mod manifests;
mod pairs;
mod prefixes;
mod spoken;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use memchr::memchr_iter;

use crate::rules::glob;

/// What stands where a secret stood. No character of it is markup.
pub const MASKED: &str = "‹masked›";

/// Own secrets shorter than this are no secrets, and would mask half of a text.
const OWN_MIN: usize = 6;

/// What is masked. Clones share it: each turn in flight has several.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Our own: the bot's token, the values of headers. Masked whatever the rest says.
    own: Arc<[Own]>,
    /// Whether to look for what looks like a secret.
    patterns: bool,
    /// Globs of words that are secrets here.
    also: Arc<[String]>,
}

/// A secret of ours, which no `Debug` shows.
#[derive(Clone)]
struct Own(String);

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹own›")
    }
}

/// A text without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked<'t> {
    /// The text.
    pub text: Cow<'t, str>,
    /// What was taken out, each with why.
    pub kinds: Vec<Kind>,
}

impl Masked<'_> {
    /// How many were taken out.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kinds.len()
    }
}

/// Why something was masked. Of several reasons the first one here counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is a secret of our own.
    Own,
    /// The configuration says so.
    Listed,
    /// Credentials look like that.
    Credential,
    /// Its name says that it is one.
    Named,
    /// It is the data of a Secret.
    Manifest,
    /// What stands before it says so.
    Spoken,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Own,
        Self::Listed,
        Self::Credential,
        Self::Named,
        Self::Manifest,
        Self::Spoken,
    ];

    /// Its name in the metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Listed => "listed",
            Self::Credential => "credential",
            Self::Named => "named",
            Self::Manifest => "manifest",
            Self::Spoken => "spoken",
        }
    }
}

/// Where something is to be masked, and why.
type Found = Vec<(Range<usize>, Kind)>;

/// How much of a text there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    Whole,
    /// More comes: what may become a secret is one.
    Growing,
}

impl Mask {
    /// A mask for these secrets of our own, each whole and in the form of
    /// `Bearer <credential>`; with `patterns` also for what looks like a secret, and for words
    /// that one of the globs matches.
    #[must_use]
    pub fn new(own: impl IntoIterator<Item = String>, patterns: bool, also: Vec<String>) -> Self {
        let mut secrets: Vec<Own> = Vec::new();
        for secret in own {
            // Of a header the credential alone is the secret, wherever it turns up.
            let credential = secret.rsplit(' ').next().unwrap_or_default().to_owned();
            for secret in [secret, credential] {
                let known = || secrets.iter().any(|Own(known)| *known == secret);
                if secret.trim().len() >= OWN_MIN && !known() {
                    secrets.push(Own(secret));
                }
            }
        }
        Self {
            own: secrets.into(),
            patterns,
            also: also.into(),
        }
    }

    /// The text without secrets.
    #[must_use]
    pub fn whole<'t>(&self, text: &'t str) -> Masked<'t> {
        self.apply(text, Extent::Whole)
    }

    /// The same for a text that is still growing: what may turn out to be the beginning of a
    /// secret is masked, too.
    #[must_use]
    pub fn growing<'t>(&self, text: &'t str) -> Masked<'t> {
        self.apply(text, Extent::Growing)
    }

    /// The same mask for secrets of our own alone.
    #[must_use]
    pub fn of_own(&self) -> Self {
        Self {
            own: self.own.clone(),
            ..Self::default()
        }
    }

    fn apply<'t>(&self, text: &'t str, extent: Extent) -> Masked<'t> {
        let mut found: Found = Vec::new();
        if text.is_empty() {
            return replace(text, found);
        }
        let mut note = |kind, find: &dyn Fn(&mut Vec<Range<usize>>)| {
            let mut ranges = Vec::new();
            find(&mut ranges);
            found.extend(ranges.into_iter().map(|range| (range, kind)));
        };
        note(Kind::Own, &|ranges| self.find_own(text, extent, ranges));
        if self.patterns {
            note(Kind::Credential, &|ranges| {
                prefixes::find(text, extent, ranges);
            });
            note(Kind::Named, &|ranges| pairs::find(text, ranges));
            note(Kind::Manifest, &|ranges| {
                manifests::find(text, extent, ranges);
            });
            note(Kind::Spoken, &|ranges| spoken::find(text, ranges));
        }
        if !self.also.is_empty() {
            note(Kind::Listed, &|ranges| self.find_also(text, ranges));
        }
        replace(text, found)
    }

    /// Our own secrets; at the end of a growing text their beginnings, too.
    fn find_own(&self, text: &str, extent: Extent, found: &mut Vec<Range<usize>>) {
        for Own(secret) in &*self.own {
            found.extend(places(text, secret).map(|at| at..at + secret.len()));
            if extent == Extent::Whole {
                continue;
            }
            let beginnings = secret.char_indices().map(|(end, _)| &secret[..end]).rev();
            let mut long = beginnings.take_while(|part| part.len() >= OWN_MIN);
            let ends = long.find(|part| text.ends_with(part));
            found.extend(ends.map(|part| text.len() - part.len()..text.len()));
        }
    }

    fn find_also(&self, text: &str, found: &mut Vec<Range<usize>>) {
        for word in words(text) {
            let of_word = |glob: &String| glob::matches(glob, &text[word.clone()]);
            if self.also.iter().any(of_word) {
                found.push(word);
            }
        }
    }
}

/// Where this stands in a text. Most texts are short, and most looks are in vain: finding the first
/// byte costs less than what a searcher would first make of `what`.
fn places(text: &str, what: &str) -> impl Iterator<Item = usize> {
    let (text, what) = (text.as_bytes(), what.as_bytes());
    let first = memchr_iter(what.first().copied().unwrap_or_default(), text);
    first.filter(move |at| text[*at..].starts_with(what))
}

/// The words of a text, without what people put around them.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let around = |c: char| {
        let mark = matches!(
            c,
            '"' | '\'' | '`' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '|'
        );
        mark || c.is_whitespace()
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|c| !around(c))?;
        let length = text[start..].find(around);
        at = length.map_or(text.len(), |length| start + length);
        Some(start..at)
    })
}

/// Replaces what was found; what touches or overlaps counts as one.
fn replace(text: &str, mut found: Found) -> Masked<'_> {
    found.retain(|(range, _)| !range.is_empty());
    if found.is_empty() {
        return Masked {
            text: Cow::Borrowed(text),
            kinds: Vec::new(),
        };
    }
    found.sort_by_key(|(range, _)| range.start);
    let mut joined: Found = Vec::with_capacity(found.len());
    for (range, kind) in found {
        match joined.last_mut() {
            Some((last, why)) if range.start <= last.end => {
                last.end = last.end.max(range.end);
                *why = kind.min(*why);
            }
            _ => joined.push((range, kind)),
        }
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for (range, _) in &joined {
        masked.push_str(&text[at..range.start]);
        masked.push_str(MASKED);
        at = range.end;
    }
    masked.push_str(&text[at..]);
    Masked {
        text: Cow::Owned(masked),
        kinds: joined.into_iter().map(|(_, kind)| kind).collect(),
    }
}

#[cfg(test)]
mod tests;
