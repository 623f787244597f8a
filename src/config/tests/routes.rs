//! What a route says beside its command and its agent.

use super::*;

#[test]
fn what_a_route_does_not_say_its_agent_and_the_limits_say() {
    let text = edited(
        "flavor = \"kagent\"\n",
        "flavor = \"kagent\"\ntotal_timeout = \"10m\"\nlook_after = \"20s\"\n",
    ) + "[limits]\nconversation_waiting_max = 7\n";
    let route = &good(&text).routes[0];
    assert_eq!(route.total_timeout, Duration::from_mins(10));
    assert_eq!(route.look_after, Duration::from_secs(20));
    assert_eq!(route.conversation_waiting_max, 7);
    assert_eq!(route.scope, Scope::User);
    assert_eq!((route.prefix.as_deref(), route.aliases.len()), (None, 0));
}

#[test]
fn a_route_says_otherwise_in_both_directions() {
    let says = "command = \"k8s\"\naliases = [\"kube\", \"k\"]\nprefix = \"Be brief.\"\n\
                scope = \"chat\"\ntotal_timeout = \"2h\"\nlook_after = \"90s\"\n\
                conversation_waiting_max = 1\n";
    let route = &good(&edited("command = \"k8s\"\n", says)).routes[0];
    assert_eq!(route.total_timeout, Duration::from_hours(2));
    assert_eq!(route.look_after, Duration::from_secs(90));
    assert_eq!(route.conversation_waiting_max, 1);
    assert_eq!(route.scope, Scope::Chat);
    assert_eq!(route.prefix.as_deref(), Some("Be brief."));
    assert!(["k8s", "kube", "k"].iter().all(|it| route.answers_to(it)));
    assert!(!route.answers_to("kub"));
}

#[test]
fn an_alias_is_a_command_that_nothing_else_has() {
    let second = "command = \"k8s\"\nagent = \"k8s\"\naliases = [\"kube\"]\n[[routes]]\n\
                  command = \"kube\"\n";
    let given = "command = \"k8s\"\n";
    check(&[
        (
            given,
            "command = \"k8s\"\naliases = [\"Kube\", \"new\", \"k8s\", \"k\", \"k\"]\n",
            "line 22: routes[0].aliases[0]: a command is 1 to 32 of a-z, 0-9 and _, without a slash\n\
             line 22: routes[0].aliases[1]: /new is a command of the bot itself\n\
             line 22: routes[0].aliases[2]: /k8s is the command of routes[0] already\n\
             line 22: routes[0].aliases[4]: /k is an alias of routes[0] already",
        ),
        (
            given,
            second,
            "line 25: routes[1].command: /kube is an alias of routes[0] already",
        ),
        (
            given,
            "command = \"k8s\"\naliases = \"kube\"\n",
            "line 22: routes[0].aliases: must be a list, not a string",
        ),
    ]);
}

#[test]
fn the_other_keys_have_bounds() {
    let given = "command = \"k8s\"\n";
    let long = format!("command = \"k8s\"\nprefix = \"{}\"\n", "x".repeat(4001));
    check(&[
        (
            given,
            &long,
            "line 22: routes[0].prefix: must have at most 4000 characters, not 4001",
        ),
        (
            given,
            "command = \"k8s\"\nscope = \"group\"\n",
            "line 22: routes[0].scope: must be \"user\" or \"chat\"",
        ),
        (
            given,
            "command = \"k8s\"\ntotal_timeout = \"2d\"\n",
            "line 22: routes[0].total_timeout: must be from 10ms to 24h, not 48h",
        ),
        (
            given,
            "command = \"k8s\"\nlook_after = \"31m\"\n",
            "line 22: routes[0].look_after: must not be longer than total_timeout (30m)",
        ),
        (
            given,
            "command = \"k8s\"\nconversation_waiting_max = 0\n",
            "line 22: routes[0].conversation_waiting_max: must be from 1 to 1000, not 0",
        ),
    ]);
    // A time that is shorter than the agent's silence is no mistake: it just ends before.
    good(&edited(
        given,
        "command = \"k8s\"\ntotal_timeout = \"10s\"\n",
    ));
}

#[test]
fn a_chat_names_its_route_by_an_alias_too() {
    let text = edited(
        "command = \"k8s\"\n",
        "command = \"k8s\"\naliases = [\"kube\"]\n",
    ) + "[chats.\"-100\"]\nroute = \"/kube\"\n";
    let config = good(&text);
    assert_eq!(config.chats[&ChatId(-100)].route.as_deref(), Some("kube"));
}
