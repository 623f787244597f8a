//! An answer in Markdown as a person sees it.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_emulators::agent::{Gate, replies, reply};
use switchboard_emulators::bot_api::{Fault, Message, On};

use crate::support::{Stage, UNLIMITED, rows};

const ANSWER: &str = "\
## Pods in `default`

| Pod | Restarts | State |
|---|--:|---|
| web-1 | 0 | Running |
| db-0 | 117 | **CrashLoop** |

1. Look at [the docs](https://kubernetes.io/docs/) or [the board](http://grafana:3000/d/1)
2. Run:
   ```bash
   kubectl logs db-0 --previous
   ```
";

const SHOWN: &str = "\
Pods in default
Pod    Restarts  State
-----  --------  ---------
web-1         0  Running
db-0        117  CrashLoop

1. Look at the docs or the board (http://grafana:3000/d/1)
2. Run:
kubectl logs db-0 --previous";

/// The kind of each entity, with what else it says, and what it covers.
fn looks(message: &Message) -> Vec<(String, String)> {
    let units: Vec<u16> = message.text.encode_utf16().collect();
    let look = |entity: &Value| {
        let number = |name: &str| entity[name].as_u64().and_then(|n| usize::try_from(n).ok());
        let offset = number("offset").expect("an offset");
        let end = offset + number("length").expect("a length");
        let covers = String::from_utf16(&units[offset..end]).expect("whole characters");
        let says = ["type", "url", "language"].map(|name| entity[name].as_str());
        let says: Vec<&str> = says.into_iter().flatten().collect();
        (says.join(" "), covers)
    };
    message.entities.iter().map(look).collect()
}

#[tokio::test]
async fn an_answer_in_markdown_arrives_as_text_with_entities() {
    let stage = Stage::with(|_| replies(ANSWER)).await;
    stage.user(7).says("pods?");
    let message = stage.user(7).sees("Pods in").await;
    assert_eq!(message.text, SHOWN);
    let table = SHOWN.lines().skip(1).take(4).collect::<Vec<_>>().join("\n");
    let expected = [
        ("bold", "Pods in"),
        ("code", "default"),
        ("pre", &table),
        ("text_link https://kubernetes.io/docs/", "the docs"),
        ("pre bash", "kubectl logs db-0 --previous"),
    ];
    let looks = looks(&message);
    let looks: Vec<(&str, &str)> = looks.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(looks, expected);
    stage.ends().await;
}

#[tokio::test]
async fn a_refusal_of_the_format_costs_the_format_and_nothing_else() {
    let stage = Stage::with(|_| replies(ANSWER)).await;
    let refused = On::method("sendMessage").text("Pods in");
    stage.telegram.inject(Fault::Status(400), refused);
    stage.user(7).says("pods?");
    let message = stage.user(7).sees("Pods in").await;
    stage.settled().await;
    assert_eq!(message.text, SHOWN);
    assert_eq!(message.entities, Vec::<Value>::new());
    let calls = stage.telegram.calls_to("sendMessage");
    let formatted: Vec<bool> = calls
        .iter()
        .map(|call| call.params.get("entities").is_some())
        .collect();
    assert_eq!(formatted, [true, false]);
    assert_eq!(stage.user(7).shown("Pods in"), 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_penalty_is_no_refusal_of_the_format() {
    let stage = Stage::with(|_| replies("**two** pods")).await;
    let limited = On::method("sendMessage").text("two");
    stage
        .telegram
        .inject(Fault::TooMany { retry_after: 1 }, limited);
    stage.user(7).says("pods?");
    let message = stage.user(7).sees("two").await;
    stage.settled().await;
    let bold = json!({"type": "bold", "offset": 0, "length": 3});
    assert_eq!(message.entities, [bold]);
    let calls = stage.telegram.calls_to("sendMessage");
    assert_eq!(calls.len(), 2);
    assert!(calls[1].at.duration_since(calls[0].at) >= Duration::from_secs(1));
    stage.ends().await;
}

/// A placeholder at once, and an answer that takes its place.
fn placeholders(preview_every: &str) -> String {
    format!(
        "{UNLIMITED}\n[chat]\ntyping_after = \"10ms\"\nplaceholder_after = \"30ms\"\n\
         notify_after = \"20s\"\npreview_every_private = \"{preview_every}\"\n"
    )
}

#[tokio::test]
async fn a_preview_is_formatted_too() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&placeholders("100ms"))
        .agent("k8s", move |_| {
            let reading = reply().working("reading **all** pods");
            reading.held(&held).answers("two pods")
        })
        .start()
        .await;
    stage.user(7).says("pods?");
    let preview = stage.user(7).sees("reading all pods").await;
    assert_eq!(looks(&preview), [("bold".to_owned(), "all".to_owned())]);
    gate.open();
    stage.user(7).sees("two pods").await;
    stage.ends().await;
}

#[tokio::test]
async fn an_edit_that_is_refused_is_tried_with_plain_text_before_the_answer_comes_as_a_new_message()
{
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .sections(&placeholders("1m"))
        .agent("k8s", move |_| reply().held(&held).answers("**two** pods"))
        .start()
        .await;
    let refused = On::method("editMessageText").text("two pods").always();
    stage.telegram.inject(Fault::Status(400), refused);
    stage.user(7).says("pods?");
    let placeholder = stage.user(7).sees("k8s is working").await;
    let arrived = "SELECT count(*) FROM outbox WHERE kind = 'placeholder' AND state = 'sent'";
    rows::becomes(&stage.store(), arrived, 1).await;
    gate.open();
    let message = stage.user(7).sees("two pods").await;
    stage.settled().await;
    assert_ne!(message.id, placeholder.id);
    assert_eq!(looks(&message), [("bold".to_owned(), "two".to_owned())]);
    let edits = stage.telegram.calls_to("editMessageText");
    let edits = edits
        .iter()
        .filter(|call| call.params["text"] == "two pods");
    let formatted: Vec<bool> = edits
        .map(|call| call.params.get("entities").is_some())
        .collect();
    assert_eq!(formatted, [true, false]);
    stage.ends().await;
}

#[tokio::test]
async fn a_long_block_of_code_is_code_in_every_message() {
    let lines: Vec<String> = (0..400).map(|n| format!("  key{n}: value")).collect();
    let answer = format!("Here:\n```yaml\n{}\n```\nDone.", lines.join("\n"));
    let stage = Stage::with(move |_| replies(&answer)).await;
    stage.user(7).says("all of it");
    stage.user(7).sees("Done.").await;
    stage.settled().await;
    let screen = stage.telegram.bot_screen(7);
    assert!(screen.len() > 1, "{} messages", screen.len());
    let looks: Vec<(String, String)> = screen.iter().flat_map(looks).collect();
    assert!(
        looks.iter().all(|(kind, _)| kind == "pre yaml"),
        "{looks:?}"
    );
    let code: Vec<String> = looks.into_iter().map(|(_, code)| code).collect();
    assert_eq!(code.join("\n"), lines.join("\n"));
    stage.ends().await;
}
