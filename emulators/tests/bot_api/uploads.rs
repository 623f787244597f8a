//! Files that the bot sends: what is refused, what a person sees.

use serde_json::Value;

use crate::support::{ANN, Bot};

/// A form with a chat, a caption and one file.
async fn send(bot: &Bot, method: &str, caption: &str, name: &str, bytes: &[u8]) -> (u16, Value) {
    let field = method.trim_start_matches("send").to_lowercase();
    let mut form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n{ANN}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"caption\"\r\n\r\n{caption}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(bytes);
    form.extend_from_slice(b"\r\n--b--\r\n");
    let upload = bot.http.post(bot.method_url(method));
    let upload = upload.content_type("multipart/form-data; boundary=b");
    let mut answer = upload.send_body(form).await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("JSON"))
}

async fn refused(bot: &Bot, method: &str, caption: &str, bytes: &[u8]) -> String {
    let (status, body) = send(bot, method, caption, "x", bytes).await;
    assert_eq!(body["ok"], false, "{status} {body}");
    body["description"].as_str().expect("a text").to_owned()
}

fn png(width: u32, height: u32, size: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.resize(size, 0xff);
    bytes
}

/// A JPEG's head: an APP0 segment, then the frame.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x11\x08".to_vec();
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes
}

#[actix_rt::test]
async fn a_picture_shows_its_size_and_caption() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    for (caption, bytes, sides) in [
        ("a png", png(800, 600, 40), (800, 600)),
        ("a jpeg", jpeg(640, 480), (640, 480)),
    ] {
        let (status, body) = send(&bot, "sendPhoto", caption, "chart.png", &bytes).await;
        assert_eq!(status, 200, "{body}");
        let result = &body["result"];
        assert_eq!(result["photo"][0]["width"], sides.0);
        assert_eq!(result["photo"][0].get("base64"), None);
        assert_eq!(result["caption"], caption);
        let shown = bot.api.sees(ANN, caption).await;
        let file = shown.file().expect("a file");
        assert_eq!((file.picture, file.bytes), (Some(sides), bytes));
    }
    bot.was_correct();
}

#[actix_rt::test]
async fn what_is_no_picture_to_show_is_refused() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    for (bytes, why) in [
        (b"GIF89a".to_vec(), "IMAGE_PROCESS_FAILED"),
        (b"\xff\xd8\xff".to_vec(), "IMAGE_PROCESS_FAILED"),
        (png(9_000, 1_001, 40), "PHOTO_INVALID_DIMENSIONS"),
        (png(2_100, 100, 40), "PHOTO_INVALID_DIMENSIONS"),
        (
            png(800, 600, (10 << 20) + 1),
            "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ] {
        let expected = format!("Bad Request: {why}");
        assert_eq!(refused(&bot, "sendPhoto", "", &bytes).await, expected);
    }
    let (status, _) = send(&bot, "sendPhoto", "", "x", &png(800, 600, 10 << 20)).await;
    assert_eq!(status, 200);
}

#[actix_rt::test]
async fn a_file_has_its_limits() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let large = vec![0; (50 << 20) + 1];
    assert_eq!(
        refused(&bot, "sendDocument", "", &large).await,
        "Request Entity Too Large"
    );
    assert_eq!(
        refused(&bot, "sendDocument", "", b"").await,
        "Bad Request: file must be non-empty"
    );
    assert_eq!(
        refused(&bot, "sendDocument", &"c".repeat(1025), b"x").await,
        "Bad Request: message caption is too long"
    );
    let (status, _) = send(&bot, "sendDocument", &"c".repeat(1024), "x", b"x").await;
    assert_eq!(status, 200);
    assert_eq!(bot.api.violations().len(), 3);
}
