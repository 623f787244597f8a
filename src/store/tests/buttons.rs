//! A button works once, for everybody together.

use super::*;

fn button(token: &str, turn: TurnId, post: OutboxId) -> Button {
    Button {
        token: token.to_owned(),
        place: place(-100, 7),
        action: Action::RunAgain { turn, attempt: 3 },
        whom: Whom::Person(ANNA),
        post,
        group: 0,
        expires_at: NOON,
    }
}

fn press(token: &str, by: UserId) -> Change {
    Change::UseButton {
        token: token.to_owned(),
        by,
    }
}

/// Shows buttons below two posts: again and leave, and alone in a group apart; elsewhere.
async fn shown(bench: &Bench) -> [Button; 4] {
    let turn = bench.turn().await.id;
    let posts = [(); 2].map(|()| bench.post(HERE, Kind::Notice, Some(turn)));
    let [card, another] = posts.clone().map(|post| post.id);
    let buttons = [
        button("again", turn, card),
        Button {
            action: Action::LeaveIt { turn, attempt: 3 },
            ..button("leave", turn, card)
        },
        Button {
            group: 1,
            whom: Whom::Admins,
            ..button("alone", turn, card)
        },
        button("elsewhere", turn, another),
    ];
    let mut changes: Vec<Change> = posts.map(Change::Post).to_vec();
    changes.extend(buttons.clone().map(Change::ShowButton));
    bench.commit(changes).await;
    buttons
}

#[tokio::test]
async fn a_button_is_found_as_it_was_shown_until_it_is_used() {
    let bench = Bench::new().await;
    for button in shown(&bench).await {
        let found = || bench.store.button(button.token.clone());
        assert_eq!(found().await.unwrap().as_ref(), Some(&button));
    }
    bench.commit(vec![press("alone", BEN)]).await;
    assert_eq!(bench.store.button("alone".to_owned()).await.unwrap(), None);
}

#[tokio::test]
async fn one_press_uses_up_the_buttons_of_its_group_and_a_second_one_is_refused() {
    let bench = Bench::new().await;
    shown(&bench).await;
    bench.commit(vec![press("leave", BEN)]).await;
    for (name, token) in [
        ("twice", "leave"),
        ("beside", "again"),
        ("forged", "forged"),
    ] {
        let changes = vec![audit(name), press(token, ANNA)];
        bench.is_stale(changes).await;
    }
    let used = "SELECT concat_ws(' ', token, used_by, action IS NULL) FROM buttons ORDER BY token";
    let expected = ["again 22 1", "alone 0", "elsewhere 0", "leave 22 1"];
    assert_eq!(bench.seen(used).await, expected);
    bench.commit(vec![press("alone", ANNA)]).await;
    bench.commit(vec![press("elsewhere", ANNA)]).await;
    let expected = ["again 22 1", "alone 11 1", "elsewhere 11 1", "leave 22 1"];
    assert_eq!(bench.seen(used).await, expected);
}

#[tokio::test]
async fn of_two_taps_at_the_same_moment_one_counts() {
    let bench = Bench::new().await;
    shown(&bench).await;
    let taps = [press("leave", BEN), press("again", ANNA)];
    let done = join_all(taps.map(|tap| bench.store.commit(vec![tap]))).await;
    let counted: Vec<bool> = done.iter().map(Result::is_ok).collect();
    assert_eq!(counted, [true, false]);
}
