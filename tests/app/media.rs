//! Files that people send, as they arrive at the agent.

use switchboard_emulators::agent::{Gate, Settings, Versions, replies, reply};
use switchboard_emulators::bot_api::{Fault, Incoming, On, Upload};

use crate::support::{PATIENCE, Stage, UNLIMITED, rows};

/// An album waits until it is full.
const PATIENT: &str = "[chat]\nalbum_quiet = \"60s\"\n";
const HASTY: &str = "[chat]\nalbum_quiet = \"10ms\"\n";
const IMAGES: &str = "flavor = \"kagent\"\nfile_types = [\"image/*\"]\nfiles_max = 10";

/// A kagent agent that takes images; `sections` go behind the lifted limits.
async fn stage(sections: &str) -> Stage {
    Stage::plan()
        .sections(&format!("{UNLIMITED}{sections}"))
        .agent_as("k8s", Settings::kagent("k8s"), IMAGES, |asked| {
            replies(&format!("answer {}", asked.turn))
        })
        .start()
        .await
}

fn send(stage: &Stage, caption: &str, file: Upload) -> i64 {
    let message = Incoming::new(7, 7, caption).file(file);
    stage.telegram.post(message)
}

fn send_in_album(stage: &Stage, caption: &str, file: Upload) {
    let message = Incoming::new(7, 7, caption).file(file).album("90001");
    stage.telegram.post(message);
}

async fn parts(stage: &Stage, prompts: usize) -> Vec<Vec<String>> {
    let agent = stage.agent("k8s");
    let asked = agent.wait_for("the prompts", PATIENCE, |agent| {
        let asked = agent.prompts();
        (asked.len() >= prompts).then_some(asked)
    });
    let asked = asked.await.into_iter();
    asked.map(|prompt| prompt.parts).collect()
}

#[tokio::test]
async fn a_photo_reaches_the_agent_in_its_largest_size_with_its_caption() {
    let stage = stage("").await;
    send(&stage, "/k8s what is this?", Upload::photo(&[7; 400]));
    stage.user(7).sees("answer 1").await;
    send(&stage, "", Upload::photo(&[7; 40]));
    stage.user(7).sees("answer 2").await;
    assert_eq!(
        parts(&stage, 2).await,
        [
            vec!["what is this?", "[photo.jpg image/jpeg 400]"],
            vec!["[photo.jpg image/jpeg 40]"]
        ]
    );
    stage.ends().await;
}

#[tokio::test]
async fn a_photo_that_is_too_large_comes_in_a_size_that_fits() {
    let toml = format!("{IMAGES}\nfile_bytes_max = 3000");
    let stage = Stage::plan()
        .agent_as("k8s", Settings::kagent("k8s"), &toml, |_| replies("seen"))
        .start()
        .await;
    send(&stage, "", Upload::photo(&[7; 4_000]));
    stage.user(7).sees("seen").await;
    assert_eq!(parts(&stage, 1).await[0], ["[photo.jpg image/jpeg 2000]"]);
    stage.ends().await;
}

#[tokio::test]
async fn a_document_that_is_text_goes_as_text_to_an_agent_that_takes_text_only() {
    let stage = Stage::with(|_| replies("it is fine")).await;
    let yaml = Upload::document(
        "pods.yaml",
        "application/yaml",
        "kind: Pod # é\n".as_bytes(),
    );
    send(&stage, "is this right?", yaml);
    stage.user(7).sees("it is fine").await;
    assert_eq!(
        parts(&stage, 1).await[0],
        ["is this right?", "File pods.yaml:\n\nkind: Pod # é\n"]
    );
    stage.ends().await;
}

#[tokio::test]
async fn every_kind_of_file_reaches_an_agent_that_takes_it_in_both_versions() {
    for versions in [Versions::V03, Versions::V10] {
        let settings = Settings::a2a("plain").versions(versions);
        let toml = "flavor = \"a2a\"\nfile_types = [\"*/*\"]";
        let stage = Stage::plan()
            .agent_as("k8s", settings, toml, |asked| {
                replies(&format!("got {}", asked.parts.join(", ")))
            })
            .start()
            .await;
        for (file, got) in [
            (Upload::photo(b"1234"), "[photo.jpg image/jpeg 4]"),
            (Upload::voice(b"12345"), "[voice.ogg audio/ogg 5]"),
            (Upload::audio("a.mp3", b"123456"), "[a.mp3 audio/mpeg 6]"),
            (Upload::video("v.mp4", b"1234567"), "[v.mp4 video/mp4 7]"),
            (Upload::animation("g.mp4", b"12"), "[g.mp4 video/mp4 2]"),
            (
                Upload::document("d.pdf", "application/pdf", b"%PDF"),
                "[d.pdf application/pdf 4]",
            ),
            (Upload::bare_document(b"?"), "[file - 1]"),
        ] {
            send(&stage, "", file);
            stage.user(7).sees(&format!("got {got}")).await;
        }
        stage.ends().await;
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_said_and_nothing_reaches_the_agent() {
    let stage = Stage::with(|_| replies("never")).await;
    let user = stage.user(7);
    send(&stage, "what is this?", Upload::photo(&[7; 40]));
    let said = user
        .sees("It cannot take photo.jpg (image/jpeg). It takes: text.")
        .await;
    assert_eq!(
        said.labels(),
        Vec::<String>::new(),
        "it would be refused again"
    );
    let large = Upload::document("dump.log", "text/plain", b"x").told_size(21 << 20);
    send(&stage, "why?", large);
    user.sees("dump.log has 21 MB and is too large").await;
    assert_eq!(stage.telegram.calls_to("getFile").len(), 0);

    // Telegram tells no size before it is asked for the file.
    let untold = Upload::document("heap.log", "text/plain", &vec![b'x'; (20 << 20) + 1]);
    send(&stage, "why?", untold.untold_size());
    user.sees("heap.log is too large").await;
    assert_eq!(stage.telegram.calls_to("file").len(), 0);
    send(
        &stage,
        "why?",
        Upload::document("a.log", "text/plain", b"\xff\xfe"),
    );
    user.sees("a.log is not text in UTF-8").await;
    assert_eq!(stage.agent("k8s").prompts(), []);
    stage.ends().await;
}

#[tokio::test]
async fn a_place_or_a_sticker_is_answered_with_a_sentence() {
    let stage = stage("").await;
    for kind in [
        "sticker",
        "location",
        "contact",
        "poll",
        "dice",
        "video_note",
    ] {
        let message = Incoming::new(7, 7, "").field(kind, serde_json::json!({"file_id": "x"}));
        stage.telegram.post(message);
        let kind = kind.replace('_', " ");
        stage.user(7).sees(&format!("this has: {kind}")).await;
    }
    assert_eq!(stage.agent("k8s").prompts(), []);
    stage.ends().await;
}

#[tokio::test]
async fn a_download_that_fails_is_tried_again_and_its_address_is_told_to_nobody() {
    let stage = stage("").await;
    stage
        .telegram
        .inject(Fault::CutBefore, On::method("getFile"));
    stage.telegram.inject(Fault::Html502, On::method("file"));
    stage.telegram.inject(Fault::CutBefore, On::method("file"));
    send(&stage, "", Upload::photo(&[7; 40]));
    stage.user(7).sees("answer 1").await;
    assert_eq!(parts(&stage, 1).await[0], ["[photo.jpg image/jpeg 40]"]);
    assert_eq!(stage.telegram.calls_to("file").len(), 3);
    stage.ends().await;
}

#[tokio::test]
async fn a_file_that_never_comes_is_said_and_can_be_tried_again() {
    let limits = "download_timeout = \"100ms\"\n";
    let stage = stage(limits).await;
    stage
        .telegram
        .inject(Fault::CutBefore, On::method("file").always());
    send(&stage, "what is this?", Upload::photo(&[7; 40]));
    let user = stage.user(7);
    user.sees("I could not get photo.jpg from Telegram").await;
    let (_, secret) = stage.telegram.token().split_once(':').expect("a token");
    assert!(!stage.logged().contains(secret), "{}", stage.logged());
    assert!(stage.logged().contains("a file did not come"));
    assert_eq!(stage.agent("k8s").prompts(), []);
    stage.telegram.clear_faults();
    user.taps("I could not get photo.jpg", "Run again").await;
    user.sees("answer 1").await;
    assert_eq!(
        parts(&stage, 1).await[0],
        ["what is this?", "[photo.jpg image/jpeg 40]"]
    );
    stage.ends().await;
}

#[tokio::test]
async fn an_album_is_one_question_also_when_the_bot_dies_in_its_middle() {
    let mut stage = stage(PATIENT).await;
    send_in_album(&stage, "/k8s compare these", Upload::photo(&[1; 10]));
    for n in 2..10 {
        send_in_album(&stage, "", Upload::photo(&[n; 10]));
    }
    stage.telegram.drained().await;
    rows::becomes(
        &stage.store(),
        "SELECT count(*) FROM updates WHERE state = 'joined'",
        8,
    )
    .await;
    stage.stop_bot().await.expect("it stops");
    stage.start_bot();
    send_in_album(&stage, "", Upload::photo(&[10; 10]));
    stage.user(7).sees("answer 1").await;
    let parts = parts(&stage, 1).await;
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0][0], "compare these");
    assert_eq!(parts[0][1..], vec!["[photo.jpg image/jpeg 10]"; 10]);
    stage.ends().await;
}

#[tokio::test]
async fn an_album_of_two_waits_only_for_a_moment() {
    let stage = stage("").await;
    send_in_album(&stage, "", Upload::photo(&[1; 10]));
    send_in_album(&stage, "the second is worse", Upload::photo(&[2; 20]));
    stage.user(7).sees("answer 1").await;
    assert_eq!(
        parts(&stage, 1).await[0],
        [
            "the second is worse",
            "[photo.jpg image/jpeg 10]",
            "[photo.jpg image/jpeg 20]"
        ]
    );
    stage.ends().await;
}

#[tokio::test]
async fn a_late_part_of_an_album_joins_while_its_turn_waits_and_is_a_turn_of_its_own_after() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&format!("{UNLIMITED}{HASTY}"))
        .agent_as("k8s", Settings::kagent("k8s"), IMAGES, move |asked| {
            reply()
                .held(&held)
                .answers(&format!("answer {}", asked.turn))
        })
        .start()
        .await;
    stage.user(7).says("first");
    gate.reached().await;
    send_in_album(&stage, "compare", Upload::photo(&[1; 10]));
    rows::becomes(&stage.store(), "SELECT count(*) FROM turns", 2).await;
    send_in_album(&stage, "", Upload::photo(&[2; 20]));
    let joined = "SELECT count(*) FROM updates WHERE state = 'joined'";
    rows::becomes(&stage.store(), joined, 1).await;
    gate.open();
    stage.user(7).sees("answer 2").await;
    send_in_album(&stage, "", Upload::photo(&[3; 30]));
    stage.user(7).sees("answer 3").await;
    let parts = parts(&stage, 3).await;
    assert_eq!(
        parts[1],
        [
            "compare",
            "[photo.jpg image/jpeg 10]",
            "[photo.jpg image/jpeg 20]"
        ]
    );
    assert_eq!(parts[2], ["[photo.jpg image/jpeg 30]"]);
    stage.ends().await;
}

#[tokio::test]
async fn one_part_that_cannot_be_taken_keeps_the_whole_album_back() {
    let stage = stage("").await;
    let yaml = Upload::document("pods.yaml", "application/yaml", b"kind: Pod");
    let zip = Upload::document("pods.zip", "application/zip", b"PK");
    send_in_album(&stage, "/k8s compare these", yaml);
    send_in_album(&stage, "", zip);
    stage
        .user(7)
        .sees("It cannot take pods.zip (application/zip)")
        .await;
    assert_eq!(stage.agent("k8s").prompts(), []);
    stage.ends().await;
}

#[tokio::test]
async fn in_a_group_only_a_file_that_is_for_the_bot_is_asked() {
    let group = -1_001_000_000_001;
    let stage = stage("").await;
    stage.telegram.add_supergroup(group, "on call");
    stage.telegram.promote(group, 1);
    let post = |caption: &str, byte: u8| {
        let message = Incoming::new(7, group, caption).file(Upload::photo(&[byte; 10]));
        stage.telegram.post(message);
    };
    post("look at my cat", 1);
    post(&format!("@{} what is this?", stage.telegram.username()), 2);
    post("/k8s and this?", 3);
    let asked = parts(&stage, 2).await;
    assert_eq!(asked[0][0], "what is this?");
    assert_eq!(asked[1][0], "and this?");
    stage.ends().await;
}
