//! What Telegram said of the pace outlives a process.

use super::*;

fn penalty(chat: Option<ChatId>, secs: u64) -> Penalty {
    Penalty {
        chat,
        until: Timestamp::now().plus(std::time::Duration::from_secs(secs)),
    }
}

#[tokio::test]
async fn a_penalty_outlives_its_process_and_only_a_longer_one_takes_its_place() {
    let bench = Bench::new().await;
    let long = penalty(Some(HERE.chat), 60);
    let all = penalty(None, 30);
    for kept in [penalty(Some(HERE.chat), 5), long, all, penalty(None, 1)] {
        bench.commit(vec![Change::Penalize(kept)]).await;
    }
    let bench = bench.reopened().await;
    let left = bench.store.unfinished().await.unwrap().penalties;
    let until = |chat| {
        left.iter()
            .find(|one| one.chat == chat)
            .map(|one| one.until)
    };
    assert_eq!(until(Some(HERE.chat)), Some(long.until));
    assert_eq!(until(None), Some(all.until));
    assert_eq!(left.len(), 2);
}

#[tokio::test]
async fn what_is_over_goes_with_the_next_that_comes() {
    let bench = Bench::new().await;
    let over = Penalty {
        chat: Some(HERE.chat),
        until: NOON,
    };
    bench.commit(vec![Change::Penalize(over)]).await;
    let next = penalty(Some(ChatId(7)), 60);
    bench.commit(vec![Change::Penalize(next)]).await;
    assert_eq!(bench.store.unfinished().await.unwrap().penalties, [next]);
}

#[tokio::test]
async fn a_penalty_moves_with_its_group() {
    let bench = Bench::new().await;
    let here = penalty(Some(HERE.chat), 60);
    bench.commit(vec![Change::Penalize(here)]).await;
    let to = ChatId(-1_000_000_000_100);
    let moves = Change::MoveChat {
        from: HERE.chat,
        to,
    };
    bench.commit(vec![moves]).await;
    let left = bench.store.unfinished().await.unwrap().penalties;
    assert_eq!(
        left,
        [Penalty {
            chat: Some(to),
            ..here
        }]
    );
}
