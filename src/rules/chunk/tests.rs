use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

#[track_caller]
fn check(text: &str, max: usize, expected: &[&str]) {
    assert_eq!(split(text, max), expected);
}

#[test]
fn a_text_within_the_limit_is_one_chunk() {
    check("two pods", 8, &["two pods"]);
    check("two pods\n\n", 8, &["two pods"]);
    check("\n\n  two pods", 10, &["two pods"]);
}

#[test]
fn nothing_to_see_gives_no_chunk() {
    for text in [
        "",
        " ",
        "\n\n",
        "\u{200b}",
        "\u{a0}\u{2800}\u{feff}",
        "\t\r\u{1}",
    ] {
        check(text, 10, &[]);
    }
    check(&" ".repeat(50), 10, &[]);
    check(&"\u{200b}".repeat(50), 10, &[]);
}

#[test]
fn a_paragraph_is_liked_better_than_a_later_line() {
    check(
        "aaaa bbb\n\ncc\ndddd eeee",
        16,
        &["aaaa bbb", "cc\ndddd eeee"],
    );
    check(
        "aaaa bbb\n \t\ncc\ndddd eeee",
        16,
        &["aaaa bbb", "cc\ndddd eeee"],
    );
}

#[test]
fn a_line_is_liked_better_than_a_later_sentence() {
    check("aaaa bbb\nc. dd eeeee", 16, &["aaaa bbb", "c. dd eeeee"]);
}

#[test]
fn a_sentence_is_liked_better_than_a_later_word() {
    check("It is up. But who?", 16, &["It is up.", "But who?"]);
    check("(It is up!) But who?", 16, &["(It is up!)", "But who?"]);
    check("一二三。四五六七", 6, &["一二三。", "四五六七"]);
}

#[test]
fn a_cut_before_half_of_the_limit_gives_way_to_a_finer_one() {
    check(
        "Title\n\naaa bbb ccc ddd eee",
        20,
        &["Title\n\naaa bbb ccc", "ddd eee"],
    );
}

#[test]
fn a_word_that_fits_alone_is_not_broken() {
    check("ab cdefghij", 8, &["ab", "cdefghij"]);
    check("ab\n\ncdefghij", 8, &["ab", "cdefghij"]);
}

#[test]
fn a_word_over_the_limit_is_cut_between_graphemes() {
    check("abcdefghij", 4, &["abcd", "efgh", "ij"]);
    check("ab👩‍👩‍👧cd", 9, &["ab", "👩‍👩‍👧c", "d"]);
    check("🇩🇪🇫🇷🇮🇹", 6, &["🇩🇪", "🇫🇷", "🇮🇹"]);
    check("aaae\u{301}", 4, &["aaa", "e\u{301}"]);
}

#[test]
fn a_grapheme_over_the_limit_is_cut_between_characters() {
    check("👩‍👩‍👧", 5, &["👩‍👩", "\u{200d}👧"]);
    check("😀😀", 1, &["😀", "😀"]);
}

#[test]
fn whitespace_at_a_cut_counts_for_nothing() {
    check("abcd    efgh", 4, &["abcd", "efgh"]);
    check("abcd\n\nefgh\n", 4, &["abcd", "efgh"]);
    check(
        &format!("abcd{}efgh", " ".repeat(100)),
        4,
        &["abcd", "efgh"],
    );
}

#[test]
fn a_no_break_space_is_no_place_to_cut() {
    check("ab 10\u{a0}kg", 6, &["ab", "10\u{a0}kg"]);
}

#[test]
fn a_space_that_carries_a_mark_is_no_place_to_cut() {
    check("a bc \u{301}d", 6, &["a", "bc \u{301}d"]);
}

#[test]
fn ranges_keep_the_indentation_of_a_line() {
    let text = "fn a() {\n    body();\n}";
    let chunks: Vec<_> = ranges(text, 14).into_iter().map(|r| &text[r]).collect();
    assert_eq!(chunks, ["fn a() {", "    body();\n}"]);
}

#[test]
fn a_megabyte_of_anything_is_cut_within_seconds() {
    let started = tokio::time::Instant::now();
    for unit in ["word ", "a\n", "x", "\u{301}", "🇩", "a\n\nb c. "] {
        let text = unit.repeat(1_000_000 / unit.len());
        let cut = ranges(&text, 4096);
        assert!(cut.len() > 50, "{unit:?}");
    }
    let indented = format!("{}x", " ".repeat(1_000_000));
    assert_eq!(split(&indented, 4096), ["x"]);
    assert!(started.elapsed().as_secs() < 20);
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,12}",
        "[ \n\t]{1,3}",
        Just("\n\n".to_owned()),
        Just(". ".to_owned()),
        Just("👩‍👩‍👧".to_owned()),
        Just("🇩🇪".to_owned()),
        Just("e\u{301}\u{302}".to_owned()),
        Just("\u{600}".to_owned()),
        Just("漢字。".to_owned()),
        "\\PC{1,8}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn chunks_keep_the_limit_the_order_and_every_visible_character(
        text in pieces(),
        max in 2_usize..60,
    ) {
        let mut from = 0;
        for chunk in ranges(&text, max) {
            prop_assert!(units(&text[chunk.clone()]) <= max);
            prop_assert!(!is_blank(&text[chunk.clone()]));
            prop_assert!(is_blank(&text[from..chunk.start]), "lost {:?}", &text[from..chunk.start]);
            from = chunk.end;
        }
        prop_assert!(is_blank(&text[from..]));
        for chunk in split(&text, max) {
            prop_assert!(!chunk.starts_with(is_trimmed) && !chunk.ends_with(is_trimmed));
        }
    }

    #[test]
    fn a_cluster_within_the_limit_is_never_cut(text in pieces(), max in 12_usize..60) {
        let cuts: Vec<_> = ranges(&text, max).into_iter().flat_map(|r| [r.start, r.end]).collect();
        for (at, cluster) in text.grapheme_indices(true) {
            let inside = cuts.iter().find(|cut| at < **cut && **cut < at + cluster.len());
            prop_assert!(
                inside.is_none() || units(cluster) > max || cluster.ends_with(is_space),
                "{cluster:?} was cut"
            );
        }
    }
}
