//! Tables on a phone.

use super::check;

#[test]
fn a_table_that_fits_is_set_in_columns() {
    check(
        "| Pod | Restarts | State |\n|---|--:|:-:|\n| web-1 | 0 | `Running` |\n| **db-12345** | 117 | |",
        "<pre >Pod       Restarts  State\n--------  --------  -------\nweb-1            0  Running\ndb-12345       117</pre>",
    );
    check("a | b\n--|--\n1 | 2", "<pre >a  b\n-  -\n1  2</pre>");
    check("| a |\n|---|", "<pre >a</pre>");
    check(
        "x\n\n| | b |\n|-|-|\n| 1 | 2 |\n\ny",
        "x\n\n<pre >   b\n-  -\n1  2</pre>\n\ny",
    );
}

#[test]
fn wide_letters_take_two_columns() {
    check(
        "| 名 | x |\n|-|-|\n| ab | 1 |\n| 🙂 | 2 |\n| e\u{301} | 3 |",
        "<pre >名  x\n--  -\nab  1\n🙂  2\ne\u{301}   3</pre>",
    );
}

#[test]
fn a_table_that_does_not_fit_is_a_list() {
    let wide = "a cell that takes a lot of room";
    check(
        &format!(
            "| Name | Note | Link |\n|-|-|-|\n| web | {wide} | [l](https://a.io) |\n| `db` | **x** | |\n| | | |"
        ),
        &format!(
            "Name: <b>web</b>\nNote: {wide}\nLink: <a https://a.io/>l</a>\n\nName: <c>db</c>\nNote: <b>x</b>"
        ),
    );
    check(
        &format!("| {wide} | x | a longer one |\n|-|-|-|\n| 1 | | 2 |\n| 3 | | |"),
        &format!("{wide}: <b>1</b>\nx: –\na longer one: 2\n\n{wide}: <b>3</b>\nx: –"),
    );
    check(
        &format!("| {wide} | {wide} |\n|-|-|"),
        &format!("{wide}\n{wide}"),
    );
}

#[test]
fn cells_beyond_the_head_are_not_lost() {
    check(
        "| a | b |\n|-|-|\n| 1 | 2 | 3 |",
        "<pre >| a | b |\n|-|-|\n| 1 | 2 | 3 |</pre>",
    );
    check(
        "| a | b |\n|-|-|\n| 1 |\n| x \\| y | 2 |",
        "<pre >a      b\n-----  -\n1\nx | y  2</pre>",
    );
    check(
        "> | a |\n> |-|\n> | 1 | 2 |",
        "<q><pre >| a |\n|-|\n| 1 | 2 |</pre></q>",
    );
}

#[test]
fn lines_with_bars_are_no_table() {
    check(
        "kubectl get pods | grep x\nand | so",
        "kubectl get pods | grep x\nand | so",
    );
}
