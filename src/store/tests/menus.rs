//! The lists of commands that Telegram was given.

use super::*;
use crate::model::MenuScope;

fn keep(scope: MenuScope, digest: Option<&str>) -> Change {
    Change::KeepMenu {
        scope,
        digest: digest.map(str::to_owned),
        rows_max: 3,
    }
}

async fn menus(bench: &Bench) -> Vec<String> {
    bench
        .seen("SELECT concat_ws(' ', chat, user, digest) FROM menus ORDER BY chat, user")
        .await
}

#[tokio::test]
async fn what_telegram_was_given_is_known_to_the_next_process() {
    let bench = Bench::new().await;
    let member = MenuScope::Member(HERE.chat, ANNA);
    let changes = vec![
        keep(MenuScope::Everybody, Some("a")),
        keep(MenuScope::Chat(HERE.chat), Some("b")),
        keep(member, Some("c")),
        keep(member, Some("d")),
    ];
    bench.commit(changes).await;
    let bench = bench.reopened().await;
    assert_eq!(menus(&bench).await, ["-100 0 b", "-100 11 d", "0 0 a"]);

    let gone = keep(MenuScope::Chat(HERE.chat), None);
    bench.commit(vec![gone]).await;
    assert_eq!(menus(&bench).await, ["-100 11 d", "0 0 a"]);
    bench.store.close().await;
    let next = open(&bench.path(), "first").await.unwrap();
    let mut known = next.menus().await.unwrap();
    known.sort();
    let of = |scope, digest: &str| (scope, digest.to_owned());
    assert_eq!(known, [of(MenuScope::Everybody, "a"), of(member, "d")]);
}

#[tokio::test]
async fn of_many_the_oldest_are_forgotten() {
    let bench = Bench::new().await;
    for user in 1..=5 {
        bench
            .commit(vec![keep(MenuScope::Chat(ChatId(user)), Some("x"))])
            .await;
    }
    assert_eq!(menus(&bench).await.len(), 3);
}

#[tokio::test]
async fn those_of_a_group_that_moved_are_forgotten() {
    let bench = Bench::new().await;
    let (group, private) = (MenuScope::Chat(HERE.chat), MenuScope::Chat(ChatId(11)));
    bench
        .commit(vec![keep(group, Some("a")), keep(private, Some("b"))])
        .await;
    let (from, to) = (HERE.chat, ChatId(-1_001));
    bench.commit(vec![Change::MoveChat { from, to }]).await;
    assert_eq!(menus(&bench).await, ["11 0 b"]);
}
