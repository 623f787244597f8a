//! The log: text or JSON on stderr, one line an event, without secrets.
//!
//! No line is meant to hold the token or an inner address; should a library write one all
//! the same, it is blotted out here.

use std::io::{self, Write};
use std::sync::Arc;

use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Config, LogFormat};

/// Begins logging as the configuration says. Later calls change nothing.
pub fn begin(config: &Config) {
    let filter = EnvFilter::try_new(&config.log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Blotter::new(config));
    let begun = match config.log.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    // Somebody (a test, the playground) has begun already: theirs stands.
    drop(begun);
}

/// Writes to stderr what is left of a line without secrets.
#[derive(Clone)]
struct Blotter {
    secrets: Arc<Vec<(String, String)>>,
}

impl Blotter {
    fn new(config: &Config) -> Self {
        let token = config.telegram.token.expose_secret();
        let mut secrets = vec![(token.to_owned(), "<token>".to_owned())];
        if let Some((_, secret)) = token.split_once(':') {
            secrets.push((secret.to_owned(), "<token>".to_owned()));
        }
        for (name, agent) in &config.agents {
            let url = agent.url.as_str().trim_end_matches('/');
            secrets.push((url.to_owned(), format!("<url of {name}>")));
        }
        Self {
            secrets: Arc::new(secrets),
        }
    }

    fn blot(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for (secret, instead) in self.secrets.iter() {
            if line.contains(secret) {
                line = line.replace(secret, instead);
            }
        }
        line
    }
}

impl Write for Blotter {
    /// A whole event comes in one call (tracing-subscriber formats it first).
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let clean = self.blot(&String::from_utf8_lossy(line));
        io::stderr().lock().write_all(clean.as_bytes())?;
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
            secrets: Arc::new(vec![
                ("42:secret".to_owned(), "<token>".to_owned()),
                ("http://k8s.inner:80".to_owned(), "<url of k8s>".to_owned()),
            ]),
        };
        let line = blotter.blot("GET /bot42:secret/getMe, then http://k8s.inner:80/a2a");
        assert_eq!(line, "GET /bot<token>/getMe, then <url of k8s>/a2a");
    }
}
