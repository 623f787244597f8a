//! The columns of files and of edits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use switchboard_emulators::agent::{Gate, Incoming as Asked, Reply, Settings, replies, reply};
use switchboard_emulators::bot_api::{Message, SentFile, Upload};

use super::{Spot, arrives, held_echo, plan, spots};
use crate::files::png;
use crate::support::{PATIENCE, Stage, rows};

const IMAGES: &str = "flavor = \"kagent\"\nfile_types = [\"image/*\"]";
const JOINED: &str = "SELECT count(*) FROM updates WHERE state = 'joined'";

fn parts(asked: &Asked) -> Reply {
    replies(&format!("got {}", asked.parts.join(" and ")))
}

/// An agent that takes pictures, and tells what it got.
async fn stage() -> Stage {
    plan("")
        .agent_as("k8s", Settings::kagent("k8s"), IMAGES, parts)
        .start()
        .await
}

#[tokio::test]
async fn a_photo_is_answered_where_it_was_sent() {
    let stage = stage().await;
    for spot in spots(&stage).await {
        let photo = spot.message(&spot.words()).file(Upload::photo(&[7; 40]));
        let question = stage.telegram.post(photo);
        let got = format!("got {} and [photo.jpg image/jpeg 40]", spot.words());
        let answer = stage.telegram.sees(spot.chat, &got).await;
        spot.holds(&answer, question);
    }
    stage.ends().await;
}

#[tokio::test]
async fn an_album_is_one_question_and_answered_where_it_was_sent() {
    let stage = stage().await;
    let mut asked = Vec::new();
    for (n, spot) in spots(&stage).await.into_iter().enumerate() {
        let photo = |words: &str, bytes: &[u8]| {
            let photo = spot.message(words).file(Upload::photo(bytes));
            stage.telegram.post(photo.album(&format!("9000{n}")))
        };
        let first = photo(&spot.words(), &[1; 10]);
        photo("", &[2; 20]);
        asked.push((spot, first));
    }
    for (spot, first) in &asked {
        let got = format!(
            "got {} and [photo.jpg image/jpeg 10] and [photo.jpg image/jpeg 20]",
            spot.words()
        );
        let answer = stage.telegram.sees(spot.chat, &got).await;
        spot.holds(&answer, *first);
    }
    assert_eq!(stage.agent("k8s").prompts().len(), asked.len());
    stage.ends().await;
}

#[tokio::test]
async fn an_edit_counts_where_the_question_waits_and_is_told_there_when_it_came_too_late() {
    let gate = Gate::new();
    let stage = plan("")
        .agent("k8s", held_echo(&gate, "heard"))
        .start()
        .await;
    let mut asked = Vec::new();
    for (n, spot) in (1..).zip(spots(&stage).await) {
        let words = format!("first {}", spot.words());
        let first = spot.says(&stage, &words);
        arrives(&stage, &words).await;
        let second = spot.says(&stage, &format!("waht {}", spot.words()));
        rows::becomes(&stage.store(), "SELECT count(*) FROM turns", 2 * n).await;
        stage
            .telegram
            .edit(spot.chat, second, &format!("what {}", spot.words()));
        rows::becomes(&stage.store(), JOINED, n).await;
        stage
            .telegram
            .edit(spot.chat, first, &format!("frist {}", spot.words()));
        let late = "Your change came too late";
        let told = stage.telegram.sees(spot.chat, late).await;
        assert_eq!((told.thread, told.reply_to), (spot.thread, Some(first)));
        asked.push((spot, second));
    }
    gate.open();
    for (spot, second) in asked {
        let what = format!("heard what {}", spot.words());
        let answer = stage.telegram.sees(spot.chat, &what).await;
        spot.holds(&answer, second);
    }
    stage.ends().await;
}

/// Waits for a file of that name, newer than the question.
async fn sees_file(stage: &Stage, spot: &Spot, question: i64, name: &str) -> (Message, SentFile) {
    let what = format!("{name} in {}", spot.name);
    let found = stage.telegram.wait_in(spot.chat, &what, PATIENCE, |world| {
        let with_file = |message: &Message| Some((message.clone(), message.file()?));
        let newer = world.messages(spot.chat).filter(|it| it.id > question);
        let mut files = newer.filter_map(with_file);
        files.find(|(message, file)| message.from_bot() && file.name == name)
    });
    found.await
}

#[tokio::test]
async fn the_files_of_an_answer_come_where_it_was_asked_for() {
    let picture = STANDARD.encode(png(800, 600));
    let stage = plan("")
        .agent("k8s", move |asked| {
            reply()
                .file_bytes("cpu.png", "image/png", &picture)
                .file_bytes("pods.csv", "text/csv", &STANDARD.encode("a,b\n1,2\n"))
                .answers(&asked.text)
        })
        .start()
        .await;
    for spot in spots(&stage).await {
        let question = spot.says(&stage, &spot.words());
        let (photo, file) = sees_file(&stage, &spot, question, "cpu.png").await;
        assert_eq!(file.picture, Some((800, 600)), "{}", spot.name);
        let (document, file) = sees_file(&stage, &spot, question, "pods.csv").await;
        assert_eq!(file.bytes, b"a,b\n1,2\n", "{}", spot.name);
        assert_eq!([photo.thread, document.thread], [spot.thread; 2]);
        let answer = stage.telegram.sees(spot.chat, &spot.words()).await;
        spot.holds(&answer, question);
    }
    stage.ends().await;
}
