//! The picture in the README: an answer as Telegram got it, drawn as a phone shows it.
//!
//! `UPDATE_PICTURE=1 cargo test --test app picture` draws it anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;
use switchboard_emulators::agent::replies;
use switchboard_emulators::bot_api::Message;

use crate::support::Stage;

const QUESTION: &str = "/k8s why is checkout slow?";

const ANSWER: &str = "\
## `checkout` is short of memory

Two of **three** pods were *OOMKilled* since noon:

| Pod | Restarts | Memory |
|---|--:|---|
| checkout-0 | 4 | 511 of 512Mi |
| checkout-1 | 3 | 509 of 512Mi |
| checkout-2 | 0 | 188 of 512Mi |

Raise the limit in `values.yaml`:

```yaml
resources:
  limits:
    memory: 768Mi
```

Then:

- [x] I looked at the [dashboard](https://grafana.example.org/d/checkout)
- [ ] roll it out:
  1. merge
  2. sync
";

/// Pixels.
const WIDTH: usize = 380;
const LEFT: usize = 24;
const TOP: usize = 18;
/// Letters of a line of prose; a phone's font is about so wide.
const LETTERS: usize = 44;

/// Letters that look alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Run {
    text: String,
    /// The names of what covers them, as the Bot API calls it.
    looks: Vec<String>,
}

impl Run {
    fn is(&self, look: &str) -> bool {
        self.looks.iter().any(|name| name == look)
    }
}

/// The lines of a message, each in runs.
fn lines(message: &Message) -> Vec<Vec<Run>> {
    let mut lines: Vec<Vec<Run>> = vec![Vec::new()];
    let mut at = 0;
    for c in message.text.chars() {
        let covers = |entity: &&Value| {
            let number = |name: &str| entity[name].as_u64().expect("a number");
            (number("offset")..number("offset") + number("length")).contains(&at)
        };
        let looks = message.entities.iter().filter(covers);
        let looks: Vec<String> = looks
            .filter_map(|entity| entity["type"].as_str().map(str::to_owned))
            .collect();
        at += c.len_utf16() as u64;
        if c == '\n' {
            lines.push(Vec::new());
            continue;
        }
        let line = lines.last_mut().expect("there is one");
        match line.last_mut().filter(|run| run.looks == looks) {
            Some(run) => run.text.push(c),
            None => line.push(Run {
                text: c.to_string(),
                looks,
            }),
        }
    }
    lines
}

/// A run as SVG.
fn span(run: &Run) -> String {
    let text = run.text.replace('&', "&amp;").replace('<', "&lt;");
    let mut attributes = String::new();
    for (look, attribute) in [
        ("bold", r#" font-weight="700""#),
        ("italic", r#" font-style="italic""#),
        ("strikethrough", r#" text-decoration="line-through""#),
        (
            "code",
            r##" font-family="Menlo, Consolas, 'DejaVu Sans Mono', monospace" fill="#8a3b2a""##,
        ),
        (
            "text_link",
            r##" fill="#2a7ac0" text-decoration="underline""##,
        ),
    ] {
        if run.is(look) {
            attributes.push_str(attribute);
        }
    }
    format!("<tspan{attributes}>{text}</tspan>")
}

/// A message as SVG from `top` on, and where it ends.
fn bubble(message: &Message, top: usize, color: &str) -> (String, usize) {
    let mut inside = String::new();
    let mut y = top + 12;
    for line in lines(message) {
        let letters: usize = line.iter().map(|run| run.text.chars().count()).sum();
        assert!(
            letters <= LETTERS,
            "too long to be drawn on one line: {line:?}"
        );
        let is_block = line.first().is_some_and(|run| run.is("pre"));
        let (height, font) = match (is_block, line.is_empty()) {
            (true, _) => (
                16,
                r#" font-family="Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="11.5""#,
            ),
            (false, true) => (9, ""),
            (false, false) => (20, ""),
        };
        if is_block {
            let (x, width) = (LEFT - 4, WIDTH - 2 * LEFT + 8);
            let _ = writeln!(
                inside,
                r##"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#eef2f5"/>"##
            );
        }
        let spans: String = line.iter().map(span).collect();
        let base = y + height - 5;
        if !spans.is_empty() {
            let _ = writeln!(
                inside,
                r#"<text x="{LEFT}" y="{base}"{font} xml:space="preserve">{spans}</text>"#
            );
        }
        y += height;
    }
    let (x, width, height) = (LEFT - 12, WIDTH - 2 * LEFT + 24, y + 12 - top);
    let back = format!(
        r#"<rect x="{x}" y="{top}" width="{width}" height="{height}" rx="12" fill="{color}"/>"#
    );
    (format!("{back}\n{inside}"), y + 12)
}

fn picture(messages: &[Message]) -> String {
    let mut inside = String::new();
    let mut y = TOP;
    for message in messages {
        let color = if message.from_bot() {
            "#ffffff"
        } else {
            "#e2f8cf"
        };
        let (svg, end) = bubble(message, y, color);
        inside.push_str(&svg);
        y = end + 8;
    }
    let height = y + TOP - 8;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"Roboto, 'Segoe UI', 'DejaVu Sans', \
         sans-serif\" font-size=\"13.5\" fill=\"#1b1b1b\">\n\
         <title>An answer in Telegram: a heading, a table, code and a list</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#c9d8e2\"/>\n{inside}</svg>\n"
    )
}

#[tokio::test]
async fn the_picture_in_the_readme_shows_what_telegram_gets() {
    let stage = Stage::with(|_| replies(ANSWER)).await;
    stage.user(7).says(QUESTION);
    stage.user(7).sees("short of memory").await;
    stage.settled().await;
    let drawn = picture(&stage.telegram.screen(7));
    stage.ends().await;

    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/answer.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::write(&path, &drawn).expect("docs can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the picture is there");
    assert!(
        kept == drawn,
        "docs/answer.svg is out of date: UPDATE_PICTURE=1 cargo test --test app picture"
    );
    for look in [
        "font-weight",
        "font-style",
        "monospace",
        "underline",
        "☑",
        "☐",
    ] {
        assert!(
            drawn.contains(look),
            "no {look}: the picture is there to show it"
        );
    }
}
