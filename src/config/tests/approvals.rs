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

#[test]
fn a_kagent_route_that_nobody_can_approve_on_is_warned_of() {
    let warnings = |text: &str| load_text(text, &env(&[])).unwrap().1;
    let text = edited("approvers = [\"ben\", \"requester\"]\n", "");
    let told: Vec<String> = warnings(&text).iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("routes[0].approvers: its dangerous calls can only be rejected"));
    assert_eq!(warnings(GOOD), []);
    let plain = text.replace("flavor = \"kagent\"", "flavor = \"a2a\"");
    assert_eq!(warnings(&plain), [], "a plain agent never asks");
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
