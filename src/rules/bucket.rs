//! Two ways to count what was sent: a bucket that refills, and a window that slides.
//!
//! Telegram counts a call at some moment between its sending and its answer. Both counters
//! can therefore move a call to the moment of its answer (`settle`), after which no delay on
//! the way can bring two calls closer together than they were counted.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

/// A token bucket: `burst` at once, then one every `every`.
#[derive(Clone, Debug)]
pub struct Bucket {
    every: Duration,
    burst: u32,
    /// When it is full again; it is full if that has passed.
    full_at: Option<Instant>,
    /// `full_at` before the last take, so that the take can be moved.
    before: Option<Instant>,
}

impl Bucket {
    /// A full bucket. A rate that is no positive number counts as 1 a second, a burst of 0
    /// as 1, an interval of more than an hour as an hour: a bucket that never opens would
    /// keep a message for ever.
    #[must_use]
    pub fn new(per_second: f64, burst: u32) -> Self {
        let every = Duration::try_from_secs_f64(per_second.recip());
        Self {
            every: every
                .unwrap_or(Duration::from_secs(1))
                .min(Duration::from_hours(1)),
            burst: burst.max(1),
            full_at: None,
            before: None,
        }
    }

    /// Another rate and another burst, from now on. What was taken stays taken.
    pub fn keep_to(&mut self, per_second: f64, burst: u32) {
        let Self { every, burst, .. } = Self::new(per_second, burst);
        (self.every, self.burst) = (every, burst);
    }

    /// When `tokens` (at most the burst) will be in it, not before `now`.
    #[must_use]
    pub fn opens_at(&self, now: Instant, tokens: u32) -> Instant {
        let spare = self.burst - tokens.min(self.burst);
        let opens = self
            .full_at
            .and_then(|full| full.checked_sub(self.every * spare));
        opens.map_or(now, |opens| opens.max(now))
    }

    /// Takes one token.
    pub fn take(&mut self, at: Instant) {
        self.before = self.full_at;
        self.settle(at);
    }

    /// Moves the last take to `at`.
    pub fn settle(&mut self, at: Instant) {
        let from = self.before.map_or(at, |before| before.max(at));
        self.full_at = Some(from + self.every);
    }

    /// When nothing that was taken matters any more; `None` if nothing was taken.
    #[must_use]
    pub fn forget_at(&self) -> Option<Instant> {
        self.full_at
    }
}

/// A sliding window: at most `max` in any stretch of time as long as `span`.
#[derive(Clone, Debug)]
pub struct Window {
    max: usize,
    span: Duration,
    /// When each was counted, and its id.
    taken: BTreeSet<(Instant, u64)>,
}

impl Window {
    /// An empty window; a `max` of 0 counts as 1.
    #[must_use]
    pub fn new(max: u32, span: Duration) -> Self {
        let max = usize::try_from(max.max(1)).unwrap_or(usize::MAX);
        Self {
            max,
            span,
            taken: BTreeSet::new(),
        }
    }

    /// Another maximum, from now on. What was counted stays counted.
    pub fn keep_to(&mut self, max: u32) {
        self.max = Self::new(max, self.span).max;
    }

    /// When `places` (at most the maximum) will be free, not before `now`.
    #[must_use]
    pub fn opens_at(&self, now: Instant, places: u32) -> Instant {
        let places = usize::try_from(places).map_or(self.max, |places| places.min(self.max));
        let mut ends = self.taken.iter().map(|(at, _)| *at + self.span);
        // The last `max - places` may stay, all before them must have ended.
        match (self.taken.len() + places).checked_sub(self.max + 1) {
            Some(last) => ends.nth(last).map_or(now, |opens| opens.max(now)),
            None => now,
        }
    }

    /// Counts one, known as `id`, and forgets those that have ended by then.
    pub fn take(&mut self, id: u64, at: Instant) {
        while self
            .taken
            .first()
            .is_some_and(|(first, _)| *first + self.span <= at)
        {
            self.taken.pop_first();
        }
        self.taken.insert((at, id));
    }

    /// Moves `id` from where it was counted to another moment.
    pub fn settle(&mut self, id: u64, from: Instant, to: Instant) {
        self.taken.remove(&(from, id));
        self.taken.insert((to, id));
    }

    /// When nothing that was counted matters any more; `None` if nothing was counted.
    #[must_use]
    pub fn forget_at(&self) -> Option<Instant> {
        self.taken.last().map(|(last, _)| *last + self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_bucket_gives_its_burst_at_once_and_then_its_rate() {
        let now = Instant::now();
        let mut bucket = Bucket::new(2.0, 3);
        for _ in 0..3 {
            assert_eq!(bucket.opens_at(now, 1), now);
            bucket.take(now);
        }
        assert_eq!(bucket.opens_at(now, 1), now + SECOND / 2);
        assert_eq!(bucket.opens_at(now, 3), now + SECOND * 3 / 2);
        assert_eq!(bucket.forget_at(), Some(now + SECOND * 3 / 2));
        assert_eq!(bucket.opens_at(now + SECOND * 9, 3), now + SECOND * 9);
    }

    #[test]
    fn a_take_counts_from_the_answer_to_its_call() {
        let now = Instant::now();
        let mut bucket = Bucket::new(1.0, 1);
        bucket.take(now);
        bucket.settle(now + SECOND * 5);
        assert_eq!(bucket.opens_at(now + SECOND * 5, 1), now + SECOND * 6);
    }

    #[test]
    fn a_bucket_with_nonsense_for_a_rate_still_opens() {
        let now = Instant::now();
        for rate in [0.0, -1.0, f64::NAN, 1e-300] {
            let mut bucket = Bucket::new(rate, 0);
            bucket.take(now);
            assert_eq!(bucket.opens_at(now, 5), now + SECOND, "{rate}");
        }
    }

    #[test]
    fn a_window_never_holds_more_than_its_maximum() {
        let now = Instant::now();
        let mut window = Window::new(2, SECOND * 60);
        assert_eq!(window.opens_at(now, 2), now);
        window.take(1, now);
        window.take(2, now + SECOND * 10);
        let later = now + SECOND * 20;
        assert_eq!(window.opens_at(later, 1), now + SECOND * 60);
        assert_eq!(window.opens_at(later, 2), now + SECOND * 70);
        assert_eq!(window.opens_at(now + SECOND * 65, 1), now + SECOND * 65);
        window.take(3, now + SECOND * 65);
        assert_eq!(window.opens_at(now + SECOND * 65, 1), now + SECOND * 70);
        assert_eq!(window.forget_at(), Some(now + SECOND * 125));
    }

    #[test]
    fn other_limits_count_what_was_taken_before_them() {
        let now = Instant::now();
        let mut bucket = Bucket::new(1.0, 3);
        (0..3).for_each(|_| bucket.take(now));
        assert_eq!(bucket.opens_at(now, 1), now + SECOND);
        bucket.keep_to(1.0, 1);
        assert_eq!(bucket.opens_at(now, 1), now + SECOND * 3);
        let mut window = Window::new(1, SECOND * 60);
        window.take(1, now);
        window.keep_to(2);
        assert_eq!(window.opens_at(now, 1), now);
        window.take(2, now + SECOND);
        window.keep_to(1);
        assert_eq!(window.opens_at(now + SECOND, 1), now + SECOND * 61);
    }

    #[test]
    fn a_window_counts_a_settled_call_once() {
        let now = Instant::now();
        let mut window = Window::new(1, SECOND);
        window.take(7, now + SECOND);
        window.settle(7, now + SECOND, now);
        assert_eq!(window.opens_at(now, 1), now + SECOND);
    }
}
