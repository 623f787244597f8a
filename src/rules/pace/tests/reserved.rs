//! Calls that are kept for what is still being committed.

use super::*;

#[test]
fn a_reserved_call_goes_before_what_comes_after_it_and_takes_its_budget() {
    let mut bench = Bench::new();
    assert!(bench.pace.reserve(ANNA, Cost::Send, bench.now));
    (0..3).for_each(|item| bench.reply(ANNA, item));
    bench.reply(BEN, 9);
    assert_eq!(bench.sent(), [(BEN, 9)], "its chat is busy, no other");
    bench.pace.done(ANNA, bench.now);
    assert_eq!(
        bench.sent(),
        [(ANNA, 0), (ANNA, 1)],
        "one of the burst is gone"
    );
    assert_eq!(bench.opens_in(), SECOND);
}

#[test]
fn nothing_is_reserved_where_something_waits_or_may_not_go() {
    let refused = |prepare: fn(&mut Bench), why: &str| {
        let mut bench = Bench::with(PaceLimits {
            in_flight_max: 2,
            global_per_second: 4,
            ..PaceLimits::default()
        });
        prepare(&mut bench);
        let lanes = bench.pace.lanes.len();
        assert!(!bench.pace.reserve(ANNA, Cost::Send, bench.now), "{why}");
        assert_eq!(bench.pace.lanes.len(), lanes, "{why}: it leaves nothing");
    };
    refused(|bench| bench.reply(ANNA, 1), "something waits in the chat");
    refused(|bench| bench.reply(BEN, 1), "another chat was first");
    refused(
        |bench| {
            bench.reply(ANNA, 1);
            bench.begun();
        },
        "a call of the chat is in flight",
    );
    refused(
        |bench| {
            bench.reply(BEN, 1);
            bench.reply(GROUP, 1);
            bench.begun();
        },
        "as many calls as may be are in flight",
    );
    refused(
        |bench| {
            (0..3).for_each(|item| bench.reply(ANNA, item));
            bench.sent();
        },
        "the chat's burst is used up",
    );
    refused(
        |bench| {
            (2..6).for_each(|chat| bench.reply(ChatId(chat), 1));
            bench.sent();
        },
        "all chats together have used up their second",
    );
    refused(
        |bench| {
            bench.pace.refused(ANNA, SECOND, bench.now);
        },
        "the chat is in a penalty",
    );
    refused(
        |bench| {
            for chat in 2..5 {
                bench.pace.refused(ChatId(chat), SECOND * 9, bench.now);
            }
        },
        "all are stopped",
    );
}
