//! From an HTTP request to parameters: query string, form, JSON and multipart.

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Payload};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::params::Params;
use super::refusal::Refused;

/// Largest body in bytes; an upload may have 50 MB.
const BODY_MAX: usize = 60 << 20;

/// Reads the query string, then the body over it.
pub(super) async fn read(req: &HttpRequest, payload: Payload) -> Result<Params, Refused> {
    let mut params = Params::default();
    read_form(&mut params, req.query_string().as_bytes());
    let kind = req.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|k| k.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let parts = Multipart::new(req.headers(), payload);
        read_parts(&mut params, parts).await?;
        return Ok(params);
    }
    let json = kind.starts_with("application/json");
    let body = payload.to_bytes_limited(BODY_MAX).await;
    let Ok(Ok(body)) = body else {
        return Err(Refused::bad("can't read the request"));
    };
    if json {
        read_json(&mut params, &body)?;
    } else {
        read_form(&mut params, &body);
    }
    Ok(params)
}

fn read_form(params: &mut Params, form: &[u8]) {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(form).unwrap_or_default();
    for (name, value) in pairs {
        params.set(name, Value::String(value));
    }
}

fn read_json(params: &mut Params, body: &Bytes) -> Result<(), Refused> {
    if body.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => {
            for (name, value) in fields {
                params.set(name, value);
            }
            Ok(())
        }
        _ => Err(Refused::bad("can't parse request parameters JSON object")),
    }
}

/// Fields become parameters; a file becomes `{file_name, file_size, mime_type, text}` under its
/// field's name, with `base64` instead of `text` where it is not UTF-8.
async fn read_parts(params: &mut Params, mut parts: Multipart) -> Result<(), Refused> {
    let broken = || Refused::bad("can't parse multipart form data");
    while let Some(mut part) = parts.try_next().await.map_err(|_| broken())? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.content_disposition().and_then(|d| d.get_filename());
        let file = file.map(str::to_owned);
        let kind = part.content_type().map(ToString::to_string);
        let mut body = Vec::new();
        while let Some(chunk) = part.next().await {
            body.extend_from_slice(&chunk.map_err(|_| broken())?);
            if body.len() > BODY_MAX {
                return Err(Refused::bad("file is too big"));
            }
        }
        let size = body.len();
        let body = String::from_utf8(body);
        let value = match (file, body) {
            (None, body) => Value::String(body.map_err(|_| broken())?),
            (Some(file), body) => {
                let mut file = json!({"file_name": file, "file_size": size, "mime_type": kind});
                match body {
                    Ok(text) => file["text"] = json!(text),
                    Err(bytes) => file["base64"] = json!(STANDARD.encode(bytes.as_bytes())),
                }
                file
            }
        };
        params.set(name, value);
    }
    Ok(())
}
