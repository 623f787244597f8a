//! `[log]`: what is logged, and how.

use tracing_subscriber::EnvFilter;

use super::section::Section;

const FILTER_CHARS_MAX: usize = 1024;

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line, for collectors.
    Json,
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct Log {
    /// The shape of a line.
    pub format: LogFormat,
    /// Which lines: directives of `tracing_subscriber::EnvFilter`, known to parse.
    pub filter: String,
}

impl Log {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
        let format = section.choice("format", &formats, LogFormat::Text);
        let item = section.take("filter");
        let filter = item.and_then(|item| {
            let filter = item.short_text(FILTER_CHARS_MAX)?;
            if let Err(error) = EnvFilter::builder().parse(&filter) {
                item.refuse(format!(
                    "is not a filter such as \"info,switchboard=debug\": {error}"
                ));
                return None;
            }
            Some(filter)
        });
        section.finish();
        Self {
            format,
            filter: filter.unwrap_or_else(|| "info".into()),
        }
    }
}
