//! The log: text or JSON on stderr, one line an event, without secrets.
//!
//! No line is meant to hold the token or an inner address; should a library write one all
//! the same, it is blotted out here.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};

use memchr::memmem;
use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Config, LogFormat};

/// Takes over what another configuration says about the log.
pub type Renew = Box<dyn Fn(&Config) + Send + Sync>;

/// Begins logging as the configuration says. Later calls change nothing. The answer takes over the
/// filter and the secrets of another configuration.
#[must_use]
pub fn begin(config: &Config) -> Renew {
    let blotter = Blotter::new(config);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter(config))
        .with_ansi(false)
        .with_writer(blotter.clone());
    match config.log.format {
        LogFormat::Text => {
            let log = log.with_filter_reloading();
            let handle = log.reload_handle();
            renew(&log.try_init(), blotter, move |filter| {
                handle.reload(filter)
            })
        }
        LogFormat::Json => {
            let log = log.json().flatten_event(true).with_filter_reloading();
            let handle = log.reload_handle();
            renew(&log.try_init(), blotter, move |filter| {
                handle.reload(filter)
            })
        }
    }
}

/// A filter of the log from the command line, or why it is none.
///
/// # Errors
/// In words for whoever has written it.
pub fn readable(filter: &str) -> Result<String, String> {
    let parsed = EnvFilter::builder().parse(filter);
    parsed
        .map(|_| filter.to_owned())
        .map_err(|why| why.to_string())
}

/// Unless the configuration names it: how the server of the operations port begins and ends its threads
/// is no news to anybody.
const QUIET: &str = "actix_server=warn";

fn filter(config: &Config) -> EnvFilter {
    let filter = format!("{QUIET},{}", config.log.filter);
    EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"))
}

fn renew<E, F>(
    begun: &Result<(), E>,
    blotter: Blotter,
    reload: impl Fn(EnvFilter) -> Result<(), F> + Send + Sync + 'static,
) -> Renew {
    if begun.is_err() {
        // Somebody (a test, the playground) has begun already: theirs stands.
        return Box::new(|_| {});
    }
    Box::new(move |config| {
        blotter.also_of(config);
        // It fails only if the log is gone.
        let _ = reload(filter(config));
    })
}

/// Secrets of configurations that are remembered: looking for each costs time in each line.
const SECRETS_MAX: usize = 500;

/// Writes to stderr what is left of a line without secrets.
#[derive(Clone)]
struct Blotter {
    secrets: Arc<RwLock<Vec<Secret>>>,
}

/// What is looked for in each line, and what stands there instead.
struct Secret {
    finder: memmem::Finder<'static>,
    instead: String,
}

impl Secret {
    fn new(secret: &str, instead: &str) -> Self {
        Self {
            finder: memmem::Finder::new(secret).into_owned(),
            instead: instead.to_owned(),
        }
    }

    fn is(&self, other: &Self) -> bool {
        self.finder.needle() == other.finder.needle() && self.instead == other.instead
    }

    /// The line without it, if it is there.
    fn blot(&self, line: &[u8]) -> Option<Vec<u8>> {
        let mut clean = Vec::new();
        let mut at = 0;
        for found in self.finder.find_iter(line) {
            clean.extend_from_slice(&line[at..found]);
            clean.extend_from_slice(self.instead.as_bytes());
            at = found + self.finder.needle().len();
        }
        (at > 0).then(|| {
            clean.extend_from_slice(&line[at..]);
            clean
        })
    }
}

impl Blotter {
    fn new(config: &Config) -> Self {
        let blotter = Self {
            secrets: Arc::default(),
        };
        blotter.also_of(config);
        blotter
    }

    /// Those of this configuration, too. Those of before stay: calls that know them may be on
    /// their way. At most [`SECRETS_MAX`], the newest.
    fn also_of(&self, config: &Config) {
        let mut known = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        for secret in Self::secrets_of(config) {
            if !known.iter().any(|known| known.is(&secret)) {
                known.push(secret);
            }
        }
        let most = known.len().saturating_sub(SECRETS_MAX);
        known.drain(..most);
    }

    fn secrets_of(config: &Config) -> Vec<Secret> {
        let token = config.telegram.token.expose_secret();
        let mut secrets = vec![Secret::new(token, "<token>")];
        if let Some((_, secret)) = token.split_once(':') {
            secrets.push(Secret::new(secret, "<token>"));
        }
        for (name, agent) in &config.agents {
            let url = agent.url.as_str().trim_end_matches('/');
            secrets.push(Secret::new(url, &format!("<url of {name}>")));
        }
        secrets
    }

    fn blot<'l>(&self, line: &'l [u8]) -> Cow<'l, [u8]> {
        let mut line = Cow::Borrowed(line);
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets.iter() {
            if let Some(clean) = secret.blot(&line) {
                line = Cow::Owned(clean);
            }
        }
        line
    }
}

impl Write for Blotter {
    /// A whole event comes in one call (tracing-subscriber formats it first).
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stderr().lock().write_all(&self.blot(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

impl<'a> MakeWriter<'a> for Blotter {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_and_an_inner_address_never_reach_the_log() {
        let blotter = Blotter {
            secrets: Arc::new(RwLock::new(vec![
                Secret::new("42:secret", "<token>"),
                Secret::new("http://k8s.inner:80", "<url of k8s>"),
            ])),
        };
        let line = "GET /bot42:secret/getMe, then http://k8s.inner:80/a2a, 42:secret";
        let clean = "GET /bot<token>/getMe, then <url of k8s>/a2a, <token>";
        assert_eq!(&*blotter.blot(line.as_bytes()), clean.as_bytes());
        assert_eq!(&*blotter.blot(b"nothing of it"), b"nothing of it");
    }

    #[test]
    fn what_a_later_configuration_names_is_blotted_out_too_and_no_end_is_remembered() {
        let mut config = crate::rules::testing::config();
        let blotter = Blotter::new(&config);
        let name = config.agents.keys().next().unwrap().clone();
        let read = |line: &str| String::from_utf8(blotter.blot(line.as_bytes()).into()).unwrap();
        for n in 0..=SECRETS_MAX {
            let url = format!("http://inner-{n}.example/").parse().unwrap();
            config.agents.get_mut(&name).unwrap().url = url;
            blotter.also_of(&config);
        }
        let newest = format!("to http://inner-{SECRETS_MAX}.example now");
        assert_eq!(read(&newest), format!("to <url of {name}> now"));
        let newest = format!("to http://inner-{}.example now", SECRETS_MAX - 1);
        assert_eq!(read(&newest), format!("to <url of {name}> now"));
        assert_eq!(blotter.secrets.read().unwrap().len(), SECRETS_MAX);
    }
}
