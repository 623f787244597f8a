//! What a new process keeps to of what the one before was told.

use super::*;
use crate::ids::Timestamp;

const NOON: Timestamp = Timestamp(1_700_000_000_000);

#[test]
fn a_new_process_keeps_to_the_penalties_of_the_one_before() {
    let mut before = Bench::new();
    let told = before.pace.refused(ANNA, SECOND * 30, before.now);
    let mut kept = told.penalties(ANNA, NOON);
    assert_eq!(kept.len(), 1, "one chat is no storm");
    kept.extend(
        before
            .pace
            .refused(BEN, SECOND, before.now)
            .penalties(BEN, NOON),
    );

    let mut bench = Bench::new();
    bench.pace.take_up(&kept, NOON.plus(SECOND * 10), bench.now);
    for chat in [ANNA, BEN, GROUP] {
        bench.reply(chat, 1);
    }
    assert_eq!(bench.sent(), [(BEN, 1), (GROUP, 1)], "what is over is over");
    assert_eq!(bench.opens_in(), SECOND * 20 + MARGIN);
}

#[test]
fn a_new_process_stands_as_still_as_the_one_before() {
    let mut before = Bench::new();
    let mut kept = Vec::new();
    for chat in 1..=3 {
        let chat = ChatId(chat);
        let told = before.pace.refused(chat, SECOND * 5, before.now);
        kept.extend(told.penalties(chat, NOON));
    }
    let mut bench = Bench::new();
    bench.pace.take_up(&kept, NOON.plus(SECOND), bench.now);
    bench.reply(ChatId(77), 1);
    assert_eq!(bench.sent(), []);
    assert_eq!(bench.opens_in(), SECOND * 4 + MARGIN);
}
