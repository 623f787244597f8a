//! An hour of 1,000 chats against a Telegram that enforces its limits with 429.

mod optimum;
mod telegram;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use self::optimum::{Row, departures};
use self::telegram::Telegram;
use super::*;

const CHATS: i64 = 1_000;
const HOUR_MS: u64 = 3_600_000;
const MS: Duration = Duration::from_millis(1);
/// The longest way of a call there, and of its answer back.
const WAY_MAX: Duration = Duration::from_millis(400);
/// What a message takes of its chat: a second, which the schedule must count from the answer of
/// the call, for nobody knows when Telegram counted it. A preview that went the moment before
/// an answer was there costs the answer this much, and no more.
const TICK: Duration = Duration::from_millis(1_000 + 2 * 400);
/// A chat that is sent far more than its limits allow.
const FLOODED: ChatId = ChatId(1);
/// Every so many chats one is put into a penalty for nothing that we did.
const PENALIZED_EVERY: i64 = 25;

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

    /// There and back.
    fn ways(&mut self) -> (Duration, Duration) {
        let way_max = u64::try_from(WAY_MAX.as_millis()).unwrap();
        let mut way = || ms(self.below(way_max));
        (way(), way())
    }
}

fn ms(ms: u64) -> Duration {
    MS * u32::try_from(ms).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Row(Row),
    Preview,
    Typing,
}

/// What is committed for a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Placeholder,
    Chunk,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Push(ChatId, Kind),
    Preview(ChatId),
    Typing(ChatId),
    Penalty(ChatId),
    Arrived(ChatId, Item),
    Answered(ChatId, Item, Option<Duration>),
    Wake,
}

/// What was pushed to a chat, and when it departed, both in their order.
#[derive(Default)]
struct Story {
    pushed: Vec<Row>,
    departed: Vec<Duration>,
    arrived: u32,
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
    stories: BTreeMap<ChatId, Story>,
    penalized: BTreeSet<ChatId>,
    /// Calls that Telegram refused though it had told of no penalty.
    refused: u32,
    /// Calls that met a penalty which nobody could know of.
    surprised: u32,
    shown: u32,
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
            stories: BTreeMap::new(),
            penalized: BTreeSet::new(),
            refused: 0,
            surprised: 0,
            shown: 0,
        };
        world.plan();
        world
    }

    fn at(&mut self, at: Duration, event: Event) {
        self.count += 1;
        self.events.push(Reverse((at, self.count, event)));
    }

    /// Turns at random moments. Quick ones are a reply; the others take 5 to 45 s, with typing,
    /// a placeholder, news each second, one to five chunks, and the end of the placeholder.
    /// Every third chat is a group.
    fn plan(&mut self) {
        for number in 1..=CHATS {
            let chat = ChatId(if number % 3 == 0 { -number } else { number });
            let mut from = self.noise.below(300_000);
            while from < HOUR_MS {
                from += self.turn(chat, from) + 60_000 + self.noise.below(480_000);
            }
            if number % PENALIZED_EVERY == 0 {
                let at = ms(self.noise.below(HOUR_MS));
                self.penalized.insert(chat);
                self.at(at, Event::Penalty(chat));
            }
        }
        (0..500).for_each(|_| self.at(ms(60_000), Event::Push(FLOODED, Kind::Chunk)));
    }

    /// Plans a turn and answers how long it takes, in milliseconds.
    fn turn(&mut self, chat: ChatId, from: u64) -> u64 {
        if self.noise.below(4) == 0 {
            self.at(ms(from + 800), Event::Push(chat, Kind::Chunk));
            return 800;
        }
        let lasts = 5_000 + self.noise.below(40_000);
        (0..lasts / 4000).for_each(|i| self.at(ms(from + i * 4000), Event::Typing(chat)));
        self.at(ms(from + 1500), Event::Push(chat, Kind::Placeholder));
        (2..lasts / 1000).for_each(|i| self.at(ms(from + i * 1000), Event::Preview(chat)));
        for _ in 0..=self.noise.below(5) {
            self.at(ms(from + lasts), Event::Push(chat, Kind::Chunk));
        }
        self.at(ms(from + lasts), Event::Push(chat, Kind::Delete));
        lasts
    }

    fn run(&mut self) {
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            self.now = at;
            let now = self.start + at;
            match event {
                Event::Push(chat, kind) => self.push(chat, kind),
                Event::Preview(chat) => self.pace.preview(chat, 0, Item::Preview, now),
                Event::Typing(chat) => self.pace.typing(chat, Item::Typing, now),
                Event::Penalty(chat) => {
                    let until = at + ms(5_000 + self.noise.below(60_000));
                    self.telegram.penalize(chat, until);
                }
                Event::Arrived(chat, item) => self.arrived(chat, item),
                Event::Answered(chat, item, wait) => self.answered(chat, item, wait),
                Event::Wake => {}
            }
            self.pump();
        }
        assert_eq!(self.pace.next(self.start + self.now), Next::Empty);
    }

    fn push(&mut self, chat: ChatId, kind: Kind) {
        let ways = self.noise.ways();
        let story = self.stories.entry(chat).or_default();
        let row = Row {
            number: u32::try_from(story.pushed.len()).unwrap(),
            pushed: self.now,
            is_final: kind == Kind::Chunk,
            costs: kind != Kind::Delete,
            ways,
        };
        story.pushed.push(row);
        let (class, cost) = match kind {
            Kind::Placeholder => (Class::Notice, Cost::Send),
            Kind::Chunk => (Class::Reply, Cost::Send),
            Kind::Delete => (Class::Notice, Cost::Delete),
        };
        let now = self.start + self.now;
        self.pace.push(chat, class, cost, Item::Row(row), now);
    }

    fn pump(&mut self) {
        loop {
            match self.pace.next(self.start + self.now) {
                Next::Send { chat, item } => self.depart(chat, item),
                Next::WaitUntil(opens) => {
                    let opens = opens - self.start;
                    let planned = |wake| wake > self.now && opens >= wake;
                    if !self.wake.is_some_and(planned) {
                        self.wake = Some(opens);
                        self.at(opens, Event::Wake);
                    }
                    return;
                }
                Next::Blocked | Next::Empty => return,
            }
        }
    }

    fn depart(&mut self, chat: ChatId, item: Item) {
        let (there, _) = match item {
            Item::Row(row) => {
                let story = self.stories.get_mut(&chat).unwrap();
                // Sent again, it departs when it departs at last.
                story.departed.truncate(row.number as usize);
                assert_eq!(story.departed.len(), row.number as usize, "order in {chat}");
                story.departed.push(self.now);
                row.ways
            }
            Item::Preview | Item::Typing => {
                assert_eq!(self.pace.depth(chat), 0, "before a waiting row of its chat");
                self.noise.ways()
            }
        };
        self.at(self.now + there, Event::Arrived(chat, item));
    }

    fn arrived(&mut self, chat: ChatId, item: Item) {
        let costs = match item {
            Item::Row(row) => row.costs,
            Item::Preview => true,
            Item::Typing => false,
        };
        let mut wait = None;
        if costs && let Some(left) = self.telegram.penalty(chat, self.now) {
            // Whole seconds, as Telegram tells them.
            wait = Some(Duration::from_secs(left.as_secs() + 1));
            self.surprised += 1;
        } else if costs && !self.telegram.takes(chat, self.now) {
            wait = Some(Duration::from_secs(1));
            self.refused += 1;
        } else if let Item::Row(row) = item {
            let story = self.stories.get_mut(&chat).unwrap();
            assert_eq!(story.arrived, row.number, "order in {chat}");
            story.arrived += 1;
        } else if item == Item::Preview {
            self.shown += 1;
        }
        let back = match item {
            Item::Row(row) => row.ways.1,
            Item::Preview | Item::Typing => self.noise.ways().1,
        };
        self.at(self.now + back, Event::Answered(chat, item, wait));
    }

    fn answered(&mut self, chat: ChatId, item: Item, wait: Option<Duration>) {
        let now = self.start + self.now;
        if let Some(wait) = wait {
            if let Item::Row(row) = item {
                let cost = if row.costs { Cost::Send } else { Cost::Delete };
                self.pace.put_back(chat, Class::Reply, cost, item, now);
            }
            self.pace.refused(chat, wait, now);
        }
        self.pace.done(chat, now);
    }

    /// How much later than at best each part of an answer departed, in the chats that had no
    /// penalty; and which it is.
    fn lags(&self) -> Vec<(Duration, ChatId, u32)> {
        let mut lags = Vec::new();
        for (chat, story) in &self.stories {
            if self.penalized.contains(chat) {
                continue;
            }
            let best = departures(&story.pushed, chat.is_group());
            for ((row, best), departed) in story.pushed.iter().zip(best).zip(&story.departed) {
                assert!(*departed >= best, "{chat} {row:?} departed before it could");
                if row.is_final {
                    lags.push((departed.abs_diff(best), *chat, row.number));
                }
            }
        }
        lags.sort_unstable();
        lags
    }
}

#[test]
fn an_hour_of_a_thousand_chats_is_as_good_as_the_limits_allow() {
    let mut world = World::new(1);
    world.run();
    assert_eq!(world.refused, 0, "Telegram had to enforce its limits");
    let penalized = u32::try_from(world.penalized.len()).unwrap();
    assert!(
        world.surprised > 0 && world.surprised <= penalized,
        "{}",
        world.surprised
    );
    for (chat, story) in &world.stories {
        assert_eq!(
            story.arrived as usize,
            story.pushed.len(),
            "starved: {chat}"
        );
    }
    let lags = world.lags();
    assert!(lags.len() > 20_000, "{} rows", lags.len());
    assert!(world.shown > 20_000, "{} previews", world.shown);
    let median = lags[lags.len() / 2].0;
    let worst = lags[lags.len() - 1];
    assert!(median < MS * 100, "{median:?}");
    assert!(worst.0 <= TICK, "{worst:?}");
}
