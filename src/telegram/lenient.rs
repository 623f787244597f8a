//! Reading JSON that others write: each part is read by itself, so that an odd part
//! is lost alone and never takes a text with it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Members of most objects, at most.
const MEMBERS: usize = 8;

/// One JSON object whose members are still text, read when they are asked for. Depth,
/// duplicate names and members of an unexpected type are therefore no errors.
#[derive(Default)]
pub(super) struct Object<'a> {
    /// Sorted by name, each name once: objects of Telegram have a handful of members.
    members: Vec<(Name<'a>, &'a RawValue)>,
}

/// Borrowed, unless it is written with escapes.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(Name<'de>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::with_capacity(MEMBERS);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        let mut members = json.deserialize_map(Members)?;
        // Of two with one name the last counts: the sort is stable.
        members.reverse();
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        members.dedup_by(|(later, _), (earlier, _)| later == earlier);
        Ok(Self { members })
    }
}

impl<'a> Object<'a> {
    /// The object written in `text`, if it is one.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The JSON text of a member that is there and not `null`.
    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        let mut members = self.members.iter();
        let (_, raw) = members.find(|(known, _)| known.0 == name)?;
        Some(raw.get()).filter(|text| *text != "null")
    }

    /// Whether the member is there, whatever it holds; `null` counts as absent.
    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The names of all members that are not `null`, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members
            .iter()
            .filter(|(_, raw)| raw.get() != "null")
            .map(|(name, _)| &*name.0)
    }

    /// The member, if it is an object.
    pub(super) fn object(&self, name: &str) -> Option<Object<'a>> {
        Self::parse(self.raw(name)?)
    }

    /// The members of a list; empty if it is none.
    pub(super) fn list(&self, name: &str) -> Vec<&'a str> {
        let raw: Vec<&'a RawValue> = self.read(name).unwrap_or_default();
        raw.into_iter().map(RawValue::get).collect()
    }

    /// The member, if it is a whole number of 64 bits.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.read(name)
    }

    /// The member, if it is `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.read(name)
    }

    /// The member, if it is a string. One with half a surrogate pair in it, which JSON
    /// can write and Rust cannot hold, is kept with its escapes as they were written.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let written = self.raw(name)?.strip_prefix('"')?.strip_suffix('"')?;
        Some(self.read(name).unwrap_or_else(|| written.to_owned()))
    }

    fn read<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.raw(name)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_part_is_lost_alone() {
        let object = Object::parse(r#"{"d":1e400,"a":"7","b":7,"c":null,"\u0062":8}"#).unwrap();
        assert_eq!(object.number("a"), None);
        assert_eq!(object.text("a").as_deref(), Some("7"));
        assert_eq!(
            object.number("b"),
            Some(8),
            "the last of two members counts"
        );
        assert!(!object.has("c") && object.has("d"));
        assert_eq!(object.number("d"), None);
        assert_eq!(object.names().collect::<Vec<_>>(), ["a", "b", "d"]);
    }

    #[test]
    fn half_a_surrogate_pair_does_not_lose_the_text() {
        let object = Object::parse(r#"{"text":"pods \ud83d down"}"#).unwrap();
        assert_eq!(object.text("text").as_deref(), Some(r"pods \ud83d down"));
    }

    #[test]
    fn depth_does_not_lose_the_text() {
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        let json = format!(r#"{{"deep":{deep},"text":"hello"}}"#);
        let object = Object::parse(&json).unwrap();
        assert_eq!(object.text("text").as_deref(), Some("hello"));
        assert!(object.list("deep").len() < 2);
    }
}
