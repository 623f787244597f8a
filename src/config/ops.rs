//! `[ops]`: the port for those who operate the bot.

use std::net::SocketAddr;

use super::section::Section;

/// The port for those who operate the bot.
#[derive(Clone, Debug)]
pub struct Ops {
    /// Where it listens; nowhere if none.
    pub listen: Option<SocketAddr>,
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
        section.finish();
        Self { listen }
    }
}
