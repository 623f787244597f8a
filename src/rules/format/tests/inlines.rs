//! Within a line.

use super::check;

#[test]
fn styles_nest_and_code_stands_alone() {
    check(
        "**bold** *it* _it_ ~~gone~~",
        "<b>bold</b> <i>it</i> <i>it</i> <s>gone</s>",
    );
    check("***both***", "<i><b>both</b></i>");
    check("**a *b ~~c~~ d* e**", "<b>a <i>b <s>c</s> d</i> e</b>");
    check("**a **b** c**", "<b>a b c</b>");
    check(
        "run `kubectl get pods` now",
        "run <c>kubectl get pods</c> now",
    );
    check(
        "**see `a` and `b`!**",
        "<b>see</b> <c>a</c> <b>and</b> <c>b</c><b>!</b>",
    );
    check("`` a ` b ``", "<c>a ` b</c>");
    check("` `", "");
}

#[test]
fn names_with_underscores_stay_as_they_are() {
    for plain in [
        "my_pod_name and k8s_get_pod_logs",
        "call __init__() of __main__",
        "at /var/_data_/x or a._b_",
        "web-7d9f_abc_1",
        "2 * 3 * 4 and *.yaml, *.json",
        "it takes ~5 to ~10 min, (~5)~",
        "~/bin and ~root",
        "a ~one~ tilde",
        "5 * * * *",
        "* * * * *",
    ] {
        check(plain, plain);
    }
}

#[test]
fn names_of_files_are_code_where_telegram_would_make_them_addresses() {
    check(
        "See README.md, run ./a/deploy.sh.",
        "See <c>README.md</c>, run <c>./a/deploy.sh</c>.",
    );
    check("**main.rs** (v1.2/x_y.py)", "<c>main.rs</c> (v1.2/x_y.py)");
    check("src/v1.2/x_y.py:12", "<c>src/v1.2/x_y.py</c>:12");
    for plain in [
        "values.yaml and main.go",
        "https://a.io/README.md",
        "github.com/a/README.md",
        "me@host.rs",
        "docs.rs/serde",
        ".sh and a.md5 and md",
        "q=x.md",
    ] {
        check(plain, plain);
    }
}

#[test]
fn addresses_that_telegram_takes_are_links() {
    check("[docs](https://a.io/x)", "<a https://a.io/x>docs</a>");
    check(
        "[d **b** `c`](http://a.io 'title')",
        "<a http://a.io/>d <b>b</b> c</a>",
    );
    check("**[d](http://a.io)**", "<b><a http://a.io/>d</a></b>");
    check(
        "![graph](https://a.io/g.png)",
        "<a https://a.io/g.png>graph</a>",
    );
    check(
        "[![ok](https://b.io/s.svg)](https://a.io)",
        "<a https://a.io/>ok</a>",
    );
    check(
        "[chat](tg://resolve?domain=x)",
        "<a tg://resolve?domain=x>chat</a>",
    );
    check("[v6](http://[::1]:80/)", "<a http://[::1]/>v6</a>");
    check(
        "[a][1] and [b]\n\n[1]: https://a.io/1\n[B]: https://b.io",
        "<a https://a.io/1>a</a> and <a https://b.io/>b</a>",
    );
}

#[test]
fn addresses_that_telegram_refuses_are_written_out() {
    for (markdown, expected) in [
        ("[ui](http://localhost:3000)", "ui (http://localhost:3000)"),
        ("[ui](http://grafana/d/1)", "ui (http://grafana/d/1)"),
        ("[x](./docs/x.txt)", "x (./docs/x.txt)"),
        ("[x](/etc/hosts)", "x (/etc/hosts)"),
        ("[me](mailto:a@b.io)", "me (a@b.io)"),
        ("[a@b.io](mailto:a@b.io)", "a@b.io"),
        ("[x](javascript:alert(1))", "x (javascript:alert(1))"),
        ("[x](ftp://a.io/y)", "x (ftp://a.io/y)"),
        (
            "[x](https://k8s.io@evil.io/y)",
            "x (https://k8s.io@evil.io/y)",
        ),
        ("[x](http://a.io:99999/)", "x (http://a.io:99999/)"),
        ("[x](tg://us.er?id=1)", "x (tg://us.er?id=1)"),
        ("[below](#below)", "below"),
        ("[x]()", "x"),
        ("![](cid:1)", "cid:1"),
    ] {
        check(markdown, expected);
    }
}

#[test]
fn addresses_without_a_text_stay_what_they_are() {
    for (markdown, expected) in [
        (
            "https://a.io/b_c_d?e=*f*&~~g~~",
            "https://a.io/b_c_d?e=*f*&~~g~~",
        ),
        ("**see https://a.io/**", "<b>see https://a.io/</b>"),
        ("(https://a.io)**b**", "(https://a.io)<b>b</b>"),
        ("see https://a.io/b_c_d.", "see https://a.io/b_c_d."),
        ("<https://a.io/b>", "https://a.io/b"),
        ("<a@b.io>", "a@b.io"),
        ("[https://a.io](https://a.io/)", "https://a.io"),
        ("[a.io](https://a.io)", "a.io"),
        ("[](https://a.io/b)", "https://a.io/b"),
    ] {
        check(markdown, expected);
    }
}

#[test]
fn what_looks_like_a_definition_is_not_lost() {
    check("[INFO]: started", "[INFO]: started");
    check(
        "[INFO]: started\n[WARN]: slow\n\nand [INFO] again",
        "[INFO]: started\n[WARN]: slow\n\nand [INFO] again",
    );
    check("> [a]: b\n> [c]: d\n\nx", "<q>[a]: b\n[c]: d</q>\n\nx");
    check("-\n[a]: b\nc", "• [a]: b\nc");
    check("- [a]: b\n- c", "• [a]: b\n• c");
    check(
        "Sources:\n\n[1]: https://a.io\n[2]: https://b.io",
        "Sources:\n\n[1]: https://a.io\n[2]: https://b.io",
    );
    check(
        "a [1]\n\n[1]: https://a.io\n[2]: https://b.io",
        "a <a https://a.io/>1</a>\n\n[2]: https://b.io",
    );
    check(
        "[x]: 1\n\nmid\n\n[x]: 2\n\nend",
        "[x]: 1\n\nmid\n\n[x]: 2\n\nend",
    );
}

#[test]
fn escapes_and_entities_are_read_and_html_is_not() {
    check(r"\*not bold\* \_ \# 1\. \`x\`", "*not bold* _ # 1. `x`");
    check(
        "a &amp; b &lt;c&gt; &quot; &#39; &copy; &nope;",
        "a & b <c> \" ' © &nope;",
    );
    check("status <none> and <b>x</b>", "status <none> and <b>x</b>");
    check("<pod-name>\n*x*", "<pod-name>\n*x*");
    check(
        "<details>\n<summary>x</summary>\n\n**y**\n</details>",
        "<details>\n<summary>x</summary>\n\n<b>y</b>\n</details>",
    );
    check("<!-- note -->", "<!-- note -->");
    check("a<br>b<br/>c", "a\nb\nc");
}

#[test]
fn a_line_ends_where_its_author_ended_it() {
    check("one\ntwo  \nthree\\\nfour", "one\ntwo\nthree\nfour");
    check("one\r\ntwo\r\n\r\nthree", "one\ntwo\n\nthree");
    check("**one\ntwo**", "<b>one\ntwo</b>");
}

#[test]
fn what_telegram_would_remove_is_not_sent() {
    check("a\u{202e}b\u{2028}c\u{1}d\te", "abc d e");
    check("**\u{202e}** x", "x");
}

#[test]
fn half_finished_markup_is_text() {
    for plain in [
        "**bold",
        "`code",
        "a [link](http",
        "~~x",
        "[x",
        "![",
        "**",
        "|",
        "<",
    ] {
        check(plain, plain);
    }
}
