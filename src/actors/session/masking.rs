//! What is taken out of what the agent says, before anything of it is kept or shown.

use super::Session;
use crate::rules::answer::{Answer, Place, Produced};

impl Session {
    /// A text of the agent without its secrets.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        self.mask.whole(text).text.into_owned()
    }

    /// An answer without its secrets, in its words and in what its files are, are called and where
    /// they are; and how many there were. A file that is no text goes as it is.
    pub(super) fn masked(&self, answer: &Answer) -> (Answer, usize) {
        let mut count = 0;
        let mut without = |text: &str| {
            let masked = self.mask.whole(text);
            count += masked.count();
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
        (Answer { text, files }, count)
    }
}
