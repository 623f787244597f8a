//! One chat: what waits there, and when its own limits let the first of it go.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::agenda::Slot;
use super::{Class, Cost, PaceLimits};
use crate::ids::ChatId;
use crate::rules::bucket::{Bucket, Window};

/// Something that must arrive.
pub(super) struct Waiting<T> {
    pub(super) class: Class,
    pub(super) cost: Cost,
    pub(super) item: T,
    pub(super) not_before: Instant,
    pub(super) arrival: u64,
}

/// Something that may be left out.
pub(super) struct Preview<T, K> {
    pub(super) key: K,
    pub(super) item: T,
    pub(super) arrival: u64,
}

/// A call in flight.
pub(super) struct Flight {
    pub(super) id: u64,
    pub(super) sent: Instant,
    /// Whether it took from the budgets.
    pub(super) costs: bool,
}

/// One chat.
pub(super) struct Lane<T, K> {
    /// In the order of pushing, never another.
    pub(super) waiting: VecDeque<Waiting<T>>,
    /// One for each key, in the order in which the keys came.
    pub(super) previews: VecDeque<Preview<T, K>>,
    pub(super) flight: Option<Flight>,
    pub(super) penalty_until: Option<Instant>,
    pub(super) preview_from: Option<Instant>,
    pub(super) typing_from: Option<Instant>,
    pub(super) slot: Slot,
    bucket: Bucket,
    /// Only groups have one.
    window: Option<Window>,
    /// What a preview leaves in bucket and window.
    reserve: u32,
}

impl<T, K: PartialEq> Lane<T, K> {
    pub(super) fn new(chat: ChatId, limits: &PaceLimits) -> Self {
        let minute = Duration::from_mins(1);
        let group = chat.is_group();
        Self {
            waiting: VecDeque::new(),
            previews: VecDeque::new(),
            flight: None,
            penalty_until: None,
            preview_from: None,
            typing_from: None,
            slot: None,
            bucket: Bucket::new(limits.chat_per_second, limits.chat_burst),
            window: group.then(|| Window::new(limits.group_per_minute, minute)),
            reserve: limits.group_reserve,
        }
    }

    /// Other limits, from now on.
    pub(super) fn keep_to(&mut self, limits: &PaceLimits) {
        self.bucket
            .keep_to(limits.chat_per_second, limits.chat_burst);
        if let Some(window) = &mut self.window {
            window.keep_to(limits.group_per_minute);
        }
        self.reserve = limits.group_reserve;
    }

    /// When the first thing that waits may go as far as this chat is concerned, not before
    /// `from`, and when that thing came; `None` if nothing waits.
    pub(super) fn opens_at(&self, from: Instant) -> Option<(Instant, u64)> {
        let from = self.penalty_until.map_or(from, |until| until.max(from));
        if let Some(head) = self.waiting.front() {
            let from = head.not_before.max(from);
            let opens = match head.cost {
                Cost::Delete => from,
                Cost::Send | Cost::Edit => self.budget_opens_at(from, 1, 1),
            };
            return Some((opens, head.arrival));
        }
        let head = self.previews.front()?;
        let from = self.preview_from.map_or(from, |at| at.max(from));
        Some((
            self.budget_opens_at(from, 2, 1 + self.reserve),
            head.arrival,
        ))
    }

    /// When nothing about this chat matters any more, if nothing waits there.
    pub(super) fn forget_at(&self) -> Option<Instant> {
        let window = self.window.as_ref().and_then(Window::forget_at);
        [
            self.bucket.forget_at(),
            window,
            self.penalty_until,
            self.preview_from,
            self.typing_from,
        ]
        .into_iter()
        .flatten()
        .max()
    }

    /// Whether a call may go now that waits behind nothing.
    pub(super) fn is_open(&self, costs: bool, now: Instant) -> bool {
        self.flight.is_none()
            && self.waiting.is_empty()
            && self.penalty_until.is_none_or(|until| until <= now)
            && (!costs || self.budget_opens_at(now, 1, 1) <= now)
    }

    /// Whether typing may be shown now.
    pub(super) fn may_type(&self, now: Instant) -> bool {
        let passed = |at: Option<Instant>| at.is_none_or(|at| at <= now);
        self.flight.is_none()
            && self.waiting.is_empty()
            && passed(self.penalty_until)
            && passed(self.typing_from)
    }

    /// A call begins.
    pub(super) fn depart(&mut self, id: u64, costs: bool, now: Instant) {
        if costs {
            self.bucket.take(now);
            if let Some(window) = &mut self.window {
                window.take(id, now);
            }
        }
        self.flight = Some(Flight {
            id,
            sent: now,
            costs,
        });
    }

    /// The call has ended: Telegram may have counted it as late as now.
    pub(super) fn land(&mut self, now: Instant) -> Option<Flight> {
        let flight = self.flight.take()?;
        if flight.costs {
            self.bucket.settle(now);
            if let Some(window) = &mut self.window {
                window.settle(flight.id, flight.sent, now);
            }
        }
        Some(flight)
    }

    fn budget_opens_at(&self, from: Instant, tokens: u32, places: u32) -> Instant {
        let opens = self.bucket.opens_at(from, tokens);
        let window = self.window.as_ref();
        window.map_or(opens, |window| window.opens_at(from, places).max(opens))
    }
}
