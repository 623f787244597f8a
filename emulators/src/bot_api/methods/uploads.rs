//! `sendDocument` and `sendPhoto`: a file in a form, with a caption.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::params::Params;
use super::super::refusal::Refused;
use super::super::text::{self, Checked};
use super::super::world::World;
use super::sending::send;

/// Longest caption in code points.
const CAPTION_MAX: usize = 1024;
/// Largest upload in bytes.
const DOCUMENT_MAX: u64 = 50 << 20;
/// Largest picture in bytes.
const PHOTO_MAX: u64 = 10 << 20;
/// Largest width and height of a picture together, in pixels.
const PHOTO_SIDES_MAX: u32 = 10_000;
/// How many times longer than the other a side of a picture may be.
const PHOTO_RATIO_MAX: u32 = 20;

/// Sends a file: its caption is the text on the screen, its name and size are in `document`.
pub(super) fn send_document(
    world: &mut World,
    params: &Params,
    now: Instant,
) -> Result<Value, Refused> {
    let mut file = upload(params, "document", DOCUMENT_MAX)?;
    file["file_id"] = json!("BQACAgIAAxkDAAI");
    file["file_unique_id"] = json!("AgADAQAD");
    let caption = caption(params)?;
    send(world, params, caption, json!({"document": file}), now)
}

/// Sends a picture: its caption is the text on the screen, its size is in `photo`.
pub(super) fn send_photo(
    world: &mut World,
    params: &Params,
    now: Instant,
) -> Result<Value, Refused> {
    let mut file = upload(params, "photo", DOCUMENT_MAX)?;
    let size = file["file_size"].as_u64().unwrap_or_default();
    if size > PHOTO_MAX {
        return Err(Refused::bad(format!(
            "file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_MAX} bytes"
        )));
    }
    let bytes = file["base64"].as_str().map(|text| STANDARD.decode(text));
    let sides = bytes.and_then(|bytes| sides(&bytes.ok()?));
    let Some((width, height)) = sides else {
        return Err(Refused::bad("IMAGE_PROCESS_FAILED"));
    };
    let (long, short) = (width.max(height), width.min(height));
    if width.saturating_add(height) > PHOTO_SIDES_MAX
        || long > short.saturating_mul(PHOTO_RATIO_MAX)
    {
        return Err(Refused::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    file["width"] = json!(width);
    file["height"] = json!(height);
    file["file_id"] = json!("AgACAgIAAxkDAAI");
    file["file_unique_id"] = json!("AQADAQAD");
    let caption = caption(params)?;
    send(world, params, caption, json!({"photo": [file]}), now)
}

fn upload(params: &Params, field: &str, max: u64) -> Result<Value, Refused> {
    let file = params.json(field, field)?;
    let Some(file) = file.filter(|file| file.get("file_name").is_some()) else {
        return Err(Refused::bad(format!("there is no {field} in the request")));
    };
    match file["file_size"].as_u64().unwrap_or_default() {
        0 => Err(Refused::bad("file must be non-empty")),
        size if size > max => Err(Refused::too_large()),
        _ => Ok(file),
    }
}

fn caption(params: &Params) -> Result<Checked, Refused> {
    let mut caption = Params::default();
    for (from, to) in [
        ("caption", "text"),
        ("caption_entities", "entities"),
        ("parse_mode", "parse_mode"),
    ] {
        if let Some(value) = params.text(from) {
            caption.set(to, Value::String(value));
        }
    }
    let checked = if caption.has("text") {
        text::read(&caption)?
    } else {
        Checked::default()
    };
    if checked.text.chars().count() > CAPTION_MAX {
        return Err(Refused::bad("message caption is too long"));
    }
    Ok(checked)
}

/// Width and height of a PNG or a JPEG, read from its head.
fn sides(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16)? == b"IHDR" {
        let side = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        return Some((side(16)?, side(20)?));
    }
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let (marker, length) = match *rest {
            [0xff, marker, high, low, ..] => (marker, u16::from_be_bytes([high, low])),
            _ => return None,
        };
        // A frame's head: SOF0 to SOF15, without the three tables among them.
        if (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker) {
            let side = |at: usize| Some(u16::from_be_bytes([*rest.get(at)?, *rest.get(at + 1)?]));
            return Some((side(7)?.into(), side(5)?.into()));
        }
        rest = rest.get(2 + usize::from(length)..)?;
    }
}
