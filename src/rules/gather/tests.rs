//! What is waited for, and what joins.

use super::*;
use crate::ids::ChatId;
use crate::rules::testing::{BEN, me, message};

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const QUIET: Quiet = Quiet {
    album: Duration::from_secs(1),
    paste: Duration::from_millis(1_500),
    parts_max: 3,
};

/// `4000` is a text of so many units, `photo 7` a photo of album 7, anything else a text.
fn incoming(what: &str) -> Incoming {
    let text = match what.parse() {
        Ok(units) => "x".repeat(units),
        Err(_) => what.to_owned(),
    };
    let mut incoming = message(BEN, ChatId(BEN.0), &text);
    if let Some(album) = what.strip_prefix("photo") {
        incoming.text = None;
        incoming.media = Some("photo".to_owned());
        incoming.media_group_id = Some(album.trim().to_owned()).filter(|id| !id.is_empty());
    }
    if what == "pinned" {
        incoming.service = true;
    }
    incoming
}

#[test]
fn only_albums_and_long_texts_are_waited_for() {
    for (what, waits) in [
        ("pods?", None),
        ("3999", None),
        ("4000", Some(1_500)),
        ("4096", Some(1_500)),
        ("photo", None),
        ("photo 7", Some(1_000)),
    ] {
        let until = begins(&incoming(what), NOW, &QUIET).map(|gathering| gathering.until.0 - NOW.0);
        assert_eq!(until, waits, "{what}");
    }
    let mut captioned = incoming("photo 7");
    captioned.text = Some("/k8s what is this?".to_owned());
    let open = begins(&incoming("photo 7"), NOW, &QUIET).unwrap();
    assert_eq!(
        next(&open, &me(), &captioned, NOW, &QUIET),
        Next::Ends,
        "a command never joins"
    );
    let command = format!("/k8s {}", "x".repeat(LONG - 5));
    assert!(begins(&incoming(&command), NOW, &QUIET).is_some());
    let emoji = "😀".repeat(LONG / 2);
    assert!(
        begins(&incoming(&emoji), NOW, &QUIET).is_some(),
        "units count"
    );
}

#[test]
fn the_next_message_joins_ends_or_stands_apart() {
    let check = |first: &str, later_ms: i64, second: &str, expected: &str| {
        let open = begins(&incoming(first), NOW, &QUIET).unwrap();
        let now = Timestamp(NOW.0 + later_ms);
        let found = match next(&open, &me(), &incoming(second), now, &QUIET) {
            Next::Joins(_, Some(_)) => "joins, waits on",
            Next::Joins(_, None) => "joins, the last",
            Next::Ends => "ends",
            Next::Apart => "apart",
        };
        assert_eq!(found, expected, "{first}, after {later_ms} ms {second}");
    };
    check("4096", 100, "and so on", "joins, the last");
    check("4096", 100, "4096", "joins, waits on");
    check("4096", 1_500, "and so on", "joins, the last");
    check("4096", 1_501, "and so on", "ends");
    check("4096", 100, "/istio why?", "ends");
    check("4096", 100, "/usr/bin/ls", "joins, the last");
    check("4096", 100, "photo", "ends");
    check("4096", 100, "pinned", "apart");
    check("photo 7", 100, "photo 7", "joins, waits on");
    check("photo 7", 60_000, "photo 7", "joins, waits on");
    check("photo 7", 100, "photo 8", "apart");
    check("photo 7", 100, "pods?", "apart");
    check("photo 7", 100, "/k8s pods?", "apart");
}

#[test]
fn what_telegram_held_for_long_is_no_part_although_it_comes_at_once() {
    let open = begins(&incoming("4096"), NOW, &QUIET).unwrap();
    let mut later = incoming("and so on");
    later.date += 3;
    let joins =
        |message: &Incoming| matches!(next(&open, &me(), message, NOW, &QUIET), Next::Joins(..));
    assert!(joins(&later));
    later.date += 1;
    assert!(!joins(&later));
}

#[test]
fn parts_are_bounded() {
    let mut open = begins(&incoming("4096"), NOW, &QUIET).unwrap();
    let Next::Joins(_, Some(second)) = next(&open, &me(), &incoming("4096"), NOW, &QUIET) else {
        panic!("the second of three waits on");
    };
    let third = next(&second, &me(), &incoming("4096"), NOW, &QUIET);
    assert!(matches!(third, Next::Joins(_, None)), "{third:?}");

    open = begins(&incoming("photo 7"), NOW, &QUIET).unwrap();
    for part in 2..10 {
        open = match next(&open, &me(), &incoming("photo 7"), NOW, &QUIET) {
            Next::Joins(_, Some(open)) => open,
            other => panic!("part {part}: {other:?}"),
        };
    }
    let tenth = next(&open, &me(), &incoming("photo 7"), NOW, &QUIET);
    assert!(matches!(tenth, Next::Joins(_, None)), "{tenth:?}");
}

#[test]
fn a_piece_knows_its_command_and_whether_it_was_cut_hard() {
    for (text, by_command, runs_on) in [
        ("pods?".to_owned(), false, false),
        ("/k8s pods?".to_owned(), true, false),
        ("x".repeat(4_095), false, false),
        (format!("/k8s {}", "x".repeat(4_091)), true, true),
    ] {
        let piece = piece(&me(), &incoming(&text), String::new());
        assert_eq!((piece.by_command, piece.runs_on), (by_command, runs_on));
    }
}
