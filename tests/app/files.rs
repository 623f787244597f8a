//! What comes as a file: the rest of a long answer, what an agent made, and a text that
//! Telegram takes in no other form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use switchboard_emulators::agent::{replies, reply};
use switchboard_emulators::bot_api::{Fault, On};

use crate::support::{Stage, rows};

/// The head of a PNG, which is all that anybody here looks at.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0\xff");
    bytes
}

/// An answer of about 31 kB.
fn report() -> String {
    let line = |n| format!("- `cart-{n}`: **restarted** {n} times\n");
    let lines: String = (0..900).map(line).collect();
    format!("# Restarts\n\n{lines}")
}

fn calls(stage: &Stage, method: &str) -> usize {
    stage.telegram.calls_to(method).len()
}

#[tokio::test]
async fn a_long_answer_comes_as_its_beginning_and_a_file() {
    let stage = Stage::with(|_| replies(&report())).await;
    let question = stage.user(7).says("restarts?");
    let (message, file) = stage.user(7).sees_file("k8s-T1.md").await;
    stage.settled().await;
    assert_eq!(file.bytes, report().trim_end().as_bytes());
    assert_eq!(file.media_type.as_deref(), Some("text/markdown"));
    let screen = stage.telegram.bot_screen(7);
    assert_eq!(screen.len(), 2);
    assert!(
        screen[0].text.starts_with("Restarts\n"),
        "{}",
        screen[0].text
    );
    let size = file.bytes.len().div_ceil(1024);
    let end = format!("All of it is in the file below: k8s-T1.md ({size} kB).");
    assert!(screen[0].text.ends_with(&end), "{}", screen[0].text);
    assert_eq!((screen[0].reply_to, screen[1].id), (None, message.id));
    assert!(question < screen[0].id && !message.silent);
    stage.ends().await;
}

#[tokio::test]
async fn what_an_agent_made_is_shown_as_a_picture_a_file_or_a_link() {
    let picture = png(800, 600);
    let encoded = STANDARD.encode(&picture);
    let stage = Stage::with(move |_| {
        reply()
            .file_bytes("../cpu.png", "image/png", &encoded)
            .file_bytes("pods.csv", "text/csv", &STANDARD.encode("a,b\n1,2\n"))
            .file_uri("runbook.pdf", "application/pdf", "https://wiki.io/r.pdf")
            .answers("CPU of **web-1**:")
    })
    .await;
    stage.user(7).says("cpu?");
    let (photo, file) = stage.user(7).sees_file("cpu.png").await;
    assert_eq!((file.bytes, file.picture), (picture, Some((800, 600))));
    assert_eq!(photo.text, "cpu.png");
    let (_, file) = stage.user(7).sees_file("pods.csv").await;
    assert_eq!(
        (file.bytes.as_slice(), file.picture),
        (&b"a,b\n1,2\n"[..], None)
    );
    assert_eq!(file.media_type.as_deref(), Some("text/csv"));
    stage.settled().await;
    let screen = stage.user(7).screen();
    assert_eq!(screen, ["CPU of web-1:\n\n📎 runbook.pdf", "cpu.png", ""]);
    let link = &stage.telegram.bot_screen(7)[0].entities[1];
    assert_eq!(link["url"], "https://wiki.io/r.pdf");
    stage.ends().await;
}

#[tokio::test]
async fn a_text_that_is_refused_in_every_form_comes_as_a_file() {
    let stage = Stage::with(|_| replies("**two** pods")).await;
    let refused = On::method("sendMessage").text("two pods").always();
    stage.telegram.inject(Fault::Status(400), refused);
    stage.user(7).says("pods?");
    let (_, file) = stage.user(7).sees_file("message.txt").await;
    stage.settled().await;
    assert_eq!(file.bytes, b"two pods");
    let calls = stage.telegram.calls_to("sendMessage");
    let formatted: Vec<bool> = (calls.iter())
        .map(|call| call.params.get("entities").is_some())
        .collect();
    assert_eq!(formatted, [true, false]);
    assert_eq!(stage.user(7).screen().len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_penalty_leads_no_text_and_no_file_down_the_ladder() {
    let encoded = STANDARD.encode(png(800, 600));
    let stage = Stage::with(move |_| {
        reply()
            .file_bytes("cpu.png", "", &encoded)
            .answers("**cpu**")
    })
    .await;
    for method in ["sendMessage", "sendPhoto"] {
        let limited = On::method(method);
        stage
            .telegram
            .inject(Fault::TooMany { retry_after: 1 }, limited);
    }
    stage.user(7).says("cpu?");
    stage.user(7).sees_file("cpu.png").await;
    stage.settled().await;
    let calls = ["sendMessage", "sendPhoto", "sendDocument"].map(|method| calls(&stage, method));
    assert_eq!(calls, [2, 2, 0]);
    assert!(stage.telegram.bot_screen(7)[0].entities[0]["type"] == "bold");
    stage.ends().await;
}

#[tokio::test]
async fn a_picture_that_telegram_does_not_take_as_one_comes_as_a_file() {
    let picture = png(800, 600);
    let encoded = STANDARD.encode(&picture);
    let stage =
        Stage::with(move |_| reply().file_bytes("cpu.png", "", &encoded).answers("cpu")).await;
    let refused = On::method("sendPhoto").always();
    stage.telegram.inject(Fault::Status(400), refused);
    stage.user(7).says("cpu?");
    let (message, file) = stage.user(7).sees_file("cpu.png").await;
    assert_eq!((file.bytes, file.picture), (picture, None));
    assert_eq!(message.text, "cpu.png");
    stage.ends().await;
}

#[tokio::test]
async fn a_file_that_telegram_refuses_is_told_and_recorded_and_the_others_come() {
    let stage = Stage::with(|_| {
        let file = |name: &str| STANDARD.encode(name);
        reply()
            .file_bytes("bad.bin", "", &file("bad"))
            .file_bytes("good.bin", "", &file("good"))
            .answers("two files")
    })
    .await;
    let refused = On::method("sendDocument");
    stage.telegram.inject(Fault::Status(400), refused);
    stage.user(7).says("files?");
    stage.user(7).sees_file("good.bin").await;
    stage.settled().await;
    let told = "⚠️ Telegram did not take the file bad.bin (3 bytes), so I cannot show it to you.";
    assert_eq!(stage.user(7).screen(), ["two files", told, ""]);
    let states = "SELECT count(*) FROM outbox WHERE state = 'refused' AND reason LIKE 'refused: %'";
    assert_eq!(rows::count(&stage.store(), states).await, 1);
    assert_eq!(rows::turn_states(&stage.store()).await, ["answered"]);
    stage.ends().await;
}

#[tokio::test]
async fn a_file_of_which_nobody_knows_is_sent_once_more_and_no_more() {
    let stage = Stage::with(|_| reply().file_bytes("a.txt", "", "eA==").answers("one")).await;
    let cut = On::method("sendDocument").times(5);
    stage.telegram.inject(Fault::CutAfter, cut);
    stage.user(7).says("file?");
    stage.user(7).sees_file("a.txt").await;
    stage.settled().await;
    assert_eq!(calls(&stage, "sendDocument"), 2);
    let unknown = "SELECT count(*) FROM outbox WHERE state = 'unknown' AND sends = 2";
    assert_eq!(rows::count(&stage.store(), unknown).await, 1);
    stage.ends().await;
}
