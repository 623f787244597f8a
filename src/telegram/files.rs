//! The file that a message carries.

use super::lenient::Object;
use crate::model::{Attachment, Rendition};

/// The longest file name that is kept, in characters.
const NAME_MAX: usize = 120;

/// The parts that are a file which can be passed on; the name and the media type that it has where
/// Telegram tells none. An animation also comes as a document, so the order matters.
const FILES: [(&str, &str, Option<&str>); 5] = [
    ("animation", "animation.mp4", Some("video/mp4")),
    ("document", "file", None),
    ("voice", "voice.ogg", Some("audio/ogg")),
    ("audio", "audio.mp3", Some("audio/mpeg")),
    ("video", "video.mp4", Some("video/mp4")),
];

/// The file of a message, if it has one that can be passed on.
pub(super) fn file_of(message: &Object<'_>) -> Option<Attachment> {
    let known = FILES.iter().find_map(|(part, name, media_type)| {
        let file = message.object(part)?;
        let told = file.text("file_name").map(|name| plain(&name));
        Some(Attachment {
            name: told
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| (*name).to_owned()),
            media_type: file
                .text("mime_type")
                .or_else(|| media_type.map(str::to_owned)),
            renditions: vec![rendition(&file)?],
        })
    });
    known.or_else(|| photo(message))
}

/// Telegram keeps a photo in several sizes and always as JPEG.
fn photo(message: &Object<'_>) -> Option<Attachment> {
    let sizes = message.list("photo").into_iter();
    let mut renditions: Vec<(i64, Rendition)> = sizes
        .filter_map(|size| {
            let size = Object::parse(size)?;
            Some((size.number("width").unwrap_or(0), rendition(&size)?))
        })
        .collect();
    renditions.sort_by_key(|(width, _)| std::cmp::Reverse(*width));
    (!renditions.is_empty()).then(|| Attachment {
        name: "photo.jpg".to_owned(),
        media_type: Some("image/jpeg".to_owned()),
        renditions: renditions.into_iter().map(|(_, one)| one).collect(),
    })
}

fn rendition(file: &Object<'_>) -> Option<Rendition> {
    let bytes = file.number("file_size");
    Some(Rendition {
        file: file.text("file_id")?.into(),
        bytes: bytes.and_then(|bytes| u64::try_from(bytes).ok()),
    })
}

/// A name on one line, without a path.
fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible = last.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = visible.take(NAME_MAX).collect();
    short.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Option<String> {
        let file = file_of(&Object::parse(message).unwrap())?;
        let forms = file.renditions.iter().map(|one| {
            let bytes = one.bytes.map_or("?".to_owned(), |bytes| bytes.to_string());
            format!("{}:{bytes}", one.file)
        });
        let forms: Vec<String> = forms.collect();
        let media_type = file.media_type.unwrap_or_default();
        Some(format!("{} {media_type} {}", file.name, forms.join(" ")))
    }

    #[test]
    fn what_can_be_passed_on_is_read_and_the_rest_is_none() {
        for (message, expected) in [
            (
                r#"{"photo":[{"file_id":"s","width":90,"file_size":1},{"file_id":"l","width":1280},{"file_id":"m","width":320,"file_size":2}]}"#,
                Some("photo.jpg image/jpeg l:? m:2 s:1"),
            ),
            (
                r#"{"document":{"file_id":"d","file_name":"pods.yaml","mime_type":"application/yaml","file_size":9}}"#,
                Some("pods.yaml application/yaml d:9"),
            ),
            (r#"{"document":{"file_id":"d"}}"#, Some("file  d:?")),
            (
                r#"{"document":{"file_id":"d","file_name":"../../etc/pa\nsswd"}}"#,
                Some("pa sswd  d:?"),
            ),
            (
                r#"{"document":{"file_id":"d","file_name":"/"}}"#,
                Some("file  d:?"),
            ),
            (
                r#"{"voice":{"file_id":"v","file_size":-1}}"#,
                Some("voice.ogg audio/ogg v:?"),
            ),
            (
                r#"{"audio":{"file_id":"a","mime_type":"audio/flac"}}"#,
                Some("audio.mp3 audio/flac a:?"),
            ),
            (
                r#"{"video":{"file_id":"v"}}"#,
                Some("video.mp4 video/mp4 v:?"),
            ),
            (
                r#"{"animation":{"file_id":"g"},"document":{"file_id":"g","file_name":"x"}}"#,
                Some("animation.mp4 video/mp4 g:?"),
            ),
            (r#"{"sticker":{"file_id":"s"}}"#, None),
            (r#"{"photo":[]}"#, None),
            (r#"{"photo":[{"width":3}],"document":7}"#, None),
            (r#"{"text":"hello"}"#, None),
        ] {
            assert_eq!(read(message).as_deref(), expected, "{message}");
        }
    }
}
