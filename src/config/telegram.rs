//! `[telegram]`: the bot and the way to Telegram.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Environment;
use super::elsewhere;
use super::item::Item;
use super::proxy;
use super::section::Section;
use super::web::{self, Tail};
use crate::a2a::Source;
use crate::ids::BotId;

/// The Bot API's own address.
const API_URL: &str = "https://api.telegram.org";
/// The Bot API ends a longer poll by itself at 50 s.
const POLL_TIMEOUT_MAX: Duration = Duration::from_secs(50);
/// Shorter secrets are cut off by a copy; Telegram's have 35 characters.
const SECRET_CHARS_MIN: usize = 20;
/// A file with a secret that is larger than this is another file.
const SECRET_FILE_BYTES_MAX: u64 = 4096;
/// Linux allows no longer path.
const PATH_CHARS_MAX: usize = 4096;

/// No variable can be called so: what stands there takes the place of the token.
const STAND_IN: &str = "token=";

/// An environment in which the way to Telegram is not needed: no token, proxy or authorities. For
/// who talks to agents alone.
#[must_use]
pub fn without_telegram(mut env: Environment) -> Environment {
    env.insert(STAND_IN.to_owned(), "1:nothing-goes-to-telegram".to_owned());
    env
}

/// The bot, and the way to Telegram.
#[derive(Clone, Debug)]
pub struct Telegram {
    /// The bot's token: `<digits>:<20 or more of A-Z a-z 0-9 _ ->`.
    pub token: SecretString,
    /// The Bot API server. It may have a path, with or without a slash at its end:
    /// append `/bot<token>/<method>` to it after `trim_end_matches('/')`.
    pub api_url: Url,
    /// How long one getUpdates may wait for an update; 0 to 50 s.
    pub poll_timeout: Duration,
    /// The URL of the HTTP proxy that Telegram is reached through; it may hold a password.
    pub proxy: Option<SecretString>,
    /// A PEM file with certificate authorities that are trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
}

impl Telegram {
    /// The bot's id: the number before the colon of its token (0 for a token that
    /// [`load`](super::load) would have refused).
    #[must_use]
    pub fn bot_id(&self) -> BotId {
        BotId(id_of(self.token.expose_secret()).unwrap_or_default())
    }

    pub(super) fn read(mut section: Section<'_>, env: &Environment) -> Option<Self> {
        if env.contains_key(STAND_IN) {
            // What the file says of the real way is not looked at.
            for key in ["token_env", "token_file", "proxy", "ca_file"] {
                let _ = section.take(key);
            }
        }
        let token = token(&mut section, env);
        let api_url = section.take("api_url").map_or_else(
            || Url::parse(API_URL).ok(),
            |item| web::url(&item, Tail::None),
        );
        let poll_timeout = section.duration(
            "poll_timeout",
            Duration::ZERO..=POLL_TIMEOUT_MAX,
            POLL_TIMEOUT_MAX,
        );
        let proxy = section.take("proxy").and_then(|item| way(item, env));
        let ca_file = section.take("ca_file").and_then(|item| readable(&item));
        section.finish();
        Some(Self {
            token: token?,
            api_url: api_url?,
            poll_timeout,
            proxy,
            ca_file,
        })
    }
}

/// The token from where the section says it is. Neither the token nor anything that could be
/// one in the wrong place is ever part of a message.
fn token(section: &mut Section<'_>, env: &Environment) -> Option<SecretString> {
    if let Some(token) = env.get(STAND_IN) {
        return Some(token.as_str().into());
    }
    let mistaken = section.take_mistaken("token");
    if let Some(item) = &mistaken {
        item.refuse(
            "a token does not belong in this file: name a variable in token_env, \
             or a file in token_file",
        );
    }
    let (item, text) = match (section.take("token_env"), section.take("token_file")) {
        (Some(_), Some(item)) => {
            item.refuse("is set beside token_env: keep one of the two");
            return None;
        }
        // What would be right was said just now.
        (None, None) if mistaken.is_some() => return None,
        (None, None) => {
            section.refuse_missing(
                "token_env",
                "is missing: name the environment variable that holds the token, \
                 or set token_file",
            );
            return None;
        }
        (Some(item), None) => {
            let text = from_variable(&item, env)?;
            (item, text)
        }
        (None, Some(item)) => {
            let text = from_file(&item)?;
            (item, text)
        }
    };
    let token = text.trim_end();
    if token.is_empty() {
        item.refuse("what it names is empty, where a bot token should be");
    } else if id_of(token).is_none() {
        item.refuse(
            "what it names is not a bot token: \
             BotFather gives <digits>:<letters, digits, _ and ->",
        );
    } else {
        return Some(token.into());
    }
    None
}

pub(super) fn from_variable(item: &Item<'_>, env: &Environment) -> Option<String> {
    let name = item.text()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        item.refuse("must be the name of an environment variable, not the secret itself");
        return None;
    }
    let value = env.get(name).cloned();
    if value.is_none() {
        // Half a token would pass for a name, but not one without small letters.
        let shown = name.chars().all(|c| !c.is_ascii_lowercase());
        let name = if shown { name } else { "that it names" };
        item.refuse(format!("the environment variable {name} is not set"));
    }
    value
}

fn from_file(item: &Item<'_>) -> Option<String> {
    let mut text = String::new();
    let read = File::open(item.text()?)
        .and_then(|file| file.take(SECRET_FILE_BYTES_MAX).read_to_string(&mut text));
    if let Err(error) = read {
        item.refuse(format!("cannot read the file that it names: {error}"));
        return None;
    }
    Some(text)
}

/// The proxy as plain text, or from where its secret is. Read once: a new one needs a restart.
fn way(item: Item<'_>, env: &Environment) -> Option<SecretString> {
    if item.as_text().is_some() {
        let url = web::url(&item, Tail::None)?;
        return Some(url.as_str().into());
    }
    let mut section = item.section();
    let found = elsewhere::source(&mut section, env, proxy::MISSING);
    section.finish();
    let (item, source) = found?;
    let text = match source {
        Source::Fixed(text) => text.expose_secret().to_owned(),
        Source::File(_) => from_file(&item)?,
    };
    Some(web::secret_url(&item, &text)?.as_str().into())
}

/// The number before the colon of a well-formed token.
fn id_of(token: &str) -> Option<i64> {
    let (id, secret) = token.split_once(':')?;
    let good = id.chars().all(|c| c.is_ascii_digit())
        && secret.len() >= SECRET_CHARS_MIN
        && secret
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    id.parse().ok().filter(|_| good)
}

/// A file that can be opened now, because finding out at the first call is late.
fn readable(item: &Item<'_>) -> Option<PathBuf> {
    let path = PathBuf::from(item.short_text(PATH_CHARS_MAX)?);
    if let Err(error) = File::open(&path) {
        item.refuse(format!("cannot read {}: {error}", path.display()));
        return None;
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bot_is_the_number_before_the_colon() {
        let secret = "x".repeat(SECRET_CHARS_MIN);
        for (token, id) in [
            (format!("123:{secret}"), Some(123)),
            (format!("123:-_9A{secret}"), Some(123)),
            (format!(":{secret}"), None),
            (format!("+1:{secret}"), None),
            (format!("12a:{secret}"), None),
            (format!("99999999999999999999:{secret}"), None),
            (format!("123:{}", &secret[1..]), None),
            (format!("123:{secret}:"), None),
            (format!("123:{secret}\u{e9}"), None),
            (secret, None),
        ] {
            assert_eq!(id_of(&token), id, "{token}");
        }
    }
}
