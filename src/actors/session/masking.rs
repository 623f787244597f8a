//! What is taken out of what the agent says, before anything of it is kept or shown.

use super::Session;
use crate::rules::answer::{Answer, Place, Produced};
use crate::rules::mask::Kind;

/// Where the route is not known, or not there any more.
const OTHER: &str = "other";

impl Session {
    /// A text of the agent without its secrets.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        let masked = self.mask.whole(text);
        self.counts_masked(&masked.kinds);
        masked.text.into_owned()
    }

    /// Counts what was taken out of what the agent says to the turn in flight.
    pub(super) fn counts_masked(&self, kinds: &[Kind]) {
        let running = self.running.as_ref();
        let route = running.and_then(|running| running.turn.route.as_ref());
        // By the name that the route had when the turn began.
        let begun = running.map(|running| running.by.config.clone());
        let config = begun.unwrap_or_else(|| self.commons.config());
        let mut routes = config.routes.iter();
        let known = route.and_then(|name| routes.find(|route| route.answers_to(name.as_str())));
        let route = known.map_or(OTHER, |route| &route.command);
        self.commons.tally.masked(route, kinds);
    }

    /// An answer without its secrets, in its words and in what its files are, are called and where
    /// they are; and how many there were. A file that is no text goes as it is.
    pub(super) fn masked(&self, answer: &Answer) -> (Answer, usize) {
        let mut kinds = Vec::new();
        let mut without = |text: &str| {
            let masked = self.mask.whole(text);
            kinds.extend(masked.kinds);
            masked.text.into_owned()
        };
        let files = answer.files.iter();
        let files = files.map(|file| Produced {
            name: file.name.as_deref().map(&mut without),
            media_type: file.media_type.clone(),
            content: match &file.content {
                Place::Bytes(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => Place::Bytes(without(text).into()),
                    Err(_) => Place::Bytes(bytes.clone()),
                },
                Place::Address(address) => Place::Address(without(address)),
            },
        });
        let files = files.collect();
        let text = without(&answer.text);
        self.counts_masked(&kinds);
        (Answer { text, files }, kinds.len())
    }
}
