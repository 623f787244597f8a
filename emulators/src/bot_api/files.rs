//! Files: what people send, as the fields of a message, and the two ways to it: `getFile` and the
//! download (telegram-bot-api `Client::process_get_file_query`).
//!
//! Absent: the hour after which a link may end, and the local mode of a self-hosted server.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::calls::Outcome;
use super::faults::Fault;
use super::params::Params;
use super::refusal::Refused;
use super::server::{Shared, cut, html_502, refuse};
use super::world::World;

/// The largest file that a bot may fetch, in bytes (Bot API: 20 MB).
const FETCHED_MAX: u64 = 20 << 20;

/// A file on its way into a chat.
#[derive(Clone, Debug)]
pub struct Upload {
    kind: &'static str,
    name: Option<String>,
    mime: Option<String>,
    bytes: Bytes,
    /// What Telegram says of its size: the truth, another number, or nothing.
    size: Option<u64>,
}

impl Upload {
    fn new(kind: &'static str, name: Option<&str>, mime: Option<&str>, bytes: &[u8]) -> Self {
        Self {
            kind,
            name: name.map(str::to_owned),
            mime: mime.map(str::to_owned),
            bytes: Bytes::copy_from_slice(bytes),
            size: Some(bytes.len() as u64),
        }
    }

    /// A photo; it comes in three sizes, of which the largest has these bytes and the others
    /// their first quarter and half.
    #[must_use]
    pub fn photo(bytes: &[u8]) -> Self {
        Self::new("photo", None, None, bytes)
    }

    /// A file of any sort, sent as such.
    #[must_use]
    pub fn document(name: &str, mime: &str, bytes: &[u8]) -> Self {
        Self::new("document", Some(name), Some(mime), bytes)
    }

    /// A document of which Telegram tells neither name nor type.
    #[must_use]
    pub fn bare_document(bytes: &[u8]) -> Self {
        Self::new("document", None, None, bytes)
    }

    /// A voice message.
    #[must_use]
    pub fn voice(bytes: &[u8]) -> Self {
        Self::new("voice", None, Some("audio/ogg"), bytes)
    }

    /// A piece of music.
    #[must_use]
    pub fn audio(name: &str, bytes: &[u8]) -> Self {
        Self::new("audio", Some(name), Some("audio/mpeg"), bytes)
    }

    /// A film.
    #[must_use]
    pub fn video(name: &str, bytes: &[u8]) -> Self {
        Self::new("video", Some(name), Some("video/mp4"), bytes)
    }

    /// A short film without sound; such a message has a `document`, too.
    #[must_use]
    pub fn animation(name: &str, bytes: &[u8]) -> Self {
        Self::new("animation", Some(name), Some("video/mp4"), bytes)
    }

    /// Telegram tells this size, whatever the bytes are.
    #[must_use]
    pub fn told_size(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }

    /// Telegram tells no size.
    #[must_use]
    pub fn untold_size(mut self) -> Self {
        self.size = None;
        self
    }
}

/// A file that Telegram keeps.
#[derive(Debug)]
pub(super) struct Kept {
    path: String,
    bytes: Bytes,
    /// Its size as it is told; what counts for the limit.
    size: u64,
}

/// Whether the message's text stands beneath a file.
pub(super) fn has_caption(extra: &Value) -> bool {
    let kinds = ["photo", "document", "voice", "audio", "video", "animation"];
    kinds.iter().any(|kind| extra.get(kind).is_some())
}

impl World {
    /// Takes a file in, and writes the fields that a message with it has.
    pub(super) fn upload(&mut self, upload: &Upload, extra: &mut Value) {
        let Upload { kind, bytes, .. } = upload;
        if *kind == "photo" {
            let whole = bytes.len();
            let sizes = [(90, whole / 4), (320, whole / 2), (1280, whole)];
            let sizes = sizes.map(|(width, length)| {
                let told = upload.size.map(|size| {
                    // A told size stands for the whole photo.
                    size * (length as u64) / (whole.max(1) as u64)
                });
                let mut size = self.keep(kind, "jpg", bytes.slice(..length), told);
                size["width"] = json!(width);
                size["height"] = json!(width * 3 / 4);
                size
            });
            extra["photo"] = json!(sizes);
            return;
        }
        let name = upload.name.as_deref().unwrap_or_default();
        let ending = name.rsplit_once('.').map_or("bin", |(_, ending)| ending);
        let mut file = self.keep(kind, ending, bytes.clone(), upload.size);
        if let Some(name) = &upload.name {
            file["file_name"] = json!(name);
        }
        if let Some(mime) = &upload.mime {
            file["mime_type"] = json!(mime);
        }
        if ["voice", "audio", "video", "animation"].contains(kind) {
            file["duration"] = json!(3);
        }
        if ["video", "animation"].contains(kind) {
            file["width"] = json!(640);
            file["height"] = json!(360);
        }
        if *kind == "animation" {
            extra["document"] = file.clone();
        }
        extra[*kind] = file;
    }

    fn keep(&mut self, kind: &str, ending: &str, bytes: Bytes, told: Option<u64>) -> Value {
        let number = self.files.len() + 1;
        let id = format!("AgADfile{number}");
        let mut json = json!({"file_id": id, "file_unique_id": format!("Uq{number}")});
        if let Some(size) = told {
            json["file_size"] = json!(size);
        }
        let kept = Kept {
            path: format!("{kind}s/file_{number}.{ending}"),
            size: told.unwrap_or(bytes.len() as u64),
            bytes,
        };
        self.files.insert(id, kept);
        json
    }
}

/// `getFile`.
pub(super) fn get(world: &World, params: &Params) -> Result<Value, Refused> {
    let id = params.text("file_id").unwrap_or_default();
    let Some(kept) = world.files.get(&id) else {
        return Err(Refused::bad("invalid file_id"));
    };
    if kept.size > FETCHED_MAX {
        return Err(Refused::gone("file is too big"));
    }
    Ok(json!({
        "file_id": id,
        "file_unique_id": format!("Uq{id}"),
        "file_size": kept.size,
        "file_path": kept.path,
    }))
}

/// The download of a file; in the log of calls it is `file`.
pub(super) async fn download(shared: Data<Shared>, path: Path<(String, String)>) -> HttpResponse {
    let (token, path) = path.into_inner();
    let path = path.replace("%2F", "/");
    let mut params = Params::default();
    params.set("path".to_owned(), json!(path));
    if token != shared.token {
        return refuse(&Refused::unauthorized());
    }
    let (number, plan) = shared.with(|world| world.arrive("file", &params));
    if !plan.delay.is_zero() {
        sleep(plan.delay).await;
    }
    for gate in plan.before {
        gate.pass().await;
    }
    let (outcome, response) = match plan.failure {
        Some(Fault::Html502) => (Outcome::Lost, html_502()),
        Some(Fault::Status(code)) => (Outcome::Lost, refuse(&Refused::server_error(code))),
        Some(_) => (Outcome::Lost, cut()),
        None => shared.look(|world| sent(world, &path)),
    };
    shared.with(|world| world.end(number, outcome));
    response
}

fn sent(world: &World, path: &str) -> (Outcome, HttpResponse) {
    if let Some(kept) = world.files.values().find(|kept| kept.path == path) {
        let mut response = HttpResponse::Ok();
        response.content_type("application/octet-stream");
        return (Outcome::Done, response.body(kept.bytes.clone()));
    }
    let refused = Refused::not_found();
    let outcome = Outcome::Refused(refused.code, refused.description.clone());
    (outcome, refuse(&refused))
}
