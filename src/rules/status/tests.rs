//! What a status says.

use super::*;

const ANNA: UserId = UserId(11);
const BEN: UserId = UserId(22);

fn seen(turn: i64, asked_by: UserId, stands: Stands) -> TurnSeen {
    TurnSeen {
        turn: TurnId(turn),
        asked_by,
        text: "pods?".to_owned(),
        stands,
    }
}

fn agent(name: &str, health: Seen, waiting: &[i64]) -> AgentSeen {
    AgentSeen {
        name: name.into(),
        health,
        calls: (3, 32),
        waiting: waiting.iter().map(|id| TurnId(*id)).collect(),
    }
}

#[test]
fn each_own_turn_has_a_line_that_says_why_it_waits() {
    let busy = agent("k8s", Seen::Up, &[8, 1, 9]);
    let down = agent("k8s", Seen::Down(Duration::from_secs(5)), &[]);
    let minutes = Duration::from_mins;
    let table = [
        (Stands::Works(minutes(3)), &busy, "at work for 3 min"),
        (
            Stands::Waits {
                asks: false,
                until: Timestamp(72_300_000),
            },
            &busy,
            "waits for a decision until 20:05 UTC",
        ),
        (
            Stands::Waits {
                asks: true,
                until: Timestamp(72_300_000),
            },
            &busy,
            "waits for an answer until 20:05 UTC",
        ),
        (Stands::Stops, &busy, "being stopped"),
        (
            Stands::Detached,
            &busy,
            "goes on by itself, I cannot stop it",
        ),
        (
            Stands::Held,
            &busy,
            "waits for your word, see its buttons above",
        ),
        (Stands::Behind, &busy, "waits for what is before it"),
        (Stands::Admission, &busy, "waits for a free call, 2 of 3"),
        (Stands::Admission, &down, "waits: the agent is down"),
    ];
    for (stands, agent, why) in table {
        let sessions = [SessionSeen {
            agent: "k8s".into(),
            turns: vec![seen(1, ANNA, stands), seen(2, BEN, stands)],
        }];
        let said = own(&sessions, std::slice::from_ref(agent), ANNA);
        assert_eq!(said, format!("k8s · {why} · T1 · pods?"), "{stands:?}");
    }
    assert_eq!(own(&[], &[], ANNA), "Nothing of yours runs or waits here.");
}

#[test]
fn a_long_list_is_cut_and_says_so() {
    let turns = (1..=30).map(|id| seen(id, ANNA, Stands::Behind)).collect();
    let agent = "k8s".into();
    let said = own(&[SessionSeen { agent, turns }], &[], ANNA);
    assert_eq!(said.lines().count(), 11);
    assert!(said.ends_with("and 20 more"));
}

#[test]
fn an_admin_sees_the_sums_the_agents_and_what_goes_out() {
    let sum = |name: &str, count| (name.to_owned(), count);
    let all = Totals {
        updates: vec![sum("new", 1), sum("control", 4)],
        turns: vec![sum("told_failed", 2)],
        posts: (3, Some(Duration::from_secs(5))),
        ..Totals::default()
    };
    let agents = [
        agent("k8s", Seen::Up, &[]),
        agent("istio", Seen::Down(Duration::from_secs(12)), &[1, 2]),
    ];
    let sender = SenderSeen {
        waiting: 3,
        penalties: vec![(ChatId(1), Duration::from_secs(7))],
        stopped: None,
    };
    let loaded = Loaded {
        digest: "3f9a2c11".to_owned(),
        since: Duration::from_hours(50),
        ..Loaded::default()
    };
    let expected = "Turns: 2 told failed\n\
         Updates: 1 new, 4 control\n\
         To Telegram: 3 to go, oldest 5 s, 1 slowed down by it, at most 7 s\n\
         k8s: up, 3 of 32 calls, 0 waiting\n\
         istio: down, tried again in 12 s, 3 of 32 calls, 2 waiting\n\
         Config 3f9a2c11, loaded 2 days ago";
    assert_eq!(totals(&all, &agents, &sender, &loaded), expected);
    let idle = totals(&Totals::default(), &[], &SenderSeen::default(), &loaded);
    assert!(idle.starts_with("Turns: 0\nUpdates: 0\nTo Telegram: 0 to go\n"));
    let stopped = SenderSeen {
        stopped: Some(Duration::from_secs(9)),
        ..sender
    };
    let text = totals(&all, &agents, &stopped, &loaded);
    assert!(text.contains(", all stopped for 9 s"), "{text}");
    let edited = Loaded {
        restart: vec!["ops.listen", "log.format"],
        broken: Some(Broken {
            since: Duration::from_secs(90),
            why: "line 3: grace: is wrong\nline 4: x: too".to_owned(),
        }),
        ..loaded
    };
    let text = totals(&all, &agents, &stopped, &edited);
    let remarks = "\nNot loaded, changed 1 min ago: line 3: grace: is wrong, and 1 more\n\
         Waits for a restart: ops.listen, log.format";
    assert!(text.ends_with(remarks), "{text}");
}
