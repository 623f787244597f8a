//! The server itself: parameters, tokens, many people, waits in vain.

use std::time::Duration;

use serde_json::json;
use switchboard_emulators::bot_api::Settings;

use crate::support::{ANN, Bot};

#[actix_rt::test]
async fn parameters_come_in_every_way_and_names_in_any_case() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    bot.send(ANN, "json").await;
    let url = bot.method_url("SENDMESSAGE");
    let query = bot.http.get(format!("{url}?chat_id=7&text=query"));
    assert_eq!(query.send().await.unwrap().status(), 200);
    let form = [
        ("chat_id", "7"),
        ("text", "form"),
        (
            "reply_markup",
            r#"{"inline_keyboard":[[{"text":"Go","callback_data":"g"}]]}"#,
        ),
    ];
    let form = bot.http.post(&url).send_form(&form);
    assert_eq!(form.await.unwrap().status(), 200);
    let parts = "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n7\r\n--b\r\n\
                 Content-Disposition: form-data; name=\"text\"\r\n\r\nparts\r\n--b--\r\n";
    let multipart = bot
        .http
        .post(&url)
        .content_type("multipart/form-data; boundary=b");
    assert_eq!(multipart.send_body(parts).await.unwrap().status(), 200);

    let screen = bot.api.bot_screen(ANN);
    let texts: Vec<&str> = screen.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(texts, ["json", "query", "form", "parts"]);
    assert_eq!(screen[2].labels(), ["Go"]);
    bot.was_correct();
}

#[actix_rt::test]
async fn wrong_tokens_and_unknown_methods_are_told_apart() {
    let bot = Bot::new().await;
    assert_eq!(bot.refused("sendNothing", json!({})).await, "Not Found");
    let url = format!("{}/bot1:wrong/getMe", bot.api.url());
    assert_eq!(bot.http.get(url).send().await.unwrap().status(), 401);
    assert_eq!(bot.api.violations().len(), 2);
    bot.api.expect_refusals("Not Found");
    bot.api.expect_refusals("Unauthorized");
    bot.was_correct();
}

#[actix_rt::test]
async fn hundreds_of_people_wait_at_once() {
    let bot = Bot::new().await;
    let people = 1..=300_i64;
    let waits = people.clone().map(|id| {
        let api = bot.api.clone();
        api.say(id, id, "hello");
        actix_rt::spawn(async move { api.sees(id, "hi").await.chat })
    });
    let waits: Vec<_> = waits.collect();
    let sends = people.clone().map(|id| bot.send(id, "hi"));
    futures_util::future::join_all(sends).await;
    for (id, wait) in people.zip(waits) {
        assert_eq!(wait.await.unwrap(), id);
    }
    bot.was_correct();
}

#[actix_rt::test]
#[should_panic(expected = "#3 bot: \"what came\"")]
async fn a_vain_wait_shows_the_screen() {
    let bot = Bot::with(Settings {
        patience: Duration::from_millis(50),
        ..Settings::unlimited()
    })
    .await;
    bot.api.say(ANN, ANN, "/start");
    bot.send(ANN, "what came").await;
    bot.api.sees(ANN, "what should come").await;
}

#[actix_rt::test]
async fn a_stopped_server_hears_nothing_and_can_still_be_looked_at() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    bot.api.expire_updates();
    let poll = actix_rt::spawn(bot.raw("getUpdates", &json!({"timeout": 10})));
    bot.api.polled().await;
    bot.api.stop().await;
    assert!(poll.await.unwrap().is_err());
    assert!(bot.raw("getMe", &json!({})).await.is_err());
    assert_eq!(bot.api.screen(ANN).len(), 1);
}
