//! Whatever comes in, in whatever order: the properties of the schedule hold.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Push(i64, Class, Cost),
    Preview(i64, u8),
    Drop(i64, u8),
    Typing(i64),
    /// The next call is kept for something, if it may go at once.
    Reserve(i64, Class, Cost),
    Pass(u64),
    /// The oldest call ends well.
    Done,
    /// The oldest call ends badly, and is tried again after so many ms.
    Fail(u64),
    /// The oldest call is refused, for so many seconds.
    Refuse(u64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Row(u32, Class, Cost),
    Preview,
    Typing,
}

/// Drives the schedule and knows what it must have done.
struct Driver {
    pace: Pace<Item, u8>,
    now: Instant,
    in_flight: VecDeque<(ChatId, Item)>,
    /// What must still arrive, in order.
    owed: BTreeMap<ChatId, VecDeque<u32>>,
    /// No call to a chat before this.
    closed: BTreeMap<ChatId, Instant>,
    pushed: u32,
}

impl Driver {
    fn new() -> Self {
        let limits = PaceLimits {
            in_flight_max: 3,
            ..PaceLimits::default()
        };
        Self {
            pace: Pace::new(limits),
            now: Instant::now(),
            in_flight: VecDeque::new(),
            owed: BTreeMap::new(),
            closed: BTreeMap::new(),
            pushed: 0,
        }
    }

    fn step(&mut self, step: Step) {
        let now = self.now;
        match step {
            Step::Push(chat, class, cost) => {
                let item = Item::Row(self.pushed, class, cost);
                let owed = self.owed.entry(ChatId(chat)).or_default();
                owed.push_back(self.pushed);
                self.pushed += 1;
                self.pace.push(ChatId(chat), class, cost, item, now);
            }
            Step::Preview(chat, key) => self.pace.preview(ChatId(chat), key, Item::Preview, now),
            Step::Drop(chat, key) => self.pace.drop_preview(ChatId(chat), key),
            Step::Typing(chat) => self.pace.typing(ChatId(chat), Item::Typing, now),
            Step::Reserve(chat, class, cost) => self.reserve(ChatId(chat), class, cost),
            Step::Pass(ms) => self.now += Duration::from_millis(ms),
            Step::Done => self.end(None, false),
            Step::Fail(ms) => self.end(Some(Duration::from_millis(ms)), false),
            Step::Refuse(seconds) => self.end(Some(Duration::from_secs(seconds)), true),
        }
        self.pump();
    }

    /// What is granted is on its way as if it had been pushed and was next.
    fn reserve(&mut self, chat: ChatId, class: Class, cost: Cost) {
        if self.pace.reserve(chat, cost, self.now) {
            let owed = self.owed.entry(chat).or_default();
            owed.push_back(self.pushed);
            self.sent(chat, Item::Row(self.pushed, class, cost));
            self.pushed += 1;
        }
    }

    fn end(&mut self, again: Option<Duration>, refused: bool) {
        let Some((chat, item)) = self.in_flight.pop_front() else {
            return;
        };
        if refused {
            self.pace.refused(chat, again.unwrap(), self.now);
        }
        match (again, item) {
            (Some(wait), Item::Row(_, class, cost)) => {
                let closed = self.closed.entry(chat).or_insert(self.now);
                *closed = (*closed).max(self.now + wait);
                self.pace.put_back(chat, class, cost, item, self.now + wait);
            }
            (None, Item::Row(number, ..)) => {
                assert_eq!(self.owed.get_mut(&chat).unwrap().pop_front(), Some(number));
            }
            (_, Item::Preview | Item::Typing) => {
                if let (Some(wait), true) = (again, refused) {
                    self.closed.insert(chat, self.now + wait);
                }
            }
        }
        self.pace.done(chat, self.now);
    }

    fn pump(&mut self) -> Option<Instant> {
        loop {
            match self.pace.next(self.now) {
                Next::Send { chat, item } => self.sent(chat, item),
                Next::WaitUntil(opens) => {
                    assert!(opens > self.now, "a wait that is over");
                    return Some(opens);
                }
                Next::Blocked => {
                    assert!(!self.in_flight.is_empty(), "blocked by nothing");
                    return None;
                }
                Next::Empty => {
                    assert!(
                        self.in_flight.is_empty() && self.owed.values().all(VecDeque::is_empty)
                    );
                    return None;
                }
            }
        }
    }

    fn sent(&mut self, chat: ChatId, item: Item) {
        assert!(
            self.in_flight.iter().all(|(other, _)| *other != chat),
            "two in flight"
        );
        assert!(self.in_flight.len() < 3, "too many in flight");
        assert!(
            self.closed
                .get(&chat)
                .is_none_or(|until| *until <= self.now),
            "too early"
        );
        let owed = self.owed.entry(chat).or_default();
        match item {
            Item::Row(number, ..) => assert_eq!(owed.front(), Some(&number), "order"),
            Item::Preview | Item::Typing => assert!(owed.is_empty(), "before what must arrive"),
        }
        self.in_flight.push_back((chat, item));
    }

    /// Lets everything end well, until nothing is left.
    fn finish(mut self) {
        for _ in 0..10_000 {
            match self.pump() {
                Some(opens) => self.now = opens,
                None if self.in_flight.is_empty() => {
                    assert_eq!((self.pace.waiting(), self.pace.in_flight()), (0, 0));
                    self.now += Duration::from_secs(400);
                    assert_eq!(self.pace.next(self.now), Next::Empty);
                    assert!(self.pace.lanes.is_empty(), "a chat was not forgotten");
                    return;
                }
                None => self.end(None, false),
            }
        }
        panic!("it never ends");
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let chat = || prop_oneof![Just(1_i64), Just(2), Just(3), Just(4), Just(-1), Just(-2)];
    let class = prop_oneof![
        Just(Class::Reply),
        Just(Class::Approval),
        Just(Class::Notice)
    ];
    let cost = prop_oneof![Just(Cost::Send), Just(Cost::Edit), Just(Cost::Delete)];
    let step = prop_oneof![
        6 => (chat(), class.clone(), cost.clone())
            .prop_map(|(chat, class, cost)| Step::Push(chat, class, cost)),
        2 => (chat(), class, cost).prop_map(|(chat, class, cost)| Step::Reserve(chat, class, cost)),
        3 => (chat(), 0_u8..3).prop_map(|(chat, key)| Step::Preview(chat, key)),
        1 => (chat(), 0_u8..3).prop_map(|(chat, key)| Step::Drop(chat, key)),
        2 => chat().prop_map(Step::Typing),
        4 => (0_u64..3000).prop_map(Step::Pass),
        8 => Just(Step::Done),
        2 => (0_u64..5000).prop_map(Step::Fail),
        1 => (0_u64..40).prop_map(Step::Refuse),
    ];
    prop::collection::vec(step, 0..120)
}

proptest! {
    #[test]
    fn everything_that_is_pushed_goes_once_in_order_and_never_too_early(steps in steps()) {
        let mut driver = Driver::new();
        for step in steps {
            driver.step(step);
        }
        driver.finish();
    }
}
