//! Headings, lists, quotes, code.

use super::*;

#[test]
fn a_heading_is_bold_and_belongs_to_what_follows() {
    check(
        "# Pods\n\ntwo\n\n## More ##\nthree",
        "<b>Pods</b>\ntwo\n\n<b>More</b>\nthree",
    );
    check("a\n# b\n# c\nd", "a\n\n<b>b</b>\n<b>c</b>\nd");
    check("# **a** *b* `c` d", "<b>a <i>b</i></b> <c>c</c> <b>d</b>");
    check("Title\n===\nx", "<b>Title</b>\nx");
    check("#hashtag", "#hashtag");
    check("#\n\nx", "x");
}

#[test]
fn lists_are_indented_and_keep_their_numbers() {
    check(
        "- a\n- b\n  - c\n    more\n    * d\n- e",
        "• a\n• b\n    • c\n        more\n        • d\n• e",
    );
    check("3. a\n4. b\n   - c\n5) d", "3. a\n4. b\n    • c\n5. d");
    check("1. a\n1. b", "1. a\n2. b");
    check("2026. It was", "2026. It was");
    check("- a\n\n- b\n\n  more\n- c", "• a\n\n• b\n\n    more\n• c");
    check("x:\n- a\n- b\n\ny", "x:\n• a\n• b\n\ny");
    check("- **a**\n-\n- b", "• <b>a</b>\n•\n• b");
    check("- - a\n  - b", "•\n    • a\n    • b");
}

#[test]
fn tasks_show_what_is_done() {
    check("- [ ] a\n- [x] b\n  - c\n- d", "☐ a\n☑ b\n    • c\n• d");
    check("1. [x] a\n\n2. [ ] b", "1. ☑ a\n\n2. ☐ b");
    check("- [ ] a\n  - [x] b", "☐ a\n    ☑ b");
    check("- a\n  - [x] b", "• a\n    ☑ b");
}

#[test]
fn quotes_hold_everything_but_quotes() {
    check("> a\n> **b**\n\nc", "<q>a\n<b>b</b></q>\n\nc");
    check("> a\n>> b\n>> c", "<q>a\n> b\n> c</q>");
    check(
        "> - a\n>   - b\n>\n> ```\n> x\n> ```",
        "<q>• a\n    • b\n\n<pre >x</pre></q>",
    );
    check("> ```\n>   x\n> ```", "<q><pre >  x</pre></q>");
    check("- a\n  > b\n  > c", "• a\n<q>b\nc</q>");
    check(">\n\nx", "x");
}

#[test]
fn a_long_quote_is_folded() {
    let quote = |lines: usize| vec!["> x"; lines].join("\n");
    let shown = |lines: usize| vec!["x"; lines].join("\n");
    check(&quote(12), &format!("<q>{}</q>", shown(12)));
    check(&quote(13), &format!("<Q>{}</Q>", shown(13)));
    let nested = format!("> a\n{}", vec![">> x"; 20].join("\n"));
    check(
        &nested,
        &format!("<Q>a\n{}</Q>", vec!["> x"; 20].join("\n")),
    );
}

#[test]
fn code_keeps_its_language_its_blanks_and_no_other_looks() {
    check(
        "```yaml\na:\n  - **b**\n\n# c\n```",
        "<pre yaml>a:\n  - **b**\n\n# c</pre>",
    );
    check("~~~\nx\n~~~\ny", "<pre >x</pre>\ny");
    check("a\n\n    x\n      y\n\nb", "a\n\n<pre >x\n  y</pre>\n\nb");
    check("```\n\tx\n a\tb\n```", "<pre >    x\n a  b</pre>");
    check("- a\n  ```sh\n  x\n  ```\n- b", "• a\n<pre sh>x</pre>\n• b");
    check("1. ```\n   x\n   ```", "1.\n<pre >x</pre>");
    check("```rust,ignore\nx\n```", "<pre rust>x</pre>");
    check("``` {.c++ #id}\nx\n```", "<pre c++>x</pre>");
    check("a\n```\n\n```\nb", "a\nb");
    check("```html\n<b>&amp;</b>\n```", "<pre html><b>&amp;</b></pre>");
}

#[test]
fn code_that_is_not_closed_is_code_to_the_end() {
    check(
        "Run:\n```bash\nkubectl get pods\n# all",
        "Run:\n<pre bash>kubectl get pods\n# all</pre>",
    );
    check("```", "");
}

#[test]
fn what_stands_behind_a_fence_is_not_lost() {
    check(
        "```kubectl get pods\nNAME\n```",
        "<pre >kubectl get pods\nNAME</pre>",
    );
    check("```yaml title=\"x\"\nx\n```", "<pre yaml>x</pre>");
    check("```kubectl get pods```", "<c>kubectl get pods</c>");
}

#[test]
fn an_answer_wrapped_in_markdown_is_unwrapped() {
    check("```markdown\n# A\nx\n```", "<b>A</b>\nx");
    check(
        "```md\na\n\n```sh\nx\n```\n\nb\n```\n",
        "a\n\n<pre sh>x</pre>\n\nb",
    );
    check(
        "```md\n**a**\n```\nb\n```\nc\n```",
        "<pre md>**a**</pre>\nb\n<pre >c</pre>",
    );
    check("```yaml\na\n```", "<pre yaml>a</pre>");
}

#[test]
fn a_rule_is_a_line() {
    check("a\n\n---\n\nb\n***\nc", "a\n\n———\n\nb\n———\nc");
}

#[test]
fn nothing_to_see_is_no_chunk() {
    for empty in [
        "",
        " \n\t\n",
        "\u{200b}",
        "```\n```",
        "> ",
        "[](#)",
        "**\u{200b}**",
    ] {
        assert_eq!(format(empty).chunks(4096), [], "{empty:?}");
    }
}

#[test]
fn a_label_is_not_markdown() {
    let rich = format("# A\n**b**").below("my_agent_x ▸");
    let chunks = rich.chunks(4096);
    assert_eq!(drawn(&chunks[0]), "my_agent_x ▸\n<b>A</b>\n<b>b</b>");
}

#[test]
fn depth_is_bounded() {
    for markdown in ["> ", "- ", "1. ", "*a ", "[", "![", "**a _b "] {
        let deep = format!("{}x", markdown.repeat(20_000));
        assert!(format(&deep).text().ends_with('x'), "{markdown:?}");
    }
}

#[test]
fn the_end_of_a_growing_answer_opens_its_code_again() {
    assert_eq!(tail("abc", 3), "abc");
    assert_eq!(tail("abcdef", 3), "…def");
    assert_eq!(tail("ab\ncd\nef", 4), "…\n\nef");
    assert_eq!(tail("x\n```sh\na\nbbbb\ncc", 5), "…\n\n```sh\ncc");
    assert_eq!(tail("```sh\na\n```\nbbbb\ncc", 5), "…\n\ncc");
    assert_eq!(tail("ééééé", 2), "…éé");
}
