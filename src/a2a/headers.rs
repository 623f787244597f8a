//! What a call carries beside its body: headers from the configuration, and the trace that
//! gateways and agents may join.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use awc::http::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::error::A2aError;
use crate::ids::PromptId;

/// A credential that is larger than this is another file; servers take no larger header either.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// A header of every call to an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// What stands before the value, such as `Bearer `.
    pub prefix: String,
    /// Where the rest comes from.
    pub source: Source,
}

/// Where the value of a header, or another secret on the way to an agent, comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// It is known.
    Fixed(SecretString),
    /// A file whose end is trimmed. It is read for every call, so that a rotated credential is
    /// used at once: reading a mounted secret costs microseconds, an answer seconds.
    File(PathBuf),
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fixed(one), Self::Fixed(other)) => one.expose_secret() == other.expose_secret(),
            (Self::File(one), Self::File(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for Source {}

impl Header {
    /// What must not be shown of it: what comes from a file, or has a name that says so.
    #[must_use]
    pub fn secret(&self) -> Option<SecretString> {
        const NAMES: [&str; 7] = [
            "auth",
            "cookie",
            "credential",
            "key",
            "password",
            "secret",
            "token",
        ];
        let name = self.name.to_ascii_lowercase();
        let from_file = matches!(self.source, Source::File(_));
        if !from_file && !NAMES.iter().any(|part| name.contains(part)) {
            return None;
        }
        self.source.read().ok()
    }

    /// Whether it can be made now.
    ///
    /// # Errors
    /// [`A2aError::Credential`] if not; never with the value in it.
    pub fn check(&self) -> Result<(), A2aError> {
        self.read().map(|_| ())
    }

    /// The header as it is now.
    ///
    /// # Errors
    /// [`A2aError::Credential`] if the file cannot be read, or does not hold one line of text.
    pub(super) fn read(&self) -> Result<(HeaderName, HeaderValue), A2aError> {
        let wrong = |why: String| A2aError::Credential(format!("the header {}: {why}", self.name));
        let name = HeaderName::try_from(&self.name).map_err(|_| wrong("no such name".into()))?;
        let value = self.source.read();
        let value = value.map_err(|error| wrong(error.to_string()))?;
        let value = value.expose_secret().trim_end();
        if value.is_empty() {
            return Err(wrong("it is empty".into()));
        }
        let mut value = HeaderValue::from_str(&format!("{}{value}", self.prefix))
            .map_err(|_| wrong("it is not one line of plain text".into()))?;
        value.set_sensitive(true);
        Ok((name, value))
    }
}

impl Source {
    /// The value as it is now.
    pub(super) fn read(&self) -> std::io::Result<SecretString> {
        match self {
            Self::Fixed(value) => Ok(value.clone()),
            Self::File(path) => read(path),
        }
    }
}

fn read(path: &Path) -> std::io::Result<SecretString> {
    let mut text = String::new();
    let file = File::open(path)?;
    file.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text.into())
}

/// The trace of one attempt of a turn (W3C Trace Context, level 1). Derived from the prompt's id,
/// so that it is the same for every call about the attempt, in this process and in the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace(Uuid);

impl Trace {
    /// The trace of the attempt with this prompt.
    #[must_use]
    pub fn of(prompt: &PromptId) -> Self {
        let prompt = prompt.as_str();
        let named = || Uuid::new_v5(&Uuid::NAMESPACE_OID, prompt.as_bytes());
        Self(Uuid::parse_str(prompt).unwrap_or_else(|_| named()))
    }

    /// The header `traceparent` of one call: a span of its own, sampled.
    pub(super) fn parent(self) -> String {
        // The lower half of a random UUID has its highest bit set, so it is never zero.
        let (_, span) = Uuid::new_v4().as_u64_pair();
        format!("00-{self}-{span:016x}-01")
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(prefix: &str, source: Source) -> Header {
        Header {
            name: "Authorization".to_owned(),
            prefix: prefix.to_owned(),
            source,
        }
    }

    #[test]
    fn a_file_is_read_anew_for_every_call_and_never_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let from_file = header("Bearer ", Source::File(file.path().to_owned()));
        for token in ["one", "two"] {
            std::fs::write(file.path(), format!("{token}\n")).unwrap();
            let (name, value) = from_file.read().unwrap();
            assert_eq!(name, "authorization");
            assert_eq!(value, format!("Bearer {token}"));
            assert!(!format!("{value:?}").contains(token));
        }
        let fixed = header("", Source::Fixed("s3cret".to_owned().into()));
        assert!(!format!("{fixed:?}").contains("s3cret"));
        assert_eq!(fixed.read().unwrap().1, "s3cret");
    }

    #[test]
    fn a_credential_that_cannot_be_used_is_named_without_its_value() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (content, why) in [("\n", "it is empty"), ("a\nb", "it is not one line")] {
            std::fs::write(file.path(), content).unwrap();
            let error = header("", Source::File(file.path().to_owned())).read();
            let error = error.unwrap_err().to_string();
            assert!(
                error.contains("Authorization") && error.contains(why),
                "{error}"
            );
        }
        let missing = header("", Source::File("/nonexistent".into())).read();
        assert!(matches!(missing, Err(A2aError::Credential(_))));
    }

    #[test]
    fn a_trace_is_that_of_its_prompt_and_each_call_has_its_span() {
        let prompt = PromptId::from("6ba7b812-9dad-11d1-80b4-00c04fd430c8");
        let trace = Trace::of(&prompt);
        assert_eq!(trace.to_string(), "6ba7b8129dad11d180b400c04fd430c8");
        let (one, two) = (trace.parent(), trace.parent());
        assert_ne!(one, two);
        assert!(one.starts_with("00-6ba7b8129dad11d180b400c04fd430c8-") && one.ends_with("-01"));
        assert_eq!(one.len(), 55);
        assert_eq!(
            Trace::of(&PromptId::from("m1")),
            Trace::of(&PromptId::from("m1"))
        );
    }
}
