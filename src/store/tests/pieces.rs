//! Turns of several messages.

use super::*;
use crate::model::Gathering;

fn pieces() -> Vec<Piece> {
    let first = Piece {
        by_command: true,
        runs_on: true,
        ..piece(2, "what po")
    };
    vec![first, piece(3, "ds are failing?")]
}

fn gathering() -> Gathering {
    Gathering {
        until: Timestamp(NOON.0 + 1_000),
        album: Some("77".to_owned()),
        written: 1_700_000_000,
        parts: 2,
    }
}

fn reword(turn: &Turn) -> Change {
    Change::Reword {
        turn: turn.id,
        chat: turn.place.chat,
        pieces: pieces(),
        gathering: Some(gathering()),
    }
}

#[tokio::test]
async fn the_pieces_of_a_turn_and_what_it_waits_for_are_kept_over_a_restart() {
    let bench = Bench::new().await;
    bench.accept(&[1, 2]).await;
    let turn = bench.turn().await;
    let joined = Change::EndUpdate {
        update: UpdateId(2),
        end: UpdateEnd::Joined(turn.id),
    };
    bench.commit(vec![reword(&turn), joined]).await;

    let bench = bench.reopened().await;
    let (kept, _) = bench.store.unfinished().await.unwrap().turns.remove(0);
    assert_eq!(kept.text, "what pods are failing?");
    assert_eq!(kept.pieces, pieces());
    assert_eq!(kept.gathering, Some(gathering()));
    let updates = "SELECT concat_ws(' ', u.update_id, u.state, j.turn IS NOT NULL) FROM updates u
                   LEFT JOIN turn_updates j ON j.update_id = u.update_id ORDER BY 1";
    assert_eq!(bench.seen(updates).await, ["1 new 0", "2 joined 1"]);
    let messages = "SELECT group_concat(message) FROM turn_messages";
    assert_eq!(bench.seen(messages).await, ["2,3"]);
}

#[tokio::test]
async fn nothing_joins_a_turn_that_is_on_its_way() {
    let bench = Bench::new().await;
    bench.accept(&[2]).await;
    let turn = bench.turn().await;
    bench.commit(vec![submit(turn.id)]).await;
    bench.is_stale(vec![reword(&turn)]).await;
    bench.commit(vec![end(turn.id, Outcome::ToldFailed)]).await;
    bench.is_stale(vec![reword(&turn)]).await;
}

#[tokio::test]
async fn pieces_are_erased_with_the_text_once_nothing_needs_them() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    let kept = "SELECT concat_ws(' ', length(text), pieces IS NOT NULL) FROM turns";
    bench.commit(vec![reword(&turn)]).await;
    bench.commit(vec![end(turn.id, Outcome::ToldFailed)]).await;
    assert_eq!(bench.seen(kept).await, ["22 1"], "for [Run again]");
    let again = Change::Requeue {
        turn: turn.id,
        attempt: 1,
    };
    bench
        .commit(vec![again, end(turn.id, Outcome::Answered)])
        .await;
    assert_eq!(bench.seen(kept).await, ["0 0"]);
}

#[tokio::test]
async fn a_message_is_found_with_its_question_and_its_writer_is_told_once() {
    let bench = Bench::new().await;
    let turn = bench.turn().await;
    bench.commit(vec![reword(&turn)]).await;
    let tell = |message| Change::TellEdit {
        chat: HERE.chat,
        message: MessageId(message),
    };
    bench.commit(vec![tell(3)]).await;
    bench.is_stale(vec![tell(3)]).await;
    bench.is_stale(vec![tell(4)]).await;
    let asked = async |chat: i64, message| {
        let asked = bench.store.asked(ChatId(chat), MessageId(message)).await;
        asked
            .unwrap()
            .map(|asked| (asked.by, asked.conversation.id, asked.told))
    };
    let (by, of) = (turn.asked_by, turn.conversation);
    assert_eq!(asked(HERE.chat.0, 2).await, Some((by, of, false)));
    assert_eq!(asked(HERE.chat.0, 3).await, Some((by, of, true)));
    assert_eq!(asked(HERE.chat.0, 4).await, None);
    assert_eq!(asked(-999, 2).await, None, "message ids are of a chat");
}
