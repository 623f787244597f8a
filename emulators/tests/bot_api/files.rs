//! Files: how they come in a message, and how a bot gets them.

use serde_json::{Value, json};
use switchboard_emulators::bot_api::{Incoming, Upload};

use crate::support::{ANN, Bot};

async fn message_with(bot: &Bot, caption: &str, file: Upload) -> Value {
    bot.api
        .post(Incoming::new(ANN, ANN, caption).file(file).album("77"));
    let updates = bot.ok("getUpdates", json!({"offset": -1})).await;
    updates[0]["message"].clone()
}

async fn fetched(bot: &Bot, path: &str) -> (u16, Vec<u8>) {
    let url = format!("{}/file/bot{}/{path}", bot.api.url(), bot.api.token());
    let mut answer = bot.http.get(url).send().await.expect("an answer");
    let body = answer.body().await.expect("a body");
    (answer.status().as_u16(), body.to_vec())
}

#[actix_rt::test]
async fn a_photo_has_sizes_a_caption_and_an_album_and_no_text() {
    let bot = Bot::new().await;
    let message = message_with(&bot, "@someone look", Upload::photo(&[7; 40])).await;
    let sizes = message["photo"].as_array().expect("sizes");
    let bytes: Vec<_> = sizes.iter().map(|size| &size["file_size"]).collect();
    assert_eq!(bytes, [10, 20, 40]);
    assert_eq!(message["caption"], "@someone look");
    assert_eq!(message["caption_entities"][0]["type"], "mention");
    assert_eq!(message["media_group_id"], "77");
    assert!(message["text"].is_null() && message["entities"].is_null());

    let id = &sizes[2]["file_id"];
    let file = bot.ok("getFile", json!({"file_id": id})).await;
    let path = file["file_path"].as_str().expect("a path");
    assert_eq!(fetched(&bot, path).await, (200, vec![7; 40]));
    let encoded = path.replace('/', "%2F");
    assert_eq!(fetched(&bot, &encoded).await.0, 200);
    bot.was_correct();
}

#[actix_rt::test]
async fn an_animation_is_a_document_too_and_sizes_can_be_untold() {
    let bot = Bot::new().await;
    let message = message_with(&bot, "", Upload::animation("g.mp4", b"12").untold_size()).await;
    assert_eq!(message["document"], message["animation"]);
    assert_eq!(message["animation"]["file_name"], "g.mp4");
    assert!(message["animation"]["file_size"].is_null());
    assert!(message["caption"].is_null());
}

#[actix_rt::test]
async fn twenty_megabytes_can_be_fetched_and_not_one_more() {
    let bot = Bot::new().await;
    for (bytes, refused) in [(20 << 20, false), ((20 << 20) + 1, true)] {
        let file = Upload::document("a.bin", "application/zip", b"x").told_size(bytes);
        let message = message_with(&bot, "", file).await;
        let id = &message["document"]["file_id"];
        let answer = bot.call("getFile", json!({"file_id": id})).await;
        if refused {
            assert_eq!(answer["description"], "Bad Request: file is too big");
        } else {
            assert_eq!(answer["result"]["file_size"], bytes);
        }
    }
}

#[actix_rt::test]
async fn what_is_not_there_is_refused() {
    let bot = Bot::new().await;
    let words = bot.refused("getFile", json!({"file_id": "nonsense"})).await;
    assert_eq!(words, "Bad Request: invalid file_id");
    assert_eq!(fetched(&bot, "photos/file_9.jpg").await.0, 404);
    let url = format!("{}/file/bot7:wrong/photos/file_1.jpg", bot.api.url());
    let answer = bot.http.get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 401);
}
