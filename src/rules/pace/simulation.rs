//! Ten minutes of 300 chats against a Telegram that enforces its limits to the letter.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use super::*;

const CHATS: i64 = 300;
const MINUTES: u64 = 10;
const MS: Duration = Duration::from_millis(1);
/// A chat that is sent far more than its limits allow.
const FLOODED: ChatId = ChatId(1);

/// Telegram's limits, counted at the moment of arrival: 1 a second with a burst of 3 in a
/// chat, 20 in any 60 s in a group, 30 in any second overall.
#[derive(Default)]
struct Telegram {
    /// What is left of each chat's burst, and when that was so.
    bursts: BTreeMap<ChatId, (f64, Duration)>,
    groups: BTreeMap<ChatId, VecDeque<Duration>>,
    all: VecDeque<Duration>,
}

impl Telegram {
    /// Whether it takes a message that arrives now.
    fn takes(&mut self, chat: ChatId, now: Duration) -> bool {
        let (left, since) = self.bursts.get(&chat).copied().unwrap_or((3.0, now));
        let left = (left + now.abs_diff(since).as_secs_f64()).min(3.0);
        self.bursts.insert(chat, (left - 1.0, now));
        let mut taken = left > 1.0 - 1e-6;
        if chat.is_group() {
            taken &= fits(self.groups.entry(chat).or_default(), now, 60, 20);
        }
        taken & fits(&mut self.all, now, 1, 30)
    }
}

fn fits(times: &mut VecDeque<Duration>, now: Duration, span_secs: u64, max: usize) -> bool {
    times.retain(|at| *at + Duration::from_secs(span_secs) > now);
    times.push_back(now);
    times.len() <= max
}

/// Seeded noise (splitmix64), so that a failure can be seen again.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    /// Its number in the chat, what it costs, and when it was pushed.
    Row(u32, bool, Duration),
    Preview,
    Typing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Push(ChatId, u8),
    Preview(ChatId),
    Typing(ChatId),
    Arrived(ChatId, Item),
    Answered(ChatId),
    Wake,
}

struct World {
    pace: Pace<Item, u8>,
    telegram: Telegram,
    noise: Noise,
    start: Instant,
    now: Duration,
    events: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    count: u64,
    /// The wake-up that is planned.
    wake: Option<Duration>,
    /// Next number to push and to arrive, of each chat.
    numbers: BTreeMap<ChatId, (u32, u32)>,
    refused: u32,
    shown: u32,
    /// How long each row waited that was not for the flooded chat.
    waits: Vec<Duration>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            pace: Pace::new(PaceLimits::default()),
            telegram: Telegram::default(),
            noise: Noise(seed),
            start: Instant::now(),
            now: Duration::ZERO,
            events: BinaryHeap::new(),
            count: 0,
            wake: None,
            numbers: BTreeMap::new(),
            refused: 0,
            shown: 0,
            waits: Vec::new(),
        };
        world.plan();
        world
    }

    fn at(&mut self, ms: u64, event: Event) {
        self.count += 1;
        self.events.push(Reverse((
            MS * u32::try_from(ms).unwrap(),
            self.count,
            event,
        )));
    }

    /// Turns of 10 to 30 s, at random moments: typing, a placeholder, previews each second,
    /// one to five chunks, and the placeholder goes. Every third chat is a group.
    fn plan(&mut self) {
        for number in 1..=CHATS {
            let chat = if number % 3 == 0 {
                ChatId(-number)
            } else {
                ChatId(number)
            };
            let mut ms = self.noise.below(90_000);
            while ms < MINUTES * 60_000 {
                let lasts = 10_000 + self.noise.below(20_000);
                (0..lasts / 4000).for_each(|i| self.at(ms + i * 4000, Event::Typing(chat)));
                self.at(ms + 1500, Event::Push(chat, 2));
                (2..lasts / 1000).for_each(|i| self.at(ms + i * 1000, Event::Preview(chat)));
                for _ in 0..=self.noise.below(5) {
                    self.at(ms + lasts, Event::Push(chat, 0));
                }
                self.at(ms + lasts, Event::Push(chat, 3));
                ms += lasts + 60_000 + self.noise.below(60_000);
            }
        }
        (0..500).for_each(|_| self.at(60_000, Event::Push(FLOODED, 0)));
    }

    fn run(&mut self) {
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            self.now = at;
            let now = self.start + at;
            match event {
                Event::Push(chat, kind) => {
                    let numbers = self.numbers.entry(chat).or_default();
                    let item = Item::Row(numbers.0, kind != 3, at);
                    numbers.0 += 1;
                    let class = if kind == 2 {
                        Class::Notice
                    } else {
                        Class::Reply
                    };
                    let cost = if kind == 3 { Cost::Delete } else { Cost::Send };
                    self.pace.push(chat, class, cost, item, now);
                }
                Event::Preview(chat) => self.pace.preview(chat, 0, Item::Preview, now),
                Event::Typing(chat) => self.pace.typing(chat, Item::Typing, now),
                Event::Arrived(chat, item) => self.arrived(chat, item),
                Event::Answered(chat) => self.pace.done(chat, now),
                Event::Wake => {}
            }
            self.pump();
        }
        assert_eq!(self.pace.next(self.start + self.now), Next::Empty);
    }

    fn pump(&mut self) {
        loop {
            match self.pace.next(self.start + self.now) {
                Next::Send { chat, item } => {
                    if !matches!(item, Item::Row(..)) {
                        assert_eq!(self.pace.depth(chat), 0, "before a waiting row of its chat");
                    }
                    let lands = self.now + MS * u32::try_from(self.noise.below(400)).unwrap();
                    let answered = lands + MS * u32::try_from(self.noise.below(400)).unwrap();
                    self.count += 2;
                    let arrived = (lands, self.count - 1, Event::Arrived(chat, item));
                    self.events.push(Reverse(arrived));
                    self.events
                        .push(Reverse((answered, self.count, Event::Answered(chat))));
                }
                Next::WaitUntil(opens) => {
                    let opens = opens - self.start;
                    if self
                        .wake
                        .is_none_or(|wake| wake <= self.now || opens < wake)
                    {
                        self.wake = Some(opens);
                        self.count += 1;
                        self.events.push(Reverse((opens, self.count, Event::Wake)));
                    }
                    return;
                }
                Next::Blocked | Next::Empty => return,
            }
        }
    }

    fn arrived(&mut self, chat: ChatId, item: Item) {
        let counts = match item {
            Item::Row(number, costs, pushed) => {
                let (_, next) = self.numbers.get_mut(&chat).unwrap();
                assert_eq!(*next, number, "order in {chat}");
                *next += 1;
                if chat != FLOODED {
                    self.waits.push(self.now.abs_diff(pushed));
                }
                costs
            }
            Item::Preview => {
                self.shown += 1;
                true
            }
            Item::Typing => false,
        };
        if counts && !self.telegram.takes(chat, self.now) {
            self.refused += 1;
        }
    }
}

#[test]
fn three_hundred_chats_are_served_in_order_without_a_single_429() {
    for seed in 0..3 {
        let mut world = World::new(seed);
        world.run();
        assert_eq!(world.refused, 0, "seed {seed}");
        assert!(
            world
                .numbers
                .values()
                .all(|(pushed, arrived)| pushed == arrived)
        );
        assert!(world.shown > 1000, "only {} previews", world.shown);
        world.waits.sort_unstable();
        let median = world.waits[world.waits.len() / 2];
        let longest = world.waits[world.waits.len() - 1];
        assert!(median < MS * 800, "seed {seed}: {median:?}");
        assert!(longest < MS * 5000, "seed {seed}: {longest:?}");
    }
}
