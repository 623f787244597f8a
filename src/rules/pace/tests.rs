//! Each rule of the schedule, as a sentence.

use super::*;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MARGIN: Duration = PENALTY_MARGIN;
const ANNA: ChatId = ChatId(1);
const BEN: ChatId = ChatId(2);
const GROUP: ChatId = ChatId(-1);

type Items = Vec<(ChatId, u32)>;

/// A schedule on a clock that is moved by hand.
struct Bench {
    pace: Pace<u32, u8>,
    start: Instant,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        Self::with(PaceLimits::default())
    }

    fn with(limits: PaceLimits) -> Self {
        let now = Instant::now();
        Self { pace: Pace::new(limits), start: now, now }
    }

    fn reply(&mut self, chat: ChatId, item: u32) {
        self.push(chat, Class::Reply, item);
    }

    fn push(&mut self, chat: ChatId, class: Class, item: u32) {
        self.pace.push(chat, class, Cost::Send, item, self.now);
    }

    fn preview(&mut self, chat: ChatId, key: u8, item: u32) {
        self.pace.preview(chat, key, item, self.now);
    }

    fn wait(&mut self, time: Duration) -> &mut Self {
        self.now += time;
        self
    }

    /// What goes now, each call answered at once.
    fn sent(&mut self) -> Items {
        let mut items = Vec::new();
        while let Next::Send { chat, item } = self.pace.next(self.now) {
            items.push((chat, item));
            self.pace.done(chat, self.now);
        }
        items
    }

    /// What goes now, no call answered.
    fn begun(&mut self) -> Items {
        let mut items = Vec::new();
        while let Next::Send { chat, item } = self.pace.next(self.now) {
            items.push((chat, item));
        }
        items
    }

    /// How long the schedule says to wait.
    #[track_caller]
    fn opens_in(&mut self) -> Duration {
        match self.pace.next(self.now) {
            Next::WaitUntil(opens) => opens - self.now,
            other => panic!("{other:?}"),
        }
    }

    /// Runs until nothing waits, each call answered at once: when which item went.
    fn run(&mut self) -> Vec<(Duration, ChatId, u32)> {
        let mut items = Vec::new();
        loop {
            match self.pace.next(self.now) {
                Next::Send { chat, item } => {
                    items.push((self.now - self.start, chat, item));
                    self.pace.done(chat, self.now);
                }
                Next::WaitUntil(opens) => self.now = opens,
                Next::Empty => return items,
                Next::Blocked => panic!("every call was answered"),
            }
        }
    }
}

#[test]
fn a_chat_gets_its_burst_at_once_and_then_one_a_second() {
    let mut bench = Bench::new();
    (0..5).for_each(|item| bench.reply(ANNA, item));
    let times: Vec<_> = bench.run().into_iter().map(|(at, _, item)| (at, item)).collect();
    let zero = Duration::ZERO;
    assert_eq!(times, [(zero, 0), (zero, 1), (zero, 2), (SECOND, 3), (SECOND * 2, 4)]);
}

#[test]
fn a_group_gets_twenty_in_any_minute_edits_included() {
    let mut bench = Bench::new();
    for item in 0..50 {
        let cost = if item % 2 == 0 { Cost::Send } else { Cost::Edit };
        bench.pace.push(GROUP, Class::Reply, cost, item, bench.now);
    }
    let times: Vec<_> = bench.run().into_iter().map(|(at, _, _)| at).collect();
    for window in times.windows(21) {
        assert!(window[20] - window[0] >= SECOND * 60, "{window:?}");
    }
    assert_eq!(times[19], SECOND * 17);
    assert_eq!(times[20], SECOND * 60);
}

#[test]
fn one_call_is_in_flight_per_chat() {
    let mut bench = Bench::new();
    bench.reply(ANNA, 1);
    bench.reply(ANNA, 2);
    bench.reply(BEN, 3);
    assert_eq!(bench.begun(), [(ANNA, 1), (BEN, 3)]);
    assert_eq!(bench.pace.next(bench.now), Next::Blocked);
    bench.pace.done(ANNA, bench.now);
    assert_eq!(bench.begun(), [(ANNA, 2)]);
}

#[test]
fn no_more_calls_are_in_flight_than_allowed() {
    let mut bench = Bench::with(PaceLimits { in_flight_max: 2, ..PaceLimits::default() });
    (1..=3).for_each(|chat| bench.reply(ChatId(chat), 0));
    assert_eq!(bench.begun().len(), 2);
    assert_eq!(bench.pace.next(bench.now), Next::Blocked);
    bench.pace.done(ANNA, bench.now);
    assert_eq!(bench.begun(), [(ChatId(3), 0)]);
}

#[test]
fn all_chats_together_get_thirty_a_second() {
    let mut bench = Bench::new();
    (1..=70).for_each(|chat| bench.reply(ChatId(chat), 0));
    let times: Vec<_> = bench.run().into_iter().map(|(at, _, _)| at).collect();
    assert_eq!((times[29], times[30]), (Duration::ZERO, SECOND));
    assert_eq!((times[59], times[60]), (SECOND, SECOND * 2));
}

#[test]
fn a_call_counts_from_its_answer() {
    let mut bench = Bench::with(PaceLimits { chat_burst: 1, ..PaceLimits::default() });
    bench.reply(ANNA, 1);
    bench.reply(ANNA, 2);
    bench.begun();
    bench.wait(MS * 400);
    bench.pace.done(ANNA, bench.now);
    assert_eq!(bench.opens_in(), SECOND);
}

#[test]
fn a_call_that_hangs_holds_a_place_of_all_chats_for_two_seconds_only() {
    let mut bench = Bench::with(PaceLimits { global_per_second: 1, ..PaceLimits::default() });
    bench.reply(ANNA, 1);
    bench.reply(BEN, 2);
    assert_eq!(bench.begun(), [(ANNA, 1)]);
    assert_eq!(bench.opens_in(), SECOND * 2);
    assert_eq!(bench.wait(SECOND * 2).begun(), [(BEN, 2)]);
}

#[test]
fn class_never_changes_the_order_within_a_chat() {
    let mut bench = Bench::new();
    bench.push(ANNA, Class::Notice, 1);
    bench.push(ANNA, Class::Approval, 2);
    bench.push(ANNA, Class::Reply, 3);
    assert_eq!(bench.sent(), [(ANNA, 1), (ANNA, 2), (ANNA, 3)]);
}

#[test]
fn between_chats_replies_go_before_approvals_and_those_before_notices() {
    let mut bench = Bench::new();
    bench.push(ChatId(1), Class::Notice, 0);
    bench.push(ChatId(2), Class::Approval, 0);
    bench.push(ChatId(3), Class::Reply, 0);
    bench.push(ChatId(4), Class::Reply, 0);
    let chats: Vec<_> = bench.sent().into_iter().map(|(chat, _)| chat.0).collect();
    assert_eq!(chats, [3, 4, 2, 1]);
}

#[test]
fn a_notice_is_not_starved_by_replies_without_end() {
    let mut bench = Bench::new();
    for chat in 10..60 {
        (0..30).for_each(|item| bench.reply(ChatId(chat), item));
    }
    bench.push(ANNA, Class::Notice, 99);
    let (at, ..) = *bench.run().iter().find(|(_, chat, _)| *chat == ANNA).unwrap();
    assert!(at <= SECOND * 9, "{at:?}");
}

#[test]
fn a_chat_with_500_waiting_delays_nobody() {
    let mut bench = Bench::new();
    (0..500).for_each(|item| bench.reply(ANNA, item));
    assert!(bench.pace.is_full(ANNA) && !bench.pace.is_full(BEN));
    for second in 0..20 {
        bench.sent();
        bench.reply(ChatId(100 + second), 0);
        assert_eq!(bench.sent(), [(ChatId(100 + second), 0)]);
        bench.wait(MS * 990);
    }
}

#[test]
fn chats_that_compete_take_turns() {
    let mut bench = Bench::with(PaceLimits { global_per_second: 1, ..PaceLimits::default() });
    (0..9).for_each(|item| bench.reply(ANNA, item));
    bench.sent();
    bench.wait(MS);
    bench.reply(BEN, 100);
    bench.reply(BEN, 101);
    let chats: Vec<_> = bench.run().into_iter().take(4).map(|(_, chat, _)| chat).collect();
    assert_eq!(chats, [ANNA, BEN, ANNA, BEN]);
}

#[test]
fn a_delete_costs_nothing_and_keeps_its_place() {
    let mut bench = Bench::new();
    (0..3).for_each(|item| bench.reply(ANNA, item));
    bench.pace.push(ANNA, Class::Reply, Cost::Delete, 3, bench.now);
    bench.reply(ANNA, 4);
    bench.pace.push(ANNA, Class::Reply, Cost::Delete, 5, bench.now);
    let items: Vec<_> = bench.sent().into_iter().map(|(_, item)| item).collect();
    assert_eq!(items, [0, 1, 2, 3]);
    let items: Vec<_> = bench.wait(SECOND).sent().into_iter().map(|(_, item)| item).collect();
    assert_eq!(items, [4, 5]);
}

#[test]
fn what_is_put_back_goes_first_and_not_before_its_time() {
    for done_first in [false, true] {
        let mut bench = Bench::new();
        bench.reply(ANNA, 1);
        bench.reply(ANNA, 2);
        bench.begun();
        let later = bench.now + SECOND * 5;
        if done_first {
            bench.pace.done(ANNA, bench.now);
        }
        bench.pace.put_back(ANNA, Class::Reply, Cost::Send, 1, later);
        bench.pace.done(ANNA, bench.now);
        assert_eq!(bench.opens_in(), SECOND * 5);
        assert_eq!(bench.pace.depth(ANNA), 2);
        assert_eq!(bench.wait(SECOND * 5).sent(), [(ANNA, 1), (ANNA, 2)]);
    }
}

#[test]
fn a_penalty_holds_its_chat_for_as_long_as_told_and_no_other() {
    let mut bench = Bench::new();
    bench.reply(ANNA, 1);
    bench.begun();
    bench.pace.refused(ANNA, SECOND * 30, bench.now);
    bench.pace.refused(ANNA, SECOND * 3, bench.now);
    bench.pace.put_back(ANNA, Class::Reply, Cost::Send, 1, bench.now);
    bench.pace.done(ANNA, bench.now);
    bench.pace.push(ANNA, Class::Reply, Cost::Delete, 2, bench.now);
    bench.preview(ANNA, 1, 3);
    bench.reply(BEN, 4);
    assert_eq!(bench.sent(), [(BEN, 4)]);
    assert_eq!(bench.opens_in(), SECOND * 30 + MARGIN);
    assert_eq!(bench.pace.penalties(bench.now), [(ANNA, SECOND * 30 + MARGIN)]);
    bench.wait(SECOND * 30 + MARGIN);
    assert_eq!(bench.sent(), [(ANNA, 1), (ANNA, 2)]);
    assert_eq!(bench.pace.penalties(bench.now), []);
}

#[test]
fn an_absurd_penalty_does_not_overflow_the_clock() {
    let mut bench = Bench::new();
    bench.pace.refused(ANNA, Duration::MAX, bench.now);
    bench.reply(ANNA, 1);
    assert_eq!(bench.opens_in(), PENALTY_MAX + MARGIN);
}

#[test]
fn three_chats_refused_within_a_second_stop_the_bot_until_the_last_may_go() {
    let mut bench = Bench::new();
    for (chat, retry_after) in [(1, 5), (2, 9), (3, 7)] {
        bench.pace.refused(ChatId(chat), SECOND * retry_after, bench.now);
        bench.wait(MS * 400);
    }
    bench.reply(ChatId(9), 1);
    bench.pace.typing(ChatId(9), 2, bench.now);
    let left = SECOND * 9 + MARGIN - MS * 800;
    assert_eq!(bench.pace.stopped_until(bench.now), Some(bench.now + left));
    assert_eq!(bench.opens_in(), left);
    assert_eq!(bench.wait(left).sent(), [(ChatId(9), 1)]);
}

#[test]
fn two_refused_chats_or_three_over_a_longer_time_stop_nobody_else() {
    let mut bench = Bench::new();
    for chat in [1, 2, 1, 2] {
        bench.pace.refused(ChatId(chat), SECOND * 60, bench.now);
    }
    bench.wait(SECOND);
    bench.pace.refused(ChatId(3), SECOND * 60, bench.now);
    bench.reply(ChatId(9), 1);
    assert_eq!(bench.sent(), [(ChatId(9), 1)]);
}

#[test]
fn what_waits_in_a_chat_can_be_taken_out_in_order() {
    let mut bench = Bench::new();
    (1..=3).for_each(|item| bench.reply(ANNA, item));
    bench.preview(ANNA, 1, 9);
    assert_eq!(bench.begun(), [(ANNA, 1)]);
    assert_eq!(bench.pace.abandon(ANNA), [2, 3]);
    assert_eq!(bench.pace.next(bench.now), Next::Blocked);
    bench.pace.done(ANNA, bench.now);
    assert_eq!(bench.pace.next(bench.now), Next::Empty);
    assert_eq!((bench.pace.waiting(), bench.pace.in_flight()), (0, 0));
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

/// Previews and typing: what may be left out.
mod passing {
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
        let rest: Vec<_> = bench.run().into_iter().map(|(at, _, item)| (at, item)).collect();
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
        let times: Vec<_> = bench.run().into_iter().map(|(at, chat, _)| (at, chat)).collect();
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
        let limits =
            PaceLimits { preview_every_group: SECOND, chat_burst: 30, ..PaceLimits::default() };
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
        for _ in 0..8 {
            bench.pace.typing(ANNA, 1, bench.now);
            bench.sent();
            bench.wait(SECOND);
        }
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
        let mut bench = Bench::with(PaceLimits { in_flight_max: 1, ..PaceLimits::default() });
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
}
