//! Mistakes in who and what: people, groups, allow, approvers, commands, agents.

use super::*;

#[test]
fn people_and_groups_share_their_names_and_hold_ids_of_people() {
    let name = "a name starts with a letter and goes on with letters, digits, _, - and .";
    check(&[
        (
            "oncall = [",
            "ben = [1]\noncall = [",
            "line 18: groups.ben: \"ben\" is a person already: people and groups share their names",
        ),
        (
            "oncall = [",
            "all = [\"oncall\"]\noncall = [",
            "line 18: groups.all[0]: is a group: groups hold people, by name or id",
        ),
        (
            "\"anna\", 33",
            "\"ana\", 33",
            "line 18: groups.oncall[0]: no person and no group is called \"ana\", did you mean \"anna\"?",
        ),
        (
            "ben = 22",
            "ben = 22\nrequester = 1",
            "line 16: people.requester: \"requester\" means whoever asked, and cannot be a name",
        ),
        (
            "ben = 22",
            "ben = 22\n1st = 1",
            &format!("line 16: people.1st: {name}"),
        ),
        (
            "ben = 22",
            "ben = 22\n\"a b\" = 1",
            &format!("line 16: people.a b: {name}"),
        ),
        (
            "ben = 22",
            "ben = \"22\"",
            "line 15: people.ben: must be a whole number, not a string",
        ),
        (
            "ben = 22",
            "ben = -22",
            "line 15: people.ben: a person's id is positive, -22 is a chat's: to allow all who write there, use \"chat:-22\"",
        ),
        (
            "ben = 22",
            "ben = 0",
            "line 15: people.ben: a person's id is from 1 to 4503599627370495, not 0",
        ),
        (
            "oncall = [\"anna\", 33]",
            "oncall = \"anna\"",
            "line 18: groups.oncall: must be a list, not a string",
        ),
    ]);
}

#[test]
fn who_is_allowed_must_be_known() {
    check(&[
        (
            "\"oncall\", 44",
            "\"oncal\", 44",
            "line 23: routes[0].allow[0]: no person and no group is called \"oncal\", did you mean \"oncall\"?",
        ),
        (
            "\"oncall\", 44",
            "\"oncall\", \"44\"",
            "line 23: routes[0].allow[1]: a person's id is a number: write it without quotes",
        ),
        (
            "\"oncall\", 44",
            "\"oncall\", \"requester\"",
            "line 23: routes[0].allow[1]: \"requester\" can only be an approver",
        ),
        (
            "chat:-100",
            "chat:100",
            "line 23: routes[0].allow[2]: a group's id is negative; to allow one person, write their id without \"chat:\" and quotes",
        ),
        (
            "chat:-100",
            "chat:",
            "line 23: routes[0].allow[2]: must be \"chat:\" and the id of a group, such as \"chat:-1001234567890\"",
        ),
        (
            "\"requester\"",
            "\"chat:-100\"",
            "line 24: routes[0].approvers[1]: a chat can only be allowed: name people or groups here",
        ),
        (
            "admins = [11]",
            "admins = [\"carl\"]",
            "line 1: admins[0]: no person and no group is called \"carl\": add it to [people] or [groups]",
        ),
        (
            "admins = [11]",
            "admins = [1.5]",
            "line 1: admins[0]: must be a name or a numeric id, not a fraction",
        ),
    ]);
}

#[test]
fn a_command_is_short_plain_free_and_its_own() {
    let shape =
        "line 21: routes[0].command: a command is 1 to 32 of a-z, 0-9 and _, without a slash";
    let given = "command = \"k8s\"";
    let long = format!("command = \"{}\"", "a".repeat(33));
    check(&[
        (given, "command = \"/k8s\"", shape),
        (given, "command = \"K8s\"", shape),
        (given, "command = \"\"", shape),
        (given, &long, shape),
        (
            given,
            "",
            "line 20: routes[0].command: is missing: name the command, without its slash",
        ),
    ]);
    for word in RESERVED {
        let expected =
            format!("line 21: routes[0].command: /{word} is a command of the bot itself");
        check(&[(given, &format!("command = {word:?}"), &expected)]);
    }
    let text = format!("{GOOD}[[routes]]\n{given}\nagent = \"k8s\"\n");
    assert_eq!(
        printed(load_text(&text, &env(&[]))),
        "line 26: routes[1].command: /k8s is the command of routes[0] already"
    );
}

#[test]
fn a_route_leads_to_an_agent_that_is_there() {
    let given = "agent = \"k8s\"";
    let long = format!("{given}\ndescription = \"{}\"", "a".repeat(257));
    let many = format!("{given}\nexamples = [{}]", "\"a\",".repeat(9));
    check(&[
        (
            given,
            "agent = \"k8\"",
            "line 22: routes[0].agent: no agent is called \"k8\", did you mean \"k8s\"?",
        ),
        (
            given,
            "agent = \"istio\"",
            "line 22: routes[0].agent: no agent is called \"istio\": add [agents.istio]",
        ),
        (
            given,
            "",
            "line 20: routes[0].agent: is missing: name one of [agents]",
        ),
        (
            given,
            &long,
            "line 23: routes[0].description: must have at most 256 characters, not 257",
        ),
        (
            given,
            "agent = \"k8s\"\ndescription = \"\"",
            "line 23: routes[0].description: must not be empty",
        ),
        (
            given,
            "agent = \"k8s\"\ndescription = \" \\t \"",
            "line 23: routes[0].description: must not be empty",
        ),
        (
            given,
            &many,
            "line 23: routes[0].examples: must be at most 8, not 9",
        ),
        (
            given,
            "agent = \"k8s\"\ndefault = \"yes\"",
            "line 23: routes[0].default: must be true or false, not a string",
        ),
        (
            "http://kagent:8083/api/a2a/kagent/k8s-agent/",
            "nonsense",
            "line 10: agents.k8s.url: is not a url: relative URL without a base",
        ),
    ]);
    let first = edited(given, "agent = \"k8s\"\ndefault = true");
    let text = first + "[[routes]]\ncommand = \"k9s\"\nagent = \"k8s\"\ndefault = true\n";
    assert_eq!(
        printed(load_text(&text, &env(&[]))),
        "line 29: routes[1].default: routes[0] is the default already: there can be one"
    );
}
