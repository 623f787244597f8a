//! `[[tests]]`.

use super::*;

fn with(case: &str) -> String {
    format!("{GOOD}[[tests]]\n{case}\n")
}

#[test]
fn a_case_is_a_text_and_what_should_become_of_it() {
    let text = with(
        "text = \"/k8s pods\"\nperson = \"anna\"\nchat = -100\ntopic = 17\nreply_to = \"k8s\"\n\
         current = \"k8s\"\nroute = \"/k8s\"\nallowed = true\napprovers = [\"requester\", 22]\n\
         why = \"command\"",
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let loaded = load_all(file.path(), &env(&[])).unwrap();
    let case = &loaded.cases[0];
    let agent = Some("k8s".into());
    assert_eq!(
        case.asked,
        Asked {
            text: "/k8s pods".to_owned(),
            person: UserId(11),
            chat: Some(ChatId(-100)),
            topic: crate::ids::TopicId(17),
            reply_to: agent.clone(),
            current: agent,
        }
    );
    let expected: Vec<_> = case.expected.iter().map(|(expected, _)| expected).collect();
    let approvers = Approvers {
        people: vec![UserId(22)],
        requester: true,
    };
    assert_eq!(
        expected,
        [
            &Expected::Route("k8s".to_owned()),
            &Expected::Allowed(true),
            &Expected::Approvers(approvers, None),
            &Expected::Why("command".to_owned()),
        ]
    );
    let (_, place) = &case.expected[1];
    assert_eq!((&*place.key, place.line), ("tests[0].allowed", Some(33)));
    // They change nothing of what runs.
    assert_eq!(loaded.config.digest(), good(GOOD).digest());
}

#[test]
fn a_case_that_cannot_be_tried_is_refused() {
    for (case, problems) in [
        (
            "text = \"a\"\nperson = \"anna\"",
            "line 25: tests[0]: expects nothing: say what becomes of it by route, agent, allowed, \
             approvers, outcome or why",
        ),
        (
            "allowed = true",
            "line 25: tests[0].text: is missing: say what is written\n\
             line 25: tests[0].person: is missing: say who writes it, by name or id",
        ),
        (
            "text = \"\"\nperson = \"oncall\"\nallowed = \"yes\"",
            "line 26: tests[0].text: must not be empty\n\
             line 27: tests[0].person: is a group: name one person\n\
             line 28: tests[0].allowed: must be true or false, not a string",
        ),
        (
            "text = \"a\"\nperson = 7\nchat = 7\nroute = \"k9s\"\nagent = \"k8\"",
            "line 28: tests[0].chat: must be the id of a group, such as -1001234567890; without it \
             the text is private\n\
             line 29: tests[0].route: no route has the command \"k9s\", did you mean \"k8s\"?\n\
             line 30: tests[0].agent: no agent is called \"k8\", did you mean \"k8s\"?",
        ),
        (
            "text = \"a\"\nperson = 7\noutcome = \"asks\"\nwhy = \"because\"\nroutes = 1",
            "line 28: tests[0].outcome: must be one of ask, switch, bound, forbidden, stranger, \
             nobody, ignored, choose, new, stop, status, sessions, resume, help, agents, whoami, \
             unknown, media, did you mean \"ask\"?\n\
             line 29: tests[0].why: must be one of command, reply, topic, current, chat, default, \
             only\n\
             line 30: tests[0].routes: unknown key, did you mean \"route\"?",
        ),
    ] {
        assert_eq!(printed(load_text(&with(case), &env(&[]))), problems);
    }
}

#[test]
fn a_route_that_is_broken_is_one_problem_also_if_a_case_names_it() {
    let case = "text = \"a\"\nperson = 7\nroute = \"k8s\"";
    let text = with(case).replace("agent = \"k8s\"", "agent = \"k9s\"");
    assert_eq!(
        printed(load_text(&text, &env(&[]))),
        "line 22: routes[0].agent: no agent is called \"k9s\", did you mean \"k8s\"?"
    );
}
