//! Each rule of the schedule, as a sentence.

mod passing;
mod reserved;
mod restarts;

use super::penalties::{PENALTY_MARGIN as MARGIN, PENALTY_MAX};
use super::*;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const ANNA: ChatId = ChatId(1);
const BEN: ChatId = ChatId(2);
const GROUP: ChatId = ChatId(-1);

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
        Self {
            pace: Pace::new(limits),
            start: now,
            now,
        }
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
    fn sent(&mut self) -> Vec<(ChatId, u32)> {
        let mut items = Vec::new();
        while let Next::Send { chat, item } = self.pace.next(self.now) {
            items.push((chat, item));
            self.pace.done(chat, self.now);
        }
        items
    }

    /// What goes now, no call answered.
    fn begun(&mut self) -> Vec<(ChatId, u32)> {
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
    let times: Vec<_> = bench
        .run()
        .into_iter()
        .map(|(at, _, item)| (at, item))
        .collect();
    let zero = Duration::ZERO;
    assert_eq!(
        times,
        [
            (zero, 0),
            (zero, 1),
            (zero, 2),
            (SECOND, 3),
            (SECOND * 2, 4)
        ]
    );
}

#[test]
fn a_group_gets_twenty_in_any_minute_edits_included() {
    let mut bench = Bench::new();
    for item in 0..50 {
        let cost = if item % 2 == 0 {
            Cost::Send
        } else {
            Cost::Edit
        };
        bench.pace.push(GROUP, Class::Reply, cost, item, bench.now);
    }
    let times: Vec<_> = bench.run().into_iter().map(|(at, _, _)| at).collect();
    for window in times.windows(21) {
        assert!(window[20].abs_diff(window[0]) >= SECOND * 60, "{window:?}");
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
    let mut bench = Bench::with(PaceLimits {
        in_flight_max: 2,
        ..PaceLimits::default()
    });
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
    let limits = PaceLimits {
        chat_burst: 1,
        group_per_minute: 1,
        ..PaceLimits::default()
    };
    for (chat, opens_in) in [(ANNA, SECOND), (GROUP, SECOND * 60)] {
        let mut bench = Bench::with(limits.clone());
        (1..=2).for_each(|item| bench.reply(chat, item));
        bench.begun();
        bench.wait(MS * 400);
        bench.pace.done(chat, bench.now);
        assert_eq!(bench.opens_in(), opens_in);
    }
}

#[test]
fn a_call_that_hangs_holds_a_place_of_all_chats_for_two_seconds_only() {
    let mut bench = Bench::with(PaceLimits {
        global_per_second: 1,
        ..PaceLimits::default()
    });
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
    let (at, ..) = *bench
        .run()
        .iter()
        .find(|(_, chat, _)| *chat == ANNA)
        .unwrap();
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
    let mut bench = Bench::with(PaceLimits {
        global_per_second: 1,
        ..PaceLimits::default()
    });
    (0..9).for_each(|item| bench.reply(ANNA, item));
    bench.sent();
    bench.wait(MS);
    bench.reply(BEN, 100);
    bench.reply(BEN, 101);
    let chats: Vec<_> = bench
        .run()
        .into_iter()
        .take(4)
        .map(|(_, chat, _)| chat)
        .collect();
    assert_eq!(chats, [ANNA, BEN, ANNA, BEN]);
}

#[test]
fn a_delete_costs_nothing_and_keeps_its_place() {
    let mut bench = Bench::new();
    (0..3).for_each(|item| bench.reply(ANNA, item));
    bench
        .pace
        .push(ANNA, Class::Reply, Cost::Delete, 3, bench.now);
    bench.reply(ANNA, 4);
    bench
        .pace
        .push(ANNA, Class::Reply, Cost::Delete, 5, bench.now);
    let items: Vec<_> = bench.sent().into_iter().map(|(_, item)| item).collect();
    assert_eq!(items, [0, 1, 2, 3]);
    let items: Vec<_> = bench
        .wait(SECOND)
        .sent()
        .into_iter()
        .map(|(_, item)| item)
        .collect();
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
        bench
            .pace
            .put_back(ANNA, Class::Reply, Cost::Send, 1, later);
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
    bench
        .pace
        .put_back(ANNA, Class::Reply, Cost::Send, 1, bench.now);
    bench.pace.done(ANNA, bench.now);
    bench
        .pace
        .push(ANNA, Class::Reply, Cost::Delete, 2, bench.now);
    bench.preview(ANNA, 1, 3);
    bench.reply(BEN, 4);
    assert_eq!(bench.sent(), [(BEN, 4)]);
    assert_eq!(bench.opens_in(), SECOND * 30 + MARGIN);
    assert_eq!(
        bench.pace.penalties(bench.now),
        [(ANNA, SECOND * 30 + MARGIN)]
    );
    bench.wait(SECOND * 30 + MARGIN);
    assert_eq!(bench.sent(), [(ANNA, 1), (ANNA, 2), (ANNA, 3)]);
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
        bench
            .pace
            .refused(ChatId(chat), SECOND * retry_after, bench.now);
        bench.wait(MS * 400);
    }
    bench.reply(ChatId(9), 1);
    bench.pace.typing(ChatId(9), 2, bench.now);
    let left = SECOND * 8 + MARGIN + MS * 200;
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
