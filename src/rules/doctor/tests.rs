use std::time::Duration;

use super::*;
use crate::config::Flavor;
use crate::ids::{AgentName, ChatId};
use crate::model::Protocol;

/// What is not fine, each with its word.
fn bad(findings: &[Finding]) -> Vec<(&str, &str)> {
    let bad = findings.iter().filter(|it| it.verdict != Verdict::Fine);
    bad.map(|it| (it.check, it.verdict.word())).collect()
}

fn bot() -> TelegramFacts {
    TelegramFacts {
        me: Ok(("bot".to_owned(), Duration::from_millis(80))),
        reads_all: false,
        listens_in: Vec::new(),
        webhook: Ok((false, 0)),
        webhook_removed: false,
        poller: Looked::NotAsked,
        clock_ahead: Some(0),
        proxy: false,
    }
}

#[test]
fn each_fault_of_the_bot_is_one_finding() {
    let fault = |change: fn(&mut TelegramFacts), said: &[(&str, &str)]| {
        let mut facts = bot();
        change(&mut facts);
        assert_eq!(bad(&telegram(&facts)), said, "{facts:?}");
    };
    fault(|_| {}, &[]);
    fault(|it| it.me = Err(NoAnswer::Token), &[("token", "wrong")]);
    fault(
        |it| it.me = Err(NoAnswer::Unreachable("no route".to_owned())),
        &[("telegram", "wrong")],
    );
    fault(|it| it.webhook = Ok((true, 3)), &[("webhook", "wrong")]);
    fault(
        |it| it.webhook = Err(NoAnswer::Other("cut".to_owned())),
        &[("webhook", "warning")],
    );
    fault(|it| it.poller = Looked::Another, &[("poller", "wrong")]);
    fault(|it| it.poller = Looked::UpdatesWait, &[]);
    fault(|it| it.poller = Looked::OwnBotRuns(None), &[]);
    fault(|it| it.poller = Looked::OwnBotRuns(Some(false)), &[]);
    fault(
        |it| it.poller = Looked::OwnBotRuns(Some(true)),
        &[("poller", "wrong")],
    );
    fault(|it| it.clock_ahead = Some(30), &[]);
    fault(|it| it.clock_ahead = Some(31), &[("clock", "warning")]);
    fault(|it| it.clock_ahead = Some(-31), &[("clock", "warning")]);
    fault(|it| it.clock_ahead = None, &[]);
    fault(
        |it| it.listens_in = vec![(ChatId(-5), Some(true)), (ChatId(-6), Some(false))],
        &[("privacy", "wrong")],
    );
    fault(|it| it.listens_in = vec![(ChatId(-5), None)], &[]);
    fault(
        |it| {
            it.listens_in = vec![(ChatId(-5), Some(false))];
            it.reads_all = true;
        },
        &[],
    );
}

#[test]
fn a_webhook_hides_the_pollers_and_a_proxy_is_what_to_mind_first() {
    let facts = TelegramFacts {
        webhook: Ok((true, 0)),
        poller: Looked::Failed(NoAnswer::Other("a webhook is set".to_owned())),
        ..bot()
    };
    assert_eq!(bad(&telegram(&facts)), [("webhook", "wrong")]);
    let facts = TelegramFacts {
        me: Err(NoAnswer::Unreachable("refused".to_owned())),
        proxy: true,
        ..bot()
    };
    let advice = telegram(&facts)[0].advice.clone().unwrap_or_default();
    assert!(advice.contains("proxy of [telegram]"), "{advice}");
}

fn fact(chat: i64, role: Role, reached: Option<bool>) -> ChatFacts {
    ChatFacts {
        chat: ChatId(chat),
        name: format!("n{chat}"),
        role,
        reached,
    }
}

#[test]
fn those_who_never_pressed_start_are_named_by_what_they_are() {
    let facts = [
        fact(1, Role::Admin, Some(false)),
        fact(2, Role::Approver, Some(false)),
        fact(3, Role::Person, Some(true)),
        fact(-4, Role::Group, Some(false)),
    ];
    let findings = people(&facts, 0);
    assert_eq!(
        bad(&findings),
        [("start", "warning"), ("groups", "warning")]
    );
    assert_eq!(
        findings[0].found,
        "never pressed Start: admins: n1; approvers: n2"
    );
    assert_eq!(findings[1].found, "it is not in n-4");
    let findings = people(&[fact(3, Role::Person, None)], 2);
    assert_eq!(bad(&findings), []);
    assert_eq!(
        findings[0].found,
        "Telegram did not say about: n3; not asked about 2 more"
    );
}

fn k8s() -> AgentFacts {
    let card = CardFacts {
        prefers: Some(Protocol::V03),
        hitl: false,
    };
    AgentFacts {
        name: AgentName::from("k8s"),
        flavor: Flavor::Kagent,
        proxy: false,
        fixed: None,
        card: Ok((card, Duration::from_millis(20))),
        speaks: Some(Ok(Protocol::V03)),
    }
}

#[test]
fn an_agent_that_does_not_answer_is_one_finding_with_what_to_mind() {
    assert_eq!(bad(&agent(&k8s())), []);
    for (trouble, part) in [
        (Trouble::Unreachable, "network policies"),
        (Trouble::Tls, "ca_file"),
        (Trouble::Proxy, "CONNECT"),
        (Trouble::Credential, "variables and files"),
        (Trouble::NotAccepted, "credential"),
        (Trouble::NoAgent, "slash"),
        (Trouble::SomethingElse, "login"),
        (Trouble::Slow, "does not answer"),
        (Trouble::Other, "log"),
    ] {
        let why = || (trouble, "its words".to_owned());
        let facts = AgentFacts {
            card: Err(why()),
            speaks: None,
            ..k8s()
        };
        let findings = agent(&facts);
        assert_eq!(bad(&findings), [("card", "wrong")], "{trouble:?}");
        let advice = findings[0].advice.clone().unwrap_or_default();
        assert!(advice.contains(part), "{advice}");
        assert_eq!(findings[0].about.as_deref(), Some("k8s"));
        let facts = AgentFacts {
            speaks: Some(Err(why())),
            ..k8s()
        };
        assert_eq!(bad(&agent(&facts)), [("calls", "wrong")], "{trouble:?}");
        let facts = AgentFacts {
            card: Err((Trouble::NoAgent, "http status 404".to_owned())),
            ..facts
        };
        assert_eq!(bad(&agent(&facts)), [("card", "wrong")], "{trouble:?}");
    }
    let slow = AgentFacts {
        card: k8s()
            .card
            .map(|(card, _)| (card, Duration::from_millis(3001))),
        ..k8s()
    };
    assert_eq!(bad(&agent(&slow)), [("card", "warning")]);
}

#[test]
fn a_configured_version_is_not_held_against_the_card() {
    let facts = AgentFacts {
        fixed: Some(Protocol::V10),
        speaks: Some(Ok(Protocol::V10)),
        flavor: Flavor::A2a,
        ..k8s()
    };
    assert_eq!(bad(&agent(&facts)), []);
    let facts = AgentFacts {
        fixed: None,
        ..facts
    };
    assert_eq!(bad(&agent(&facts)), [("version", "warning")]);
}

fn good_store() -> StoreFacts {
    StoreFacts {
        owned: false,
        schema: Ok(Some(20)),
        newest: 20,
        damage: Some(Ok(())),
        writable: Ok(()),
        free: Some(1 << 40),
    }
}

#[test]
fn each_fault_of_the_store_is_one_finding() {
    let fault = |change: fn(&mut StoreFacts), said: &[(&str, &str)]| {
        let mut facts = good_store();
        change(&mut facts);
        assert_eq!(bad(&store(&facts)), said, "{facts:?}");
    };
    fault(|_| {}, &[]);
    fault(|it| it.schema = Ok(None), &[]);
    fault(|it| it.schema = Ok(Some(17)), &[]);
    fault(|it| it.schema = Ok(Some(21)), &[("store", "wrong")]);
    fault(
        |it| it.schema = Err("locked".to_owned()),
        &[("store", "wrong")],
    );
    fault(
        |it| it.damage = Some(Err("page 3".to_owned())),
        &[("store", "wrong")],
    );
    fault(|it| it.owned = true, &[]);
    fault(
        |it| it.writable = Err("read-only".to_owned()),
        &[("disk", "wrong")],
    );
    fault(|it| it.free = Some((100 << 20) - 1), &[("disk", "warning")]);
    fault(|it| it.free = Some((10 << 20) - 1), &[("disk", "wrong")]);
    fault(|it| it.free = None, &[]);
}
