//! Messages that Telegram brings late: who wrote them may not want them any more.

use std::time::Duration;

use crate::ids::Timestamp;

/// How old a message was when it was taken in, if that is longer than `after`. `date` is
/// Telegram's, in seconds (Bot API: `Message.date`). How long it has waited here since does
/// not count, nor does a clock that is behind Telegram's.
#[must_use]
pub fn late(date: i64, received: Timestamp, after: Duration) -> Option<Duration> {
    let written = Timestamp(date.saturating_mul(1_000));
    let late = received.since(written);
    (late > after).then_some(late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_late_once_it_is_older_than_the_limit_when_it_comes() {
        let minutes = Duration::from_mins;
        let table = [
            (0, None),
            (15 * 60_000, None),
            (
                15 * 60_000 + 1,
                Some(Duration::from_millis(15 * 60_000 + 1)),
            ),
            (24 * 60 * 60_000, Some(minutes(24 * 60))),
            // A clock that is behind.
            (-60_000, None),
        ];
        for (age, expected) in table {
            let received = Timestamp(1_700_000_000_000 + age);
            assert_eq!(
                late(1_700_000_000, received, minutes(15)),
                expected,
                "{age}"
            );
        }
        assert_eq!(late(i64::MAX, Timestamp(0), minutes(15)), None);
    }
}
