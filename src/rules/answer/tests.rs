//! What a person gets of an answer.

use super::*;
use crate::config::Config;
use crate::rules::picture::tests::a_png;
use crate::rules::testing::config;

const TURN: TurnId = TurnId(1_000);

/// Answers of the agent `k8s` under settings that a test may change.
struct Bench {
    agent: AgentName,
    labelled: bool,
    masked: usize,
    config: Config,
}

impl Bench {
    fn new() -> Self {
        Self {
            agent: "k8s".into(),
            labelled: false,
            masked: 0,
            config: config(),
        }
    }

    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut bench = Self::new();
        change(&mut bench);
        bench
    }

    fn pieces(&self, answer: impl Into<Answer>) -> Vec<Piece> {
        self.pieces_from(words::From::Now, answer)
    }

    fn pieces_from(&self, from: words::From, answer: impl Into<Answer>) -> Vec<Piece> {
        let showing = Showing {
            label: self.labelled.then_some(&self.agent),
            from,
            agent: &self.agent,
            turn: TURN,
            masked: self.masked,
            limits: &self.config.limits,
            chat: &self.config.chat,
        };
        pieces(answer.into(), showing)
    }

    fn told(&self, answer: impl Into<Answer>) -> Vec<String> {
        told(&self.pieces(answer))
    }
}

/// Each piece as a person sees it.
fn told(pieces: &[Piece]) -> Vec<String> {
    let told = pieces.iter().map(|piece| match piece {
        Piece::Text(formatted) => formatted.text.clone(),
        Piece::File {
            file,
            carried,
            caption,
        } => {
            let (name, kind) = (&file.name, &file.media_type);
            format!("{:?} {name} {kind} {caption}", carried.shape)
        }
    });
    told.map(|line| line.trim_end().to_owned()).collect()
}

fn file(name: &str, bytes: impl Into<Bytes>) -> Produced {
    Produced {
        name: Some(name.to_owned()),
        media_type: None,
        content: Place::Bytes(bytes.into()),
    }
}

fn link(name: &str, address: &str) -> Produced {
    Produced {
        content: Place::Address(address.to_owned()),
        ..file(name, "")
    }
}

fn answer(text: &str, files: Vec<Produced>) -> Answer {
    Answer {
        text: text.to_owned(),
        files,
    }
}

/// Sentences that fill `chunks` messages of the default size, and a bit of one more.
fn long(chunks: usize) -> String {
    let line = "Pod cart-6d8f7c9b5d-p2x8k restarted, and nobody knows why.\n\n";
    line.repeat(4_096 * chunks / line.len() + 4)
}

#[test]
fn an_answer_says_whose_it_is_where_that_is_not_clear() {
    let mut bench = Bench::new();
    assert_eq!(bench.told("2 pods"), ["2 pods"]);
    let earlier = bench.pieces_from(words::From::Earlier, "2 pods");
    assert_eq!(
        told(&earlier),
        ["(from the conversation before /new) ▸\n2 pods"]
    );
    bench.labelled = true;
    assert_eq!(bench.told("2 pods"), ["k8s ▸\n2 pods"]);
    assert_eq!(
        bench.told(answer("", vec![file("a.txt", "x")])),
        ["Document a.txt application/octet-stream k8s ▸"]
    );
}

#[test]
fn an_answer_is_cut_to_fit() {
    let bench = Bench::with(|bench| {
        bench.config.limits.text_max = 256;
        bench.labelled = true;
    });
    let told = bench.told("word ".repeat(200).as_str());
    assert!(told.len() > 1 && told.iter().all(|chunk| units(chunk) <= 256));
    assert_eq!(
        told.join(" "),
        format!("k8s ▸\n{}", "word ".repeat(200).trim())
    );
}

#[test]
fn the_label_has_no_looks_and_the_answer_keeps_its_own() {
    let bench = Bench::with(|bench| {
        bench.agent = "my_k8s_agent".into();
        bench.labelled = true;
    });
    let [Piece::Text(formatted)] = &bench.pieces("# Pods\ntwo")[..] else {
        panic!("one text");
    };
    assert_eq!(formatted.text, "my_k8s_agent ▸\nPods\ntwo");
    let looks = serde_json::to_value(&formatted.entities).unwrap();
    let expected = serde_json::json!([{"type": "bold", "offset": 15, "length": 4}]);
    assert_eq!(looks, expected);
}

#[test]
fn an_answer_in_which_nothing_is_visible_is_not_silence() {
    for text in ["", " \n", "\u{200b}", "\u{feff}\n\u{2800}"] {
        let told = Bench::new().told(text);
        assert_eq!(
            told,
            ["(The agent finished without an answer.)"],
            "{text:?}"
        );
    }
}

#[test]
fn five_messages_are_messages_and_six_are_a_beginning_and_a_file() {
    let bench = Bench::new();
    let five = bench.pieces(long(4).as_str());
    assert_eq!(five.len(), 5);
    assert!(five.iter().all(|piece| matches!(piece, Piece::Text(_))));

    let text = long(5);
    let pieces = bench.pieces(text.as_str());
    let [
        Piece::Text(first),
        Piece::File {
            file,
            carried,
            caption,
        },
    ] = &pieces[..]
    else {
        panic!("{:?}", told(&pieces));
    };
    let last = first.text.lines().last().unwrap();
    let size = words::size(text.trim_end().len() as u64);
    assert_eq!(
        last,
        format!(
            "⬇️ This is only the beginning. All of it is in the file below: k8s-Tz8.md ({size})."
        )
    );
    assert!(
        (3_900..=4_096).contains(&units(&first.text)),
        "{}",
        first.text
    );
    assert!(text.starts_with(first.text.rsplit_once("\n\n").unwrap().0));
    assert_eq!(file.bytes, text.trim_end());
    assert_eq!(
        (file.name.as_str(), &*file.media_type),
        ("k8s-Tz8.md", "text/markdown")
    );
    assert_eq!((carried.shape, &**caption), (Shape::Document, ""));
    assert!(carried.otherwise.contains("k8s-Tz8.md"));
}

#[test]
fn the_file_of_a_long_answer_holds_its_markdown_as_the_agent_wrote_it() {
    let markdown = format!("# Pods\n\n- [x] **all** of `them`\n\n{}", long(6));
    let pieces = Bench::new().pieces(markdown.as_str());
    let Some(Piece::File { file, .. }) = pieces.last() else {
        panic!("a file");
    };
    assert_eq!(file.bytes, markdown.trim_end());
}

#[test]
fn what_becomes_of_a_long_answer_can_be_chosen() {
    for (choice, texts, files) in [
        (LongAnswer::File, 1, 1),
        (LongAnswer::Chunks, 3, 0),
        (LongAnswer::Both, 3, 1),
    ] {
        let bench = Bench::with(|bench| {
            bench.config.chat.long_answer = choice;
            bench.config.chat.long_answer_chunks = 2;
        });
        let pieces = bench.pieces(long(2).as_str());
        let text = |piece: &&Piece| matches!(piece, Piece::Text(_));
        let found = pieces.iter().filter(text).count();
        assert_eq!((found, pieces.len() - found), (texts, files), "{choice:?}");
    }
    // A file that may not be sent is no way out.
    let bench = Bench::with(|bench| bench.config.limits.file_bytes_max = 1024);
    assert_eq!(bench.pieces(long(5).as_str()).len(), 6);
}

#[test]
fn a_picture_is_shown_and_any_other_file_is_a_file() {
    let told = Bench::new().told(answer(
        "Here:",
        vec![
            file("../cpu chart.png", a_png(800, 600)),
            file("wide.png", a_png(9_000, 10)),
            file("evil.png", "#!/bin/sh"),
            Produced {
                name: None,
                media_type: Some("text/plain".to_owned()),
                ..file("", "log")
            },
        ],
    ));
    let expected = [
        "Here:",
        "Photo cpu chart.png image/png cpu chart.png",
        "Document wide.png application/octet-stream",
        "Document evil.png application/octet-stream",
        "Document file.txt text/plain",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_file_elsewhere_is_a_link_that_shows_where_it_leads() {
    let bench = Bench::new();
    let files = vec![
        link("a_b*.pdf", "https://a.io/x_(1).pdf?y=1"),
        link("inside.pdf", "http://minio:9000/x.pdf"),
        link("odd", "javascript:alert(1)"),
        link("odder", "https://a.io/> [x](https://b.io"),
    ];
    // A fence that the agent left open does not swallow them.
    let pieces = bench.pieces(answer("Done:\n```\nls", files));
    let [Piece::Text(formatted)] = &pieces[..] else {
        panic!("{:?}", told(&pieces));
    };
    assert_eq!(
        formatted.text,
        "Done:\nls\n\n📎 a_b.pdf\n📎 inside.pdf (http://minio:9000/x.pdf)\n\
         📎 odd (javascript:alert(1))\n\
         ⚠️ The file odder is somewhere else, and its address is not one that I can show."
    );
    let looks = serde_json::to_value(&formatted.entities).unwrap();
    let links: Vec<&str> = (looks.as_array().unwrap().iter())
        .filter_map(|look| look["url"].as_str())
        .collect();
    assert_eq!(links, ["https://a.io/x_(1).pdf?y=1"]);
}

#[test]
fn what_cannot_be_sent_is_said() {
    let bench = Bench::with(|bench| {
        bench.config.limits.file_bytes_max = 1024;
        bench.config.limits.answer_files_max = 2;
    });
    let files = vec![
        file("core_dump.bin", vec![0; 1025]),
        file("empty.txt", ""),
        file("1.txt", "1"),
        file("2.txt", "2"),
        file("3.txt", "3"),
        file("4.txt", "4"),
    ];
    let expected = [
        "Look:\n\n\
         ⚠️ The file core_dump.bin is too large to be sent: 2 kB, and 1 kB is the most.\n\
         ⚠️ The file empty.txt is empty, so I cannot show it to you.\n\
         ⚠️ 2 more files are left out: they are too many to send. Ask for what you need.",
        "Document 1.txt application/octet-stream",
        "Document 2.txt application/octet-stream",
    ];
    assert_eq!(bench.told(answer("Look:", files)), expected);
}

#[test]
fn a_list_of_links_without_end_does_not_hide_the_answer() {
    let files = (0..300).map(|n| link(&format!("{n}.pdf"), "https://a.io/x"));
    let told = Bench::new().told(answer("Look:", files.collect()));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].matches('📎').count(), 10);
    assert!(told[0].contains("290 more files"), "{}", told[0]);
}

#[test]
fn a_placeholder_becomes_a_text_and_never_a_file() {
    let bench = Bench::new();
    let count = |answer| count(&bench.pieces(answer));
    assert_eq!(count(answer("one", vec![])), 1);
    assert_eq!(count(answer("", vec![file("a.txt", "x")])), 2);
    assert_eq!(count(answer("one", vec![file("a.txt", "x")])), 2);
}

#[test]
fn an_answer_of_which_something_was_masked_says_so_at_its_end() {
    let bench = Bench::with(|bench| bench.masked = 2);
    let said = "What looks like a secret is hidden in 2 places.";
    assert_eq!(
        bench.told("password: ‹masked›"),
        [format!("password: ‹masked›\n\n{said}")]
    );
    let alone = Answer {
        text: String::new(),
        files: vec![file("a.txt", "token: ‹masked›")],
    };
    let told = bench.told(alone);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], said);
}
