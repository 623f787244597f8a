//! Previews and typing: what may be left out.

use super::*;

#[test]
fn the_newest_preview_takes_the_place_of_the_waiting_one() {
    let mut bench = Bench::new();
    for (key, item) in [(1, 10), (2, 20), (1, 11), (1, 12)] {
        bench.preview(GROUP, key, item);
    }
    assert_eq!(bench.sent(), [(GROUP, 12)]);
    assert_eq!(bench.wait(SECOND * 4).sent(), [(GROUP, 20)]);
}

#[test]
fn a_preview_waits_as_long_as_anything_else_waits_in_its_chat() {
    let mut bench = Bench::new();
    bench.preview(ANNA, 1, 10);
    (0..4).for_each(|item| bench.push(ANNA, Class::Notice, item));
    assert_eq!(bench.sent(), [(ANNA, 0), (ANNA, 1), (ANNA, 2)]);
    let rest: Vec<_> = bench
        .run()
        .into_iter()
        .map(|(at, _, item)| (at, item))
        .collect();
    assert_eq!(rest, [(SECOND, 3), (SECOND * 3, 10)]);
}

#[test]
fn previews_keep_their_distance_by_kind_of_chat() {
    let mut bench = Bench::new();
    for chat in [ANNA, GROUP] {
        bench.preview(chat, 1, 1);
    }
    assert_eq!(bench.sent().len(), 2);
    for chat in [ANNA, GROUP] {
        bench.preview(chat, 1, 2);
    }
    let times: Vec<_> = bench
        .run()
        .into_iter()
        .map(|(at, chat, _)| (at, chat))
        .collect();
    assert_eq!(times, [(MS * 1500, ANNA), (MS * 4000, GROUP)]);
}

#[test]
fn a_preview_leaves_room_for_a_final_in_its_chat() {
    let mut bench = Bench::new();
    bench.reply(ANNA, 1);
    bench.reply(ANNA, 2);
    bench.sent();
    bench.preview(ANNA, 1, 10);
    assert_eq!(bench.opens_in(), SECOND);
    bench.reply(ANNA, 3);
    assert_eq!(bench.sent(), [(ANNA, 3)]);
}

#[test]
fn previews_leave_five_of_the_twenty_of_a_group() {
    let limits = PaceLimits {
        preview_every_group: SECOND,
        chat_burst: 30,
        ..PaceLimits::default()
    };
    let mut bench = Bench::with(limits);
    let mut previews = 0;
    for item in 0..59 {
        bench.preview(GROUP, 1, item);
        previews += bench.sent().len();
        bench.wait(SECOND);
    }
    assert_eq!(previews, 15);
    (0..5).for_each(|item| bench.reply(GROUP, item));
    assert_eq!(bench.sent().len(), 5);
}

#[test]
fn previews_leave_room_for_finals_in_all_chats() {
    let mut bench = Bench::new();
    (1..=50).for_each(|chat| bench.preview(ChatId(chat), 1, 0));
    assert_eq!(bench.sent().len(), 25);
    (101..=110).for_each(|chat| bench.reply(ChatId(chat), 0));
    assert_eq!(bench.sent().len(), 5);
}

#[test]
fn a_dropped_preview_is_never_shown() {
    let mut bench = Bench::new();
    bench.preview(ANNA, 1, 10);
    bench.preview(ANNA, 2, 20);
    bench.pace.drop_preview(ANNA, 1);
    assert_eq!(bench.sent(), [(ANNA, 20)]);
    bench.preview(ANNA, 3, 30);
    bench.pace.drop_preview(ANNA, 3);
    assert_eq!(bench.pace.next(bench.now), Next::Empty);
}

#[test]
fn typing_costs_nothing_and_shows_every_four_seconds_at_most() {
    let mut bench = Bench::new();
    let mut shown = 0;
    for _ in 0..8 {
        bench.pace.typing(ANNA, 1, bench.now);
        shown += bench.sent().len();
        bench.wait(SECOND);
    }
    assert_eq!(shown, 2);
    bench.wait(SECOND * 4);
    bench.pace.typing(ANNA, 1, bench.now);
    bench.pace.typing(ANNA, 2, bench.now);
    assert_eq!(bench.sent(), [(ANNA, 1)]);
    (0..3).for_each(|item| bench.reply(ANNA, item));
    assert_eq!(bench.sent().len(), 3);
}

#[test]
fn typing_is_dropped_where_it_may_not_go_at_once() {
    let mut bench = Bench::new();
    bench.pace.refused(ANNA, SECOND, bench.now);
    bench.pace.typing(ANNA, 1, bench.now);
    bench.reply(BEN, 2);
    bench.pace.typing(BEN, 3, bench.now);
    assert_eq!(bench.begun(), [(BEN, 2)]);
    bench.pace.typing(BEN, 4, bench.now);
    bench.pace.done(BEN, bench.now);
    assert_eq!(bench.wait(SECOND * 9).sent(), []);
}

#[test]
fn typing_that_has_waited_too_long_is_dropped() {
    let mut bench = Bench::with(PaceLimits {
        in_flight_max: 1,
        ..PaceLimits::default()
    });
    bench.reply(ANNA, 1);
    bench.begun();
    bench.pace.typing(BEN, 2, bench.now);
    assert_eq!(bench.begun(), []);
    bench.wait(MS * 1001);
    bench.pace.done(ANNA, bench.now);
    assert_eq!(bench.sent(), []);
}

#[test]
fn all_chats_together_get_twenty_typings_in_five_seconds() {
    let mut bench = Bench::new();
    let type_everywhere =
        |bench: &mut Bench| (1..=50).for_each(|chat| bench.pace.typing(ChatId(chat), 0, bench.now));
    type_everywhere(&mut bench);
    assert_eq!(bench.sent().len(), 20);
    type_everywhere(bench.wait(MS * 4999));
    assert_eq!(bench.sent().len(), 0);
    type_everywhere(bench.wait(MS));
    assert_eq!(bench.sent().len(), 20);
}

#[test]
fn a_chat_is_forgotten_when_its_limits_no_longer_matter() {
    let mut bench = Bench::new();
    bench.reply(GROUP, 1);
    bench.pace.typing(ANNA, 2, bench.now);
    bench.preview(BEN, 1, 3);
    bench.pace.drop_preview(BEN, 1);
    bench.sent();
    bench.wait(SECOND * 59).sent();
    assert_eq!(bench.pace.lanes.len(), 1);
    bench.wait(SECOND).sent();
    assert!(bench.pace.lanes.is_empty());
}
