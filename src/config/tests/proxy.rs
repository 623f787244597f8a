//! `agents.<name>.proxy` and `telegram.proxy`.

use super::*;

const BEFORE: &str = "flavor = \"kagent\"\n";

fn with_proxy(value: &str) -> String {
    GOOD.replace(BEFORE, &format!("{BEFORE}proxy = {value}\n"))
}

#[test]
fn a_proxy_comes_as_plain_text_from_a_variable_or_from_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "http://u:s3cret@proxy:3128\n").unwrap();
    let env = env(&[("PROXY_OF_K8S", "http://u:s3cret@proxy:3128")]);
    for value in [
        "\"http://proxy:3128\"".to_owned(),
        "{ env = \"PROXY_OF_K8S\" }".to_owned(),
        format!("{{ file = {:?} }}", file.path()),
    ] {
        let (config, warnings) = load_text(&with_proxy(&value), &env).unwrap();
        assert!(config.agents.values().next().unwrap().proxy.is_some());
        assert_eq!(warnings, []);
        assert!(!format!("{config:?}").contains("s3cret"));
    }
}

#[test]
fn a_proxy_that_cannot_work_or_holds_a_secret_is_refused() {
    let env = env(&[
        ("PAGE", "http://u:s3cret@proxy/page"),
        ("TLS", "https://proxy"),
    ]);
    for (value, problem) in [
        (
            "\"http://u:s3cret@proxy\"",
            "proxy: must not hold a user name or password: secrets do not belong in this file",
        ),
        (
            "\"socks5://proxy\"",
            "proxy: must start with http:// or https://",
        ),
        (
            "\"https://proxy\"",
            "proxy: cannot make the way through the proxy: its url must start with http://",
        ),
        (
            "{ env = \"TLS\" }",
            "proxy.env: cannot make the way through the proxy: its url must start with http://",
        ),
        (
            "{ env = \"PAGE\" }",
            "proxy.env: cannot make the way through the proxy: its url must end after the host or the port",
        ),
        (
            "{ env = \"NOT_THERE\" }",
            "proxy.env: the environment variable NOT_THERE is not set",
        ),
        ("{}", "proxy.env: is missing: a proxy is"),
        (
            "{ file = \"/nonexistent\" }",
            "proxy.file: cannot make the way through the proxy: ",
        ),
        ("7", "proxy: must be a table, not a number"),
    ] {
        let problems = printed(load_text(&with_proxy(value), &env));
        assert!(problems.contains(problem), "{value}: {problems}");
        assert!(!problems.contains("s3cret"), "{problems}");
    }
}

#[test]
fn the_password_of_the_proxy_to_telegram_is_elsewhere_too() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "http://u:s3cret@proxy:3128\n").unwrap();
    let env = env(&[
        ("PROXY", "https://u:s3cret@proxy"),
        ("SOCKS", "socks5://u:s3cret@proxy"),
    ]);
    let with = |value: &str| {
        let text = edited("[store]", &format!("proxy = {value}\n[store]"));
        load_text(&text, &env)
    };
    for (value, url) in [
        ("{ env = \"PROXY\" }".to_owned(), "https://u:s3cret@proxy/"),
        (
            format!("{{ file = {:?} }}", file.path()),
            "http://u:s3cret@proxy:3128/",
        ),
    ] {
        let (config, _) = with(&value).unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
        assert_eq!(config.telegram.proxy.unwrap().expose_secret(), url);
    }
    for (value, problem) in [
        (
            "{ env = \"SOCKS\" }",
            "line 6: telegram.proxy.env: what it names must start with http:// or https://",
        ),
        (
            "{ env = \"UNSET\" }",
            "line 6: telegram.proxy.env: the environment variable UNSET is not set",
        ),
        (
            "{ file = \"/nowhere\" }",
            "line 6: telegram.proxy.file: cannot read the file that it names: No such file or \
             directory (os error 2)",
        ),
        (
            "\"http://u:s3cret@proxy\"",
            "line 6: telegram.proxy: must not hold a user name or password: secrets do not belong \
             in this file",
        ),
    ] {
        assert_eq!(printed(with(value)), problem);
    }
}

#[test]
fn where_nothing_goes_to_telegram_the_way_to_it_is_not_looked_at() {
    let way = "token_file = \"/nowhere\"\nproxy = {env = \"NOT_SET\"}\nca_file = \"/nowhere\"";
    let text = GOOD.replace("token_env = \"BOT_TOKEN\"", way);
    assert_eq!(printed(load_text(&text, &env(&[]))).lines().count(), 3);
    let (config, _) = load_text(&text, &without_telegram(env(&[]))).unwrap();
    assert!(config.telegram.proxy.is_none() && config.telegram.ca_file.is_none());
    // What is wrong beside the way is wrong still.
    let text = text.replace("agent = \"k8s\"", "agent = \"k9s\"");
    let said = printed(load_text(&text, &without_telegram(env(&[]))));
    assert!(said.contains("no agent is called"), "{said}");
}
