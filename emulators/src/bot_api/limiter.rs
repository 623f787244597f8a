//! Flood limits: token buckets per chat, per group and overall, and the penalties that follow.
//! Pure: the caller says what time it is.

use std::collections::HashMap;

use tokio::time::{Duration, Instant};

use super::message::ChatId;
use super::refusal::Refused;
use super::settings::{Limits, Rate};

#[derive(Debug)]
struct Bucket {
    rate: Rate,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn new(rate: Rate, now: Instant) -> Self {
        Self {
            rate,
            tokens: rate.burst,
            filled: now,
        }
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.rate.per_second).min(self.rate.burst);
        self.filled = now;
    }

    /// Whole seconds until a call fits; 0 if it fits now.
    fn wait_secs(&self) -> u64 {
        if self.tokens >= 1.0 {
            return 0;
        }
        let wait = Duration::try_from_secs_f64((1.0 - self.tokens) / self.rate.per_second);
        whole_secs(wait.unwrap_or(Duration::from_hours(1)))
    }
}

/// Calls in flight in other chats while a 429 for all of them goes out are nobody's fault.
const CROSSING: Duration = Duration::from_millis(250);

/// Where a bucket or a penalty holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Scope {
    All,
    Chat(ChatId),
    Group(ChatId),
}

/// A time in which nothing is accepted.
#[derive(Clone, Copy, Debug)]
struct Penalty {
    until: Instant,
    /// When the client was first told.
    told: Option<Instant>,
}

/// All buckets and penalties.
#[derive(Debug)]
pub(super) struct Limiter {
    limits: Limits,
    buckets: HashMap<Scope, Bucket>,
    penalties: HashMap<Scope, Penalty>,
}

impl Limiter {
    /// Full buckets, no penalties.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buckets: HashMap::new(),
            penalties: HashMap::new(),
        }
    }

    /// Changes the limits; every bucket starts full again, penalties stay.
    pub fn set(&mut self, limits: Limits) {
        self.limits = limits;
        self.buckets.clear();
    }

    /// Takes one token from each bucket that the chat is under, or says how long to wait.
    ///
    /// A call inside a penalty neither extends it nor costs a token.
    pub fn take(&mut self, chat: ChatId, now: Instant) -> Result<(), Refused> {
        self.penalty(chat, now)?;
        let mut scopes = vec![(Scope::Chat(chat), self.limits.chat)];
        if chat < 0 {
            scopes.push((Scope::Group(chat), self.limits.group));
        }
        scopes.push((Scope::All, self.limits.global));
        let scopes: Vec<_> = scopes
            .into_iter()
            .filter_map(|(scope, rate)| Some((scope, rate?)))
            .collect();
        for (scope, rate) in &scopes {
            let bucket = self.buckets.entry(*scope);
            let bucket = bucket.or_insert_with(|| Bucket::new(*rate, now));
            bucket.refill(now);
            let wait = bucket.wait_secs();
            if wait > 0 {
                let chat = (*scope != Scope::All).then_some(chat);
                self.penalize(chat, wait, true, now);
                return Err(Refused::too_many(wait, false));
            }
        }
        for (scope, _) in &scopes {
            if let Some(bucket) = self.buckets.get_mut(scope) {
                bucket.tokens -= 1.0;
            }
        }
        Ok(())
    }

    /// Refuses if the chat, or the whole bot, must wait and the time is not over. It is the
    /// client's fault if it had been told, and the call did not cross the telling on the wire.
    fn penalty(&mut self, chat: ChatId, now: Instant) -> Result<(), Refused> {
        for scope in [Scope::All, Scope::Chat(chat)] {
            let Some(penalty) = self.penalties.get_mut(&scope) else {
                continue;
            };
            if penalty.until <= now {
                self.penalties.remove(&scope);
                continue;
            }
            let crossing = if scope == Scope::All {
                CROSSING
            } else {
                Duration::ZERO
            };
            let told = *penalty.told.get_or_insert(now);
            let known = told < now && now.saturating_duration_since(told) >= crossing;
            return Err(Refused::too_many(whole_secs(penalty.until - now), known));
        }
        Ok(())
    }

    /// Makes a chat, or with `None` the whole bot, wait; `told` if a 429 goes out with it.
    pub fn penalize(&mut self, chat: Option<ChatId>, secs: u64, told: bool, now: Instant) {
        let scope = chat.map_or(Scope::All, Scope::Chat);
        let until = now + Duration::from_secs(secs);
        let told = told.then_some(now);
        self.penalties.insert(scope, Penalty { until, told });
    }
}

/// A wait as `retry_after` tells it: rounded up, at least 1.
fn whole_secs(wait: Duration) -> u64 {
    let up = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    up.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_burst_passes_and_the_next_call_waits() {
        let now = Instant::now();
        let mut limiter = Limiter::new(Limits {
            chat: Some(Rate::new(3.0, 0.5)),
            ..Limits::none()
        });
        for _ in 0..3 {
            assert!(limiter.take(7, now).is_ok());
        }
        let refused = limiter.take(7, now).unwrap_err();
        assert_eq!((refused.retry_after, refused.avoidable), (Some(2), false));
        assert!(limiter.take(8, now).is_ok(), "another chat is free");
    }

    #[test]
    fn a_call_inside_a_penalty_is_a_violation_and_extends_nothing() {
        let now = Instant::now();
        let mut limiter = Limiter::new(Limits::none());
        limiter.penalize(Some(7), 10, true, now);
        let refused = limiter.take(7, now + secs(4)).unwrap_err();
        assert_eq!((refused.retry_after, refused.avoidable), (Some(6), true));
        assert!(limiter.take(7, now + secs(10)).is_ok());
    }

    #[test]
    fn a_penalty_that_nobody_was_told_of_is_told_first() {
        let now = Instant::now();
        let mut limiter = Limiter::new(Limits::none());
        limiter.penalize(None, 10, false, now);
        assert!(!limiter.take(7, now + secs(1)).unwrap_err().avoidable);
        assert!(
            !limiter.take(8, now + secs(1)).unwrap_err().avoidable,
            "crossed"
        );
        assert!(limiter.take(8, now + secs(2)).unwrap_err().avoidable);
    }

    #[test]
    fn groups_have_twenty_a_minute() {
        let start = Instant::now();
        let mut limiter = Limiter::new(Limits::default());
        for n in 0..20 {
            assert!(limiter.take(-5, start + secs(n)).is_ok(), "{n}");
        }
        let mut refused = 0;
        for n in 20..30 {
            refused += u32::from(limiter.take(-5, start + secs(n)).is_err());
        }
        assert!(refused > 0, "the minute's twenty are used up");
    }

    #[test]
    fn the_overall_limit_holds_for_all_chats() {
        let now = Instant::now();
        let mut limiter = Limiter::new(Limits::default());
        let taken = (1..=40).filter(|chat| limiter.take(*chat, now).is_ok());
        assert_eq!(taken.count(), 30);
    }
}
