//! What the pace is told: its limits, as the settings in force say, and what each post is.

use std::rc::Rc;

use tokio::time::Instant;

use super::Sender;
use crate::config::Config;
use crate::model::Kind;
use crate::rules::pace::{Class, Cost, PaceLimits};

/// What the settings say about the pace.
pub(super) fn of(config: &Config) -> PaceLimits {
    let (limits, chat) = (&config.limits, &config.chat);
    PaceLimits {
        chat_per_second: limits.chat_per_second,
        chat_burst: limits.chat_burst,
        group_per_minute: limits.group_per_minute,
        global_per_second: limits.global_per_second,
        in_flight_max: limits.in_flight_max,
        chat_waiting_max: limits.chat_waiting_max,
        preview_every_private: chat.preview_every_private,
        preview_every_group: chat.preview_every_group,
        ..PaceLimits::default()
    }
}

/// What kind of thing a post is to the pace.
pub(super) fn class_of(kind: Kind) -> Class {
    match kind {
        Kind::Reply | Kind::Final | Kind::FinalEdit | Kind::Edit => Class::Reply,
        Kind::Placeholder | Kind::Notice | Kind::Delete | Kind::Leave => Class::Notice,
    }
}

/// What its call takes from the budgets.
pub(super) fn cost_of(kind: Kind) -> Cost {
    match kind {
        Kind::Edit | Kind::FinalEdit => Cost::Edit,
        Kind::Delete | Kind::Leave => Cost::Delete,
        Kind::Placeholder | Kind::Reply | Kind::Notice | Kind::Final => Cost::Send,
    }
}

impl Sender {
    /// Takes over the limits of other settings, should others be in force.
    pub(super) fn keeps_to_the_settings(&mut self) {
        let config = self.commons.config();
        if !Rc::ptr_eq(&config, &self.paced_by) {
            self.pace.keep_to(of(&config), Instant::now());
            self.paced_by = config;
        }
    }
}
