//! A turn moves only from where it must stand: a prompt leaves once, an end is the end.

use super::*;
use crate::usage::Usage;

const STATES: [&str; 9] = [
    "queued",
    "submitting",
    "working",
    "detached",
    "answered",
    "told_failed",
    "unknown_told",
    "undeliverable",
    "stopped",
];

/// What brings a queued turn to each state.
fn way_to(state: &str, turn: TurnId) -> Vec<Change> {
    let under_way = [submit(turn), working(turn)];
    let (steps, last) = match state {
        "queued" => (0, None),
        "submitting" => (1, None),
        "working" => (2, None),
        "detached" => (2, Some(Change::Detach { turn })),
        "answered" | "undeliverable" => (2, Some(end(turn, Outcome::Answered))),
        "told_failed" => (2, Some(end(turn, Outcome::ToldFailed))),
        "unknown_told" => (1, Some(end(turn, Outcome::UnknownTold))),
        "stopped" => (0, Some(end(turn, Outcome::Stopped))),
        other => panic!("no such state: {other}"),
    };
    let undeliverable = (state == "undeliverable").then_some(Change::Undeliverable { turn });
    under_way
        .into_iter()
        .take(steps)
        .chain(last)
        .chain(undeliverable)
        .collect()
}

fn hold(turn: TurnId) -> Change {
    let held = Held {
        why: HeldFor::Stop,
        until: NOON,
        post: OutboxId(5),
    };
    Change::Hold { turn, held }
}

#[tokio::test]
async fn what_is_held_or_to_stop_is_not_submitted() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    bench.commit(vec![hold(turn)]).await;
    bench.is_stale(vec![hold(turn)]).await;
    bench.is_stale(vec![submit(turn)]).await;
    let held = bench.store.unfinished().await.unwrap().turns[0].0.held;
    assert_eq!(
        Change::Hold {
            turn,
            held: held.unwrap()
        },
        hold(turn)
    );
    let release = |post| Change::Release {
        post: OutboxId(post),
    };
    bench.is_stale(vec![release(6)]).await;
    bench.commit(vec![release(5)]).await;
    bench.is_stale(vec![release(5)]).await;

    bench
        .is_stale(vec![Change::AskStop { turn, attempt: 2 }])
        .await;
    bench
        .commit(vec![Change::AskStop { turn, attempt: 1 }])
        .await;
    bench
        .is_stale(vec![Change::AskStop { turn, attempt: 1 }])
        .await;
    bench.is_stale(vec![submit(turn)]).await;
    assert!(bench.store.unfinished().await.unwrap().turns[0].0.stopping);
    bench.commit(vec![end(turn, Outcome::ToldFailed)]).await;
    bench
        .commit(vec![Change::Requeue { turn, attempt: 1 }])
        .await;
    bench.commit(vec![submit(turn)]).await;
}

#[tokio::test]
async fn a_turn_moves_only_from_the_states_that_a_change_expects() {
    const WAITED_FOR: [&str; 3] = ["queued", "submitting", "working"];
    const OPEN: [&str; 4] = ["queued", "submitting", "working", "detached"];
    type Make = fn(TurnId) -> Change;
    let table: [(&str, Make, &[&str], &str); 12] = [
        ("submit", submit, &["queued"], "submitting"),
        ("working", working, &["submitting", "working"], "working"),
        (
            "detach",
            |turn| Change::Detach { turn },
            &["working"],
            "detached",
        ),
        (
            "answered",
            |turn| end(turn, Outcome::Answered),
            &OPEN,
            "answered",
        ),
        (
            "failed",
            |turn| end(turn, Outcome::ToldFailed),
            &OPEN,
            "told_failed",
        ),
        (
            "unknown",
            |turn| end(turn, Outcome::UnknownTold),
            &OPEN,
            "unknown_told",
        ),
        (
            "stopped",
            |turn| end(turn, Outcome::Stopped),
            &OPEN,
            "stopped",
        ),
        (
            "ask to stop",
            |turn| Change::AskStop { turn, attempt: 1 },
            &WAITED_FOR,
            "",
        ),
        ("hold", hold, &["queued"], ""),
        (
            "release",
            |_| Change::Release { post: OutboxId(5) },
            &[],
            "",
        ),
        (
            "run again",
            |turn| Change::Requeue { turn, attempt: 1 },
            &["told_failed", "unknown_told"],
            "queued",
        ),
        (
            "placeholder",
            |turn| Change::Placeholder {
                turn,
                post: OutboxId(1),
            },
            &WAITED_FOR,
            "",
        ),
    ];
    for (name, make, from, to) in table {
        for state in STATES {
            let bench = Bench::new().await;
            let turn = bench.turn().await.id;
            bench.commit(way_to(state, turn)).await;
            assert_eq!(bench.seen("SELECT state FROM turns").await, [state]);
            let changes = vec![audit(name), make(turn)];
            if from.contains(&state) {
                bench.commit(changes).await;
                let expected = if to.is_empty() { state } else { to };
                let stands = bench.seen("SELECT state FROM turns").await;
                assert_eq!(stands, [expected], "{name} from {state}");
            } else {
                bench.is_stale(changes).await;
            }
        }
    }
}

#[tokio::test]
async fn a_prompt_is_submitted_once_however_many_ask_for_it() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let done = join_all([0; 3].map(|_| bench.store.commit(vec![submit(turn)]))).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
    let kept = "SELECT concat_ws(' ', state, prompt_id, endpoint, protocol, submitted_at IS NULL)
                FROM turns";
    assert_eq!(
        bench.seen(kept).await,
        ["submitting prompt-1 http://agent/ 0.3 0"]
    );
}

#[tokio::test]
async fn run_again_counts_only_at_the_attempt_that_it_was_shown_for() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let again = |attempt| vec![Change::Requeue { turn, attempt }];
    let placeholder = Change::Placeholder {
        turn,
        post: OutboxId(5),
    };
    bench.commit(vec![placeholder]).await;
    bench.commit(way_to("told_failed", turn)).await;
    bench.is_stale(again(2)).await;
    bench.commit(again(1)).await;

    let (turns, _) = waiting(&bench).await;
    let next = &turns[0];
    assert_eq!((next.state, next.attempt), (TurnState::Queued, 2));
    assert_eq!(
        (&next.prompt, &next.task, next.placeholder),
        (&None, &None, None)
    );

    bench.commit(way_to("unknown_told", turn)).await;
    bench.is_stale(again(1)).await;
    bench.commit(again(2)).await;
}

#[tokio::test]
async fn a_turn_is_found_with_its_conversation_wherever_it_stands() {
    for state in STATES {
        let bench = Bench::new().await;
        let turn = bench.turn().await;
        bench.commit(way_to(state, turn.id)).await;
        let (found, conversation) = bench.store.turn(turn.id).await.unwrap().expect(state);
        assert_eq!((found.id, found.asked_by), (turn.id, ANNA), "{state}");
        assert_eq!(conversation.id, turn.conversation, "{state}");
    }
    let bench = Bench::new().await;
    assert_eq!(bench.store.turn(TurnId(9)).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_turn_has_used_is_kept_with_it_and_is_unknown_before() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let kept = "SELECT concat_ws(' ', ifnull(prompt_tokens, '-'), ifnull(answer_tokens, '-'),
                       ifnull(total_tokens, '-')) FROM turns";
    assert_eq!(bench.seen(kept).await, ["- - -"]);
    let usage = Usage {
        prompt: 22,
        answer: 14,
        total: u64::MAX,
    };
    let ended = end(turn, Outcome::Answered);
    bench
        .commit(vec![Change::Used { turn, usage }, ended])
        .await;
    let all = format!("22 14 {}", i64::MAX);
    assert_eq!(bench.seen(kept).await, [all]);
    let turn = TurnId(turn.0 + 1);
    bench.is_stale(vec![Change::Used { turn, usage }]).await;
}

#[tokio::test]
async fn the_text_of_a_question_is_erased_when_it_is_answered_and_kept_to_run_it_again() {
    for (outcome, kept) in [
        (Outcome::Answered, ""),
        (Outcome::Stopped, ""),
        (Outcome::ToldFailed, "what pods are failing?"),
        (Outcome::UnknownTold, "what pods are failing?"),
    ] {
        let bench = Bench::new().await;
        let turn = bench.turn().await.id;
        bench.commit(vec![end(turn, outcome)]).await;
        assert_eq!(
            bench.seen("SELECT text FROM turns").await,
            [kept],
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_telegram_refuses_takes_the_rest_of_it_along() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let other = bench.turn().await.id;
    let of = |kind, turn| bench.post(HERE, kind, Some(turn));
    let posts = [
        of(Kind::Final, turn),
        of(Kind::Final, turn),
        of(Kind::Delete, turn),
        of(Kind::Final, other),
    ];
    let [first, second, delete, another] = posts.clone().map(|post| post.id);
    let mut changes = way_to("answered", turn);
    changes.extend(posts.map(Change::Post));
    bench.commit(changes).await;
    bench.commit(vec![Change::Sending(first)]).await;
    let refused = Change::RefusedPost {
        post: first,
        reason: "chat not found".to_owned(),
    };
    bench
        .commit(vec![refused, Change::Undeliverable { turn }])
        .await;

    let seen = "SELECT concat_ws(' ', id, state, body IS NULL) FROM outbox ORDER BY id";
    let expected = [
        format!("{first} refused 1"),
        format!("{second} dropped 1"),
        // The placeholder must not say "working" for ever.
        format!("{delete} pending 0"),
        format!("{another} pending 0"),
    ];
    assert_eq!(bench.seen(seen).await, expected);
    let states = bench.seen("SELECT state FROM turns ORDER BY id").await;
    assert_eq!(states, ["undeliverable", "queued"]);
    bench.is_stale(vec![Change::Sending(second)]).await;
}

#[tokio::test]
async fn a_word_that_there_is_no_answer_can_be_undeliverable_too() {
    let bench = Bench::new().await;
    let turn = bench.turn().await.id;
    let mut changes = way_to("told_failed", turn);
    changes.push(Change::Post(bench.post(HERE, Kind::Notice, Some(turn))));
    bench.commit(changes).await;
    bench.commit(vec![Change::Undeliverable { turn }]).await;
    let states = bench.seen("SELECT state FROM turns").await;
    assert_eq!(states, ["undeliverable"]);
}

#[tokio::test]
async fn only_a_turn_that_is_over_can_be_undeliverable() {
    for state in ["queued", "working"] {
        let bench = Bench::new().await;
        let turn = bench.turn().await.id;
        let notice = bench.post(HERE, Kind::Notice, Some(turn));
        let mut changes = way_to(state, turn);
        changes.push(Change::Post(notice));
        bench.commit(changes).await;
        let before = bench.everything().await;
        bench.commit(vec![Change::Undeliverable { turn }]).await;
        assert_eq!(bench.everything().await, before, "{state}");
    }
}

#[tokio::test]
async fn turns_that_are_not_over_wait_oldest_first_each_with_its_conversation() {
    let bench = Bench::new().await;
    let conversation = bench.conversation(place(-100, 7), ANNA, "k8s");
    let mine: Vec<Turn> = (0..5).map(|_| bench.turn_in(&conversation)).collect();
    let mut changes = vec![Change::OpenConversation(conversation.clone())];
    changes.extend(mine.iter().cloned().map(Change::OpenTurn));
    for (turn, state) in mine
        .iter()
        .zip(["answered", "working", "submitting", "told_failed"])
    {
        changes.extend(way_to(state, turn.id));
    }
    changes.push(Change::Context {
        conversation: conversation.id,
        context: "context-1".into(),
    });
    changes.push(Change::CloseConversation(conversation.id));
    bench.commit(changes).await;

    let (turns, conversations) = waiting(&bench).await;
    let working = Turn {
        state: TurnState::Working,
        prompt: Some("prompt-1".into()),
        protocol: Some(Protocol::V10),
        task: Some("task-1".into()),
        ..mine[1].clone()
    };
    let submitting = Turn {
        state: TurnState::Submitting,
        prompt: Some("prompt-1".into()),
        protocol: Some(Protocol::V03),
        ..mine[2].clone()
    };
    assert_eq!(turns, [working, submitting, mine[4].clone()]);
    let known = Conversation {
        context: Some("context-1".into()),
        closed: true,
        ..conversation
    };
    assert_eq!(conversations, [known.clone(), known.clone(), known]);
}

async fn waiting(bench: &Bench) -> (Vec<Turn>, Vec<Conversation>) {
    let unfinished = bench.store.unfinished().await.unwrap();
    unfinished.turns.into_iter().unzip()
}
