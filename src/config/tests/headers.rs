//! `[agents.<name>.headers]`.

use super::*;
use crate::a2a::Source;

const BEFORE: &str = "flavor = \"kagent\"\n";

fn with_headers(lines: &str) -> String {
    GOOD.replace(BEFORE, &format!("{BEFORE}[agents.k8s.headers]\n{lines}\n"))
}

#[test]
fn headers_come_from_the_environment_from_files_and_from_plain_text() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from a file\n").unwrap();
    let text = with_headers(&format!(
        "Authorization = {{ env = \"AGENT_TOKEN\", prefix = \"Bearer \" }}\n\
         X-Api-Key = {{ file = {:?} }}\nX-Team = \"platform\"",
        file.path()
    ));
    let env = env(&[("AGENT_TOKEN", "s3cret")]);
    let (config, _) = load_text(&text, &env).unwrap();
    let agent = config.agents.values().next().unwrap();
    let [authorization, key, team] = &agent.headers[..] else {
        panic!("{:?}", agent.headers);
    };
    assert_eq!(
        (authorization.name.as_str(), authorization.prefix.as_str()),
        ("Authorization", "Bearer ")
    );
    let fixed = |source: &Source| match source {
        Source::Fixed(value) => value.expose_secret().to_owned(),
        Source::File(_) => panic!("{source:?}"),
    };
    assert_eq!(fixed(&authorization.source), "s3cret");
    assert_eq!(fixed(&team.source), "platform");
    assert!(matches!(&key.source, Source::File(path) if path == file.path()));
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn headers_that_cannot_work_or_hold_a_secret_are_refused() {
    for (line, problem) in [
        (
            "Authorization = \"Bearer s3cret\"",
            "Authorization: a secret does not belong in this file: it must be { env = \"NAME\" } or { file = \"/path\" }, each with an optional prefix",
        ),
        (
            "x-goog-api-key = \"s3cret\"",
            "x-goog-api-key: a secret does not belong in this file: it must be { env = \"NAME\" } or { file = \"/path\" }, each with an optional prefix",
        ),
        (
            "A2A-Version = \"1.0\"",
            "A2A-Version: is written by every call itself, and cannot be set",
        ),
        (
            "X-User-Id = { env = \"BOT_TOKEN\" }",
            "X-User-Id: is written by every call itself, and cannot be set",
        ),
        (
            "\"X Team\" = \"a\"",
            "X Team: cannot make the header X Team: no such name",
        ),
        (
            "X-Team = \"\"",
            "X-Team: cannot make the header X-Team: it is empty",
        ),
        (
            "X-Team = \"a\\nb\"",
            "X-Team: cannot make the header X-Team: it is not one line of plain text",
        ),
        (
            "Authorization = { env = \"UNSET\" }",
            "Authorization.env: the environment variable UNSET is not set",
        ),
        (
            "Authorization = { file = \"/nonexistent\" }",
            "Authorization.file: cannot make the header Authorization: No such file or directory (os error 2)",
        ),
        (
            "Authorization = { prefix = \"Bearer \" }",
            "Authorization.env: is missing: the header must be { env = \"NAME\" } or { file = \"/path\" }, each with an optional prefix",
        ),
        (
            "Authorization = { env = \"BOT_TOKEN\", file = \"x\" }",
            "Authorization.file: is set beside env: keep one of the two",
        ),
        (
            "Authorization = { env = \"BOT_TOKEN\", suffix = \"x\" }",
            "Authorization.suffix: unknown key, known here: prefix, env, file",
        ),
        ("X-Team = 7", "X-Team: must be a table, not a number"),
    ] {
        let problems = printed(load_text(&with_headers(line), &env(&[])));
        assert_eq!(
            problems,
            format!("line 13: agents.k8s.headers.{problem}"),
            "{line}"
        );
        assert!(!problems.contains("s3cret"), "{problems}");
    }
}

#[test]
fn the_version_and_the_place_of_a_card_are_read() {
    let lines = "protocol = \"1.0\"\nendpoint = \"card\"\ncard_url = \"http://a/card.json\"\n";
    let config = good(&GOOD.replace(BEFORE, lines));
    let agent = config.agents.values().next().unwrap();
    assert_eq!(agent.protocol, Some(crate::model::Protocol::V10));
    assert!(agent.path_of_card);
    assert_eq!(
        agent.card_url.as_ref().unwrap().as_str(),
        "http://a/card.json"
    );
    let wrong = GOOD.replace(BEFORE, "protocol = \"0.3.0\"\n");
    assert_eq!(
        printed(load_text(&wrong, &env(&[]))),
        "line 11: agents.k8s.protocol: must be \"auto\" or \"0.3\" or \"1.0\""
    );
}
