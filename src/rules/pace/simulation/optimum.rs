//! The optimum, computed after the fact and without the schedule: for each row of a chat the
//! earliest moment at which anybody could have sent it, who knew how long each call takes and
//! sent nothing but what must arrive.
//!
//! Other chats are left out of it, so it is at least as early as any schedule for all of them
//! can be. Within a chat the order is given, one call is in flight, and sending a row later than
//! possible helps no later one: so row by row, each as early as the limits allow, is best.

use std::time::Duration;

use super::telegram::Chat;

/// Something that must arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// Its number in its chat.
    pub(super) number: u32,
    /// When it was there to be sent.
    pub(super) pushed: Duration,
    /// Whether it is a part of an answer.
    pub(super) is_final: bool,
    /// Whether the limits count it.
    pub(super) costs: bool,
    /// How long its call takes to Telegram, and its answer back.
    pub(super) ways: (Duration, Duration),
}

/// When each of the rows of a chat, in their order, could have been sent at best.
pub(super) fn departures(rows: &[Row], group: bool) -> Vec<Duration> {
    let mut telegram = Chat::default();
    let mut free = Duration::ZERO;
    let departed = |row: &Row| {
        let mut at = free.max(row.pushed);
        if row.costs {
            while !telegram.would_take(group, at + row.ways.0) {
                at += Duration::from_millis(1);
            }
            telegram.takes(at + row.ways.0);
        }
        free = at + row.ways.0 + row.ways.1;
        at
    };
    rows.iter().map(departed).collect()
}

#[test]
fn the_optimum_is_what_a_person_works_out() {
    let ms = Duration::from_millis;
    let row = |number, pushed| Row {
        number,
        pushed: ms(pushed),
        is_final: true,
        costs: true,
        ways: (ms(100), ms(100)),
    };
    let mut rows: Vec<Row> = (0..5).map(|number| row(number, 1_000)).collect();
    rows[4].costs = false;
    // Three at once, one after the other; the fourth a second after the first; the deletion of
    // the placeholder as soon as its answer is there.
    let expected = [1_000, 1_200, 1_400, 2_000, 2_200].map(ms);
    assert_eq!(departures(&rows, false), expected);
    let many: Vec<Row> = (0..21).map(|number| row(number, 0)).collect();
    assert_eq!(departures(&many, true)[20], ms(60_000));
    assert_eq!(departures(&many, false)[20], ms(18_000));
}
