//! Who decides, where that is asked, what is masked, and how much a person may ask.

use super::*;

#[test]
fn what_a_route_says_about_approvals_is_read() {
    let route = &good(&edited(
        "approvers = [\"ben\", \"requester\"]\n",
        "approvers = [\"ben\"]\napproval_chat = -100\nexpires_after = \"10m\"\nmask = false\n\
         mask_also = [\"acme-*\"]\n[[routes.approve]]\ntools = [\"*_delete_*\", \"x\"]\n\
         approvers = [\"oncall\", \"requester\"]\n[[routes.approve]]\ntools = [\"y\"]\n",
    ))
    .routes[0]
        .clone();
    let approvers = |people: &[i64], requester| Approvers {
        people: people.iter().copied().map(UserId).collect(),
        requester,
    };
    let rule = |tools: &[&str], approvers| ApproveRule {
        tools: tools.iter().map(|&tool| tool.to_owned()).collect(),
        approvers,
    };
    assert_eq!(route.approvers, approvers(&[22], false));
    assert_eq!(
        route.approvals,
        Approvals {
            rules: vec![
                rule(&["*_delete_*", "x"], approvers(&[11, 33], true)),
                rule(&["y"], approvers(&[], false)),
            ],
            chat: Some(ChatId(-100)),
            expires_after: Duration::from_mins(10),
        }
    );
    let also = vec!["acme-*".to_owned()];
    assert_eq!(route.masking, Masking { on: false, also });
}

#[test]
fn what_is_not_said_is_strict() {
    let route = good(GOOD).routes[0].clone();
    assert_eq!(route.approvals.rules, []);
    assert_eq!(route.approvals.chat, None);
    assert_eq!(route.approvals.expires_after, Duration::from_hours(1));
    assert!(route.masking.on);
}

#[test]
fn a_route_takes_as_much_as_it_says_else_as_the_limits_say() {
    let quotas = |route: &str, limits: &str| {
        let text = edited("agent = \"k8s\"\n", &format!("agent = \"k8s\"\n{route}"));
        let quotas = good(&format!("{text}\n[limits]\n{limits}")).routes[0].quotas;
        (quotas.per_minute, quotas.per_day)
    };
    assert_eq!(quotas("", ""), (600, 50_000));
    assert_eq!(
        quotas("", "route_per_minute = 5\nroute_per_day = 6\n"),
        (5, 6)
    );
    assert_eq!(
        quotas("per_day = 7\n", "route_per_minute = 5\nroute_per_day = 6\n"),
        (5, 7)
    );
    assert_eq!(quotas("per_minute = 8\n", ""), (8, 50_000));
}

#[test]
fn mistakes_about_approvals_are_told() {
    let after = |more: &str| format!("approvers = [\"ben\", \"requester\"]\n{more}");
    let old = "approvers = [\"ben\", \"requester\"]\n";
    for (more, expected) in [
        (
            "approval_chat = 0\n",
            "line 25: routes[0].approval_chat: must be the numeric id of a group or of a person",
        ),
        (
            "approval_chat = \"oncall\"\n",
            "line 25: routes[0].approval_chat: must be a whole number, not a string",
        ),
        (
            "expires_after = \"0s\"\n",
            "line 25: routes[0].expires_after: must be from 1s to 24h, not 0s",
        ),
        (
            "[[routes.approve]]\napprovers = [\"ben\"]\n",
            "line 25: routes[0].approve[0].tools: is missing: name tools, such as [\"*_delete_*\"]",
        ),
        (
            "[[routes.approve]]\ntools = [\"x\"]\napprovers = [\"chat:-1\"]\n",
            "line 27: routes[0].approve[0].approvers[0]: a chat can only be allowed: name people or groups here",
        ),
    ] {
        check(&[(old, &after(more), expected)]);
    }
}

/// What is warned of where the first route, by which anna alone asks, says this of approvals.
fn warned(approvals: &str) -> Vec<String> {
    let text = edited("approvers = [\"ben\", \"requester\"]\n", approvals);
    let text = text.replace(
        "allow = [\"oncall\", 44, \"chat:-100\"]",
        "allow = [\"anna\"]",
    );
    let warnings = load_text(&text, &env(&[])).unwrap().1;
    warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn calls_that_nobody_can_approve_are_warned_of_and_which_they_are() {
    const ADD: &str = "add people, groups or \"requester\" to approvers";
    const OWN: &str = "the only approver is the only one who asks; add somebody or \"requester\" to \
                       approvers";
    let rule = |tools: &str, approvers: &str| {
        format!("[[routes.approve]]\ntools = {tools}\n{approvers}\n")
    };
    let lax = "approvers = [\"requester\"]";
    let by_ben = rule("[\"k8s_delete_*\", \"drain\"]", lax);
    let every = rule("[\"*\"]", lax);
    let anna = "approvers = [\"anna\"]";
    let by_anna = rule("[\"drain\", \"cordon\"]", anna);
    let alone = format!("{anna}\n");
    let missing = rule("[\"drain\"]", "");
    let never = rule("[\"drain\"]", "approvers = []");
    let route = "routes[0].approvers";
    for (approvals, path, expected) in [
        (
            String::new(),
            route,
            format!("its dangerous calls can only be rejected: {ADD}"),
        ),
        (
            by_ben.clone(),
            route,
            format!(
                "its dangerous calls, but those of k8s_delete_*, drain, can only be rejected: {ADD}"
            ),
        ),
        (
            format!("{alone}{by_ben}"),
            route,
            format!(
                "its dangerous calls, but those of k8s_delete_*, drain, can only be rejected: {OWN}"
            ),
        ),
        (
            format!("approvers = [\"ben\"]\n{by_anna}"),
            "routes[0].approve[0].approvers",
            format!("calls of drain, cordon can only be rejected: {OWN}"),
        ),
        (
            format!("approvers = [\"requester\"]\n{missing}"),
            "routes[0].approve[0].approvers",
            "calls of drain can only be rejected: add it, or [] if so meant".to_owned(),
        ),
    ] {
        let told = warned(&approvals);
        assert_eq!(told.len(), 1, "{approvals}: {told:?}");
        let expected = format!("{path}: {expected}");
        assert!(told[0].ends_with(&expected), "{told:?} is not {expected}");
    }
    for approvals in [
        "approvers = [\"ben\", \"anna\"]\n".to_owned(),
        "approvers = [22]\n".to_owned(),
        "approvers = [\"anna\", \"requester\"]\n".to_owned(),
        format!("{alone}{every}"),
        format!("approvers = [\"requester\"]\n{never}"),
    ] {
        assert_eq!(warned(&approvals), [""; 0], "{approvals}");
    }
    let others_ask = edited("approvers = [\"ben\", \"requester\"]\n", &alone);
    let warnings = load_text(&others_ask, &env(&[])).unwrap().1;
    assert_eq!(warnings, [], "anna approves what others ask");
    let text = edited("approvers = [\"ben\", \"requester\"]\n", "");
    let plain = text.replace("flavor = \"kagent\"", "flavor = \"a2a\"");
    let warnings = load_text(&plain, &env(&[])).unwrap().1;
    assert_eq!(warnings, [], "a plain agent never asks");
}

#[test]
fn people_are_called_by_their_names() {
    let names = good(GOOD).names;
    let called = |id: i64| names.get(&UserId(id)).map(String::as_str);
    assert_eq!(
        (called(11), called(22), called(33)),
        (Some("anna"), Some("ben"), None)
    );
}
