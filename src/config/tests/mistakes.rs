//! Each kind of mistake, and many at once.

use super::*;

const AGENT_URL: &str = "http://kagent:8083/api/a2a/kagent/k8s-agent/";

#[test]
fn a_key_that_does_not_exist_is_refused_with_a_suggestion() {
    check(&[
        (
            "flavor",
            "flavour",
            "line 11: agents.k8s.flavour: unknown key, did you mean \"flavor\"?",
        ),
        (
            "[people]",
            "[limit]\n[people]",
            "line 13: limit: unknown key, did you mean \"limits\"?",
        ),
        (
            "[people]",
            "[ops]\nlisten = \":9090\"\n[people]",
            "line 14: ops.listen: must be an IP address and a port, such as \"0.0.0.0:9090\"",
        ),
        (
            "[people]",
            "[log]\nverbosity = 3\n[people]",
            "line 14: log.verbosity: unknown key, known here: format, filter",
        ),
        (
            "[store]",
            "admins = [1]\n[store]",
            "line 6: telegram.admins: unknown key: it belongs above the first [section] of the file",
        ),
    ]);
}

#[test]
fn a_token_that_cannot_be_had_is_explained_and_never_shown() {
    let given = "token_env = \"BOT_TOKEN\"";
    let inline = format!("token = \"{TOKEN}\"");
    let as_name = format!("token_env = \"{TOKEN}\"");
    let as_file = format!("token_file = \"{TOKEN}\"");
    check(&[
        (
            given,
            "",
            "line 3: telegram.token_env: is missing: name the environment variable that holds the token, or set token_file",
        ),
        (
            given,
            "token_env = \"BOT_TOKEN\"\ntoken_file = \"token\"",
            "line 5: telegram.token_file: is set beside token_env: keep one of the two",
        ),
        (
            given,
            "token_env = \"UNSET\"",
            "line 4: telegram.token_env: the environment variable UNSET is not set",
        ),
        (
            given,
            "token_env = \"AAexample\"",
            "line 4: telegram.token_env: the environment variable that it names is not set",
        ),
        (
            given,
            "token_env = \"EMPTY\"",
            "line 4: telegram.token_env: what it names is empty, where a bot token should be",
        ),
        (
            given,
            "token_env = \"WRONG\"",
            "line 4: telegram.token_env: what it names is not a bot token: BotFather gives <digits>:<letters, digits, _ and ->",
        ),
        (
            given,
            "token_env = 5",
            "line 4: telegram.token_env: must be a string, not a number",
        ),
        (
            given,
            &as_name,
            "line 4: telegram.token_env: must be the name of an environment variable, not the secret itself",
        ),
        (
            given,
            &as_file,
            "line 4: telegram.token_file: cannot read the file that it names: No such file or directory (os error 2)",
        ),
        (
            given,
            "token_file = \"/\"",
            "line 4: telegram.token_file: cannot read the file that it names: Is a directory (os error 21)",
        ),
        (
            given,
            "token_env = \"BOT_TOKEN\"\ntoken = 1",
            "line 5: telegram.token: a token does not belong in this file: name a variable in token_env, or a file in token_file",
        ),
    ]);
    let problems = printed(load_text(&edited(given, &inline), &env(&[])));
    assert!(
        problems.contains("does not belong") && !problems.contains("AAexample"),
        "{problems}"
    );
}

#[test]
fn an_empty_file_lacks_what_has_no_default() {
    assert_eq!(
        printed(load_text("", &env(&[]))),
        "telegram.token_env: is missing: name the environment variable that holds the token, or set token_file\n\
         store.url: is missing: name a file on a disk that survives a restart, such as \"sqlite:///data/switchboard.db\""
    );
}

#[test]
fn a_url_is_one_that_can_be_called_and_holds_no_secret() {
    check(&[
        (
            AGENT_URL,
            "kagent",
            "line 10: agents.k8s.url: is not a url: relative URL without a base",
        ),
        (
            AGENT_URL,
            "http://",
            "line 10: agents.k8s.url: is not a url: empty host",
        ),
        (
            AGENT_URL,
            "grpc://kagent",
            "line 10: agents.k8s.url: must start with http:// or https://",
        ),
        (
            AGENT_URL,
            "http://me:secret@kagent/",
            "line 10: agents.k8s.url: must not hold a user name or password: secrets do not belong in this file",
        ),
        (
            AGENT_URL,
            "http://me@kagent/",
            "line 10: agents.k8s.url: must not hold a user name or password: secrets do not belong in this file",
        ),
        (
            AGENT_URL,
            "http://kagent/#a",
            "line 10: agents.k8s.url: must not hold a fragment (#...): it is never sent",
        ),
        (
            "[store]",
            "api_url = \"https://api/?a=b\"\n[store]",
            "line 6: telegram.api_url: must not hold a query (?...): paths are appended to it",
        ),
        (
            "[store]",
            "proxy = \"socks5://proxy\"\n[store]",
            "line 6: telegram.proxy: must start with http:// or https://",
        ),
        (
            "[store]",
            "ca_file = \"/nowhere.pem\"\n[store]",
            "line 6: telegram.ca_file: cannot read /nowhere.pem: No such file or directory (os error 2)",
        ),
    ]);
}

#[test]
fn a_store_is_a_plain_sqlite_file() {
    let given = "sqlite:///data/switchboard.db";
    let scheme = "line 7: store.url: only SQLite is supported: write sqlite:// and the path of a file, such as \"sqlite:///data/switchboard.db\"";
    let file = "line 7: store.url: must name a file, such as \"sqlite:///data/switchboard.db\"";
    check(&[
        (given, "postgres://me:secret@db/switchboard", scheme),
        (given, "sqlite:data.db", scheme),
        (given, "/data/switchboard.db", scheme),
        (given, "sqlite://", file),
        (given, "sqlite:///data/", file),
        (given, "sqlite://:memory:", file),
        (
            given,
            "sqlite://a.db?mode=ro",
            "line 7: store.url: must be a plain path: options (?), fragments (#) and escapes (%) are not supported",
        ),
    ]);
    let config = good(&edited(given, "sqlite://relative.db"));
    assert_eq!(config.store.path, Path::new("relative.db"));
}

#[test]
fn numbers_durations_and_words_have_bounds() {
    check(&[
        (
            "[people]",
            "calls_max = 0\n[people]",
            "line 13: agents.k8s.calls_max: must be from 1 to 10000, not 0",
        ),
        (
            "[people]",
            "calls_max = 1.5\n[people]",
            "line 13: agents.k8s.calls_max: must be a whole number, not a fraction",
        ),
        (
            "[people]",
            "look_after = 60\n[people]",
            "line 13: agents.k8s.look_after: must be a number and ms, s, m, h or d, such as \"20s\"",
        ),
        (
            "[people]",
            "look_after = \"2h\"\n[people]",
            "line 13: agents.k8s.look_after: must not be longer than total_timeout (30m)",
        ),
        (
            "[people]",
            "total_timeout = \"2d\"\n[people]",
            "line 13: agents.k8s.total_timeout: must be from 10ms to 24h, not 48h",
        ),
        (
            "kagent\"\n",
            "kagnet\"\n",
            "line 11: agents.k8s.flavor: must be \"kagent\" or \"a2a\"",
        ),
        (
            "[agents.k8s]",
            "[agents.K8s]",
            "line 9: agents.K8s: an agent's name is 1 to 63 of a-z, 0-9, _ and -\nline 22: routes[0].agent: no agent is called \"k8s\", did you mean \"K8s\"?",
        ),
        (
            "[store]",
            "poll_timeout = \"51s\"\n[store]",
            "line 6: telegram.poll_timeout: must be from 0s to 50s, not 51s",
        ),
        (
            "[people]",
            "[limits]\nchat_per_second = 0\n[people]",
            "line 14: limits.chat_per_second: must be from 0.01 to 1000, not 0",
        ),
        (
            "[people]",
            "[limits]\ntext_max = 5000\n[people]",
            "line 14: limits.text_max: must be from 256 to 4096, not 5000",
        ),
        (
            "[people]",
            "[chat]\ntyping_after = \"-1s\"\n[people]",
            "line 14: chat.typing_after: must be a number and ms, s, m, h or d, such as \"20s\"",
        ),
        (
            "[people]",
            "[log]\nformat = \"xml\"\n[people]",
            "line 14: log.format: must be \"text\" or \"json\"",
        ),
        (
            "[people]",
            "[log]\nfilter = \"a=b=c\"\n[people]",
            "line 14: log.filter: is not a filter such as \"info,switchboard=debug\": error parsing level filter: expected one of \"off\", \"error\", \"warn\", \"info\", \"debug\", \"trace\", or a number 0-5",
        ),
    ]);
}

#[test]
fn a_section_of_the_wrong_kind_is_one_problem() {
    check(&[
        (
            "[telegram]\ntoken_env = \"BOT_TOKEN\"",
            "telegram = 5",
            "line 3: telegram: must be a table, not a number",
        ),
        (
            "[agents.k8s]",
            "[[agents]]",
            "line 9: agents: must be a table, not a list\nline 22: routes[0].agent: no agent is called \"k8s\": add [agents.k8s]",
        ),
        (
            "[[routes]]",
            "[routes]",
            "line 20: routes: is a list of tables: write [[routes]]",
        ),
    ]);
}

#[test]
fn ten_mistakes_are_ten_lines() {
    let text = r#"admins = ["anne"]

[telegram]
token_env = "UNSET"
poll_timeout = "2m"

[store]
url = "postgres://db/switchboard"

[agents.k8s]
url = "ftp://kagent/"
flavour = "kagent"

[people]
anna = 11

[[routes]]
command = "help"
agent = "istio"
allow = ["oncall"]

[limits]
chat_burst = 0

[chat]
notify_after = 20
"#;
    let expected = r#"line 1: admins[0]: no person and no group is called "anne", did you mean "anna"?
line 4: telegram.token_env: the environment variable UNSET is not set
line 5: telegram.poll_timeout: must be from 0s to 50s, not 2m
line 8: store.url: only SQLite is supported: write sqlite:// and the path of a file, such as "sqlite:///data/switchboard.db"
line 11: agents.k8s.url: must start with http:// or https://
line 12: agents.k8s.flavour: unknown key, did you mean "flavor"?
line 18: routes[0].command: /help is a command of the bot itself
line 19: routes[0].agent: no agent is called "istio": add [agents.istio]
line 20: routes[0].allow[0]: no person and no group is called "oncall": add it to [people] or [groups]
line 23: limits.chat_burst: must be from 1 to 1000, not 0
line 26: chat.notify_after: must be a number and ms, s, m, h or d, such as "20s""#;
    assert_eq!(printed(load_text(text, &env(&[]))), expected);
}
