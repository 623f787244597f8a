//! The whole policy as a table: person × route × tool.

use super::*;
use crate::config::{self, Config};
use crate::ids::{AgentName, ChatId, RouteName, UserId};

const ADMIN: UserId = UserId(1);
const ANNA: UserId = UserId(11);
const BEN: UserId = UserId(22);
const CLEO: UserId = UserId(33);
const STRANGER: UserId = UserId(99);
const GROUP: ChatId = ChatId(-100);
const APPROVALS: ChatId = ChatId(-900);

const FILE: &str = r#"
admins = [1]
[telegram]
token_env = "TOKEN"
[store]
url = "sqlite:///data/switchboard.db"
[agents]
k8s.url = "http://kagent/k8s/"
istio.url = "http://kagent/istio/"
security.url = "http://kagent/security/"
[people]
anna = 11
ben = 22
cleo = 33
[groups]
leads = ["ben", "cleo"]
[[routes]]
command = "k8s"
agent = "k8s"
allow = ["anna", "ben", "chat:-100"]
approvers = ["leads"]
approval_chat = -900
expires_after = "30m"
[[routes.approve]]
tools = ["*_delete_*", "drain"]
approvers = ["cleo"]
[[routes.approve]]
tools = ["get_*"]
approvers = ["requester"]
[[routes.approve]]
tools = ["get_secret", "never"]
[[routes]]
command = "istio"
agent = "istio"
allow = ["anna"]
approvers = ["requester"]
[[routes]]
command = "security"
agent = "security"
allow = ["anna", "ben"]
[[routes]]
command = "mesh"
agent = "istio"
allow = ["ben", "anna"]
approvers = ["leads", "requester"]
expires_after = "5m"
"#;

pub(super) fn config() -> Config {
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(FILE.as_bytes()).unwrap();
    let token = "7000000001:AAexampleexampleexampleexample-_";
    let env = [("TOKEN".to_owned(), token.to_owned())].into();
    config::load(file.path(), &env).unwrap().0
}

fn letter(decided: Result<(), Refusal>) -> char {
    match decided {
        Ok(()) => 'y',
        Err(Refusal::Asker) => 'a',
        Err(Refusal::Other) => 'o',
        Err(Refusal::Nobody) => 'n',
    }
}

/// A question that came by the route of this command.
fn case<'c>(config: &'c Config, route: &str, asker: UserId, chat: ChatId) -> Case<'c> {
    let agent = AgentName::from(if route == "mesh" { "istio" } else { route });
    let route = RouteName::from(route);
    Case::new(config, &agent, Some(&route), asker, chat)
}

#[test]
fn who_may_ask_what() {
    let config = config();
    let people = [ADMIN, ANNA, BEN, CLEO, STRANGER];
    for (route, chat, expected) in [
        ("k8s", None, "-aa--"),
        ("k8s", Some(GROUP), "aaaaa"),
        ("istio", None, "-a---"),
        ("istio", Some(GROUP), "-a---"),
        ("security", None, "-aa--"),
        ("mesh", None, "-aa--"),
        ("nothing", Some(GROUP), "-----"),
    ] {
        let asks = people.map(|user| {
            let case = case(&config, route, user, chat.unwrap_or(ChatId(user.0)));
            if case.may_answer(user) { 'a' } else { '-' }
        });
        assert_eq!(
            asks.iter().collect::<String>(),
            expected,
            "{route} {chat:?}"
        );
    }
}

#[test]
fn who_may_approve_what() {
    let config = config();
    // For each tool: admin, anna, ben, cleo, stranger. y yes, a the asker may not, o somebody
    // else may, n nobody may.
    for (route, tool, asker, expected) in [
        ("k8s", "restart", ANNA, "oayyo"),
        ("k8s", "restart", BEN, "ooayo"),
        ("k8s", "k8s_delete_pod", ANNA, "oaoyo"),
        ("k8s", "drain", BEN, "ooayo"),
        ("k8s", "drain_all", ANNA, "oayyo"),
        ("k8s", "get_pods", ANNA, "oyooo"),
        ("k8s", "get_pods", BEN, "ooyoo"),
        // The first rule that names it counts, not the last.
        ("k8s", "get_secret", ANNA, "oyooo"),
        ("k8s", "never", ANNA, "nnnnn"),
        // Two ways to the agent: the one that was taken counts.
        ("istio", "apply", ANNA, "oyooo"),
        ("mesh", "apply", ANNA, "oyyyo"),
        ("mesh", "apply", BEN, "ooyyo"),
        ("istio", "apply", BEN, "nnnnn"),
        // No approvers.
        ("security", "scan", ANNA, "nnnnn"),
        // Whoever asked may not ask any more, or never might.
        ("security", "scan", CLEO, "nnnnn"),
        ("k8s", "restart", CLEO, "nnnnn"),
        ("k8s", "get_pods", STRANGER, "nnnnn"),
        ("nothing", "x", ANNA, "nnnnn"),
    ] {
        let case = case(&config, route, asker, ChatId(asker.0));
        let allowed = case.allowed(tool);
        let people = [ADMIN, ANNA, BEN, CLEO, STRANGER];
        let decided: String = people
            .iter()
            .map(|user| letter(case.may_approve(*user, tool, &allowed)))
            .collect();
        assert_eq!(decided, expected, "{route} {tool} asked by {asker}");
        let none = Allowed::default();
        for user in people {
            let then = case.may_approve(user, tool, &none);
            assert_eq!(
                then,
                Err(Refusal::Nobody),
                "nobody was allowed when it was shown"
            );
        }
    }
}

#[test]
fn a_route_that_leads_elsewhere_now_lets_nobody_approve() {
    let config = config();
    let (k8s, istio) = (AgentName::from("k8s"), AgentName::from("istio"));
    let route = RouteName::from("k8s");
    let moved = Case::new(&config, &istio, Some(&route), ANNA, ChatId(11));
    assert_eq!(moved.allowed("restart"), Allowed::default());
    assert!(!moved.may_answer(ANNA));
    // Where the route was not noted, it is as if it were asked now.
    let unnoted = Case::new(&config, &k8s, None, ANNA, ChatId(11));
    assert_eq!(unnoted.allowed("restart").people, [BEN, CLEO]);
}

#[test]
fn whoever_asks_is_nobody_else() {
    let alone = Allowed {
        people: vec![ANNA],
        requester: false,
    };
    assert!(
        !alone.anybody(ANNA),
        "who asked may not, and there is no other"
    );
    assert!(alone.anybody(BEN));
    let requester = Allowed {
        people: Vec::new(),
        requester: true,
    };
    assert!(requester.anybody(ANNA));
    assert!(!Allowed::default().anybody(ANNA));
}

#[test]
fn somebody_must_be_allowed_when_it_is_shown_and_when_it_is_tapped() {
    let config = config();
    let case = case(&config, "k8s", ANNA, ChatId(11));
    let then = |people: &[UserId], requester| Allowed {
        people: people.to_vec(),
        requester,
    };
    for (user, then, expected) in [
        (BEN, then(&[BEN], false), 'y'),
        (BEN, then(&[CLEO], false), 'o'),
        (CLEO, then(&[BEN], false), 'o'),
        // Named then, but not now.
        (STRANGER, then(&[STRANGER], false), 'n'),
        (ANNA, then(&[ANNA, BEN], true), 'a'),
        (BEN, then(&[], true), 'n'),
    ] {
        let decided = letter(case.may_approve(user, "restart", &then));
        assert_eq!(decided, expected, "{user} {then:?}");
    }
}

#[test]
fn whoever_writes_in_a_listed_chat_has_the_rules_of_its_route() {
    let config = config();
    let here = case(&config, "k8s", STRANGER, GROUP);
    let allowed = here.allowed("get_pods");
    assert_eq!(here.may_approve(STRANGER, "get_pods", &allowed), Ok(()));
    let private = case(&config, "k8s", STRANGER, ChatId(99));
    let now = private.may_approve(STRANGER, "get_pods", &allowed);
    assert_eq!(now, Err(Refusal::Nobody));
}

#[test]
fn whoever_asked_may_always_take_it_back_and_admins_and_approvers_may_reject() {
    let config = config();
    let case = |route: &str, asker| case(&config, route, asker, ChatId(11));
    for (agent, asker, user, expected) in [
        ("k8s", ANNA, ANNA, true),
        ("k8s", ANNA, ADMIN, true),
        ("k8s", ANNA, CLEO, true),
        ("k8s", ANNA, STRANGER, false),
        ("security", ANNA, BEN, false),
        ("security", ANNA, ANNA, true),
        ("k8s", STRANGER, STRANGER, true),
        ("k8s", STRANGER, CLEO, false),
    ] {
        let may = case(agent, asker).may_reject(user, &["restart"]);
        assert_eq!(may, expected, "{agent} asked by {asker}, {user}");
    }
    assert!(case("k8s", ANNA).may_answer(ANNA));
    assert!(
        !case("k8s", ANNA).may_answer(BEN),
        "questions are for whoever asked"
    );
    assert!(
        !case("k8s", CLEO).may_answer(CLEO),
        "who may not ask any more"
    );
}

#[test]
fn others_are_asked_elsewhere_only_where_they_are_needed() {
    let config = config();
    let k8s = case(&config, "k8s", ANNA, ChatId(11));
    for (tools, here, expected) in [
        (vec!["restart"], ChatId(11), Some(APPROVALS)),
        (vec!["get_pods"], ChatId(11), None),
        (vec!["get_pods", "restart"], ChatId(11), Some(APPROVALS)),
        (vec!["never"], ChatId(11), None),
        (vec!["restart"], APPROVALS, None),
        (vec![], ChatId(11), None),
    ] {
        assert_eq!(k8s.elsewhere(&tools, here), expected, "{tools:?}");
    }
    assert_eq!(k8s.expires_after().as_secs(), 30 * 60);
    let minutes = |route| {
        case(&config, route, ANNA, ChatId(11))
            .expires_after()
            .as_secs()
            / 60
    };
    assert_eq!(["istio", "mesh", "nothing"].map(minutes), [60, 5, 5]);
    let istio = case(&config, "istio", ANNA, ChatId(11));
    assert_eq!(istio.elsewhere(&["apply"], ChatId(11)), None);
}
