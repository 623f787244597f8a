//! `[ops]`: what those who operate the bot see of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::section::Section;

/// What those who operate the bot see of it.
#[derive(Clone, Debug)]
pub struct Ops {
    /// Where it listens; nowhere if none.
    pub listen: Option<SocketAddr>,
    /// The file that is written while it lives; none if none.
    pub health_file: Option<PathBuf>,
    /// How long an agent is down, or the store does not work, before the admins are told.
    pub tell_after: Duration,
}

impl Ops {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let item = section.take("listen");
        let listen = item.and_then(|item| {
            let text = item.text()?;
            if text.is_empty() {
                return None;
            }
            let address = text.parse();
            if address.is_err() {
                item.refuse("must be an IP address and a port, such as \"0.0.0.0:9090\"");
            }
            address.ok()
        });
        let file = section.take("health_file");
        let file = file.and_then(|item| item.text().map(PathBuf::from));
        let health_file = file.filter(|path| !path.as_os_str().is_empty());
        let within = Duration::from_secs(1)..=Duration::from_hours(24);
        let tell_after = section.duration("tell_after", within, Duration::from_mins(5));
        section.finish();
        Self {
            listen,
            health_file,
            tell_after,
        }
    }
}
