//! Long answers in several messages.

use super::*;

#[track_caller]
fn cut(markdown: &str, max: usize, expected: &[&str]) {
    let chunks: Vec<String> = format(markdown).chunks(max).iter().map(drawn).collect();
    assert_eq!(chunks, expected, "of {markdown:?}");
}

#[test]
fn looks_go_on_in_the_next_chunk() {
    cut(
        "**aaaa bbbb cccc**",
        10,
        &["<b>aaaa bbbb</b>", "<b>cccc</b>"],
    );
    cut(
        "[aaaa bbbb](https://a.io)",
        5,
        &["<a https://a.io/>aaaa</a>", "<a https://a.io/>bbbb</a>"],
    );
    cut("> aaaa\n> bbbb", 5, &["<q>aaaa</q>", "<q>bbbb</q>"]);
    cut(
        "**a *bbbb cccc* d**",
        7,
        &["<b>a <i>bbbb</i></b>", "<b><i>cccc</i> d</b>"],
    );
}

#[test]
fn a_fence_is_cut_at_a_line_and_opened_again_with_its_language() {
    cut(
        "```yaml\na: 1\n  b: 2\n  c: 3\n```",
        11,
        &["<pre yaml>a: 1\n  b: 2</pre>", "<pre yaml>  c: 3</pre>"],
    );
    // Not behind the full stop, nor at the blank of a line that fits alone.
    cut(
        "```\naa\nbbbbbb. ccccc dd\n```",
        16,
        &["<pre >aa</pre>", "<pre >bbbbbb. ccccc dd</pre>"],
    );
    cut(
        "```\naa bb cc\n```",
        5,
        &["<pre >aa bb</pre>", "<pre >cc</pre>"],
    );
    cut(
        "Intro:\n\n```\na\n\nbbbbb\nccccc\n```",
        16,
        &["Intro:\n\n<pre >a\n\nbbbbb</pre>", "<pre >ccccc</pre>"],
    );
}

#[test]
fn no_entity_reaches_into_a_pair_or_over_blanks() {
    cut("**😀😀**", 3, &["<b>😀</b>", "<b>😀</b>"]);
    cut("😀 **b😀** c", 100, &["😀 <b>b😀</b> c"]);
    cut("**aaaa** `bbbb `", 5, &["<b>aaaa</b>", "<c>bbbb</c>"]);
    cut("- a\n    - **b**", 8, &["• a", "• <b>b</b>"]);
}

#[test]
fn what_is_left_of_a_block_may_not_be_seen() {
    cut(
        "| a | b |\n|-|-|\n| |\u{200b}\n- ",
        6,
        &["<pre >a  b</pre>", "<pre >-  -</pre>", "\u{200b}\n•"],
    );
}

#[test]
fn a_chunk_has_a_hundred_entities_at_most() {
    let markdown = "**b** `c`\n".repeat(140);
    let chunks = format(&markdown).chunks(4096);
    let counts: Vec<usize> = chunks.iter().map(|chunk| chunk.entities.len()).collect();
    assert_eq!(counts, [100, 100, 80]);
    let lines: usize = chunks.iter().map(|chunk| chunk.text.lines().count()).sum();
    assert_eq!(lines, 140);
}

#[test]
fn a_megabyte_is_formatted_and_cut_within_seconds() {
    let started = tokio::time::Instant::now();
    for unit in [
        "word ",
        "a\n\n",
        "**b** ",
        "`c` ",
        "- a\n",
        "> q\n",
        "| a | b |\n",
        "[a](b) ",
        "[a]: b\n\n",
        "```\nx\n```\n",
        "<a> ",
        "a_b_",
        "*a ",
        "é🙂",
        "x.md ",
        "[",
        "\\",
        "&amp;",
    ] {
        let markdown = unit.repeat(300_000 / unit.len());
        let chunks = format(&markdown).chunks(4096);
        assert!(!chunks.is_empty(), "{unit:?}");
        let so_far = started.elapsed().as_secs();
        assert!(so_far < 60, "{unit:?}: {so_far} s so far");
    }
}
