//! What has ended several processes one after the other, and nobody knows what it was.
//!
//! A panic writes down what was worked on. A process that runs out of memory is killed and writes
//! nothing, and so is one that an operator kills: a death says nothing about what was in work. Only
//! where one follows the other is what was in work let in one at a time, so that the next death
//! meets it alone; and only what was alone at several deaths in a row is set aside.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::poison::Work;

/// Deaths in a row after which what was in work is let in one at a time.
pub const DEATHS_MAX: u32 = 3;
/// Deaths in a row at which something was alone, after which it is set aside.
pub const ALONE_MAX: u32 = 3;
/// What has been alone for so long is not what kills.
pub const ALONE_FOR: Duration = Duration::from_secs(10);
/// A process that has lived for so long, with everything let in, ends the row.
pub const HEALTHY_AFTER: Duration = Duration::from_secs(30);

/// The deaths before this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deaths {
    /// How many, one after the other, of which nothing was written down.
    pub in_a_row: u32,
    /// What was alone at some of them, and at how many.
    pub alone: Vec<(Work, u32)>,
}

/// What is to be done before anything is taken up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// To be set aside.
    pub guilty: Vec<Work>,
    /// To be let in one at a time.
    pub suspects: BTreeSet<Work>,
}

/// Judges what is in work.
#[must_use]
pub fn judge(deaths: &Deaths, in_work: &BTreeSet<Work>) -> Judgement {
    let proven = |(work, times): &&(Work, u32)| *times >= ALONE_MAX && in_work.contains(work);
    let guilty: Vec<Work> = deaths
        .alone
        .iter()
        .filter(proven)
        .map(|(work, _)| *work)
        .collect();
    let mut suspects = BTreeSet::new();
    if deaths.in_a_row >= DEATHS_MAX {
        suspects.extend(in_work.iter().filter(|work| !guilty.contains(work)));
    }
    Judgement { guilty, suspects }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{TurnId, UpdateId};

    const A: Work = Work::Turn(TurnId(1));
    const B: Work = Work::Turn(TurnId(2));
    const C: Work = Work::Update(UpdateId(9));

    #[test]
    fn only_what_was_alone_again_and_again_is_set_aside_and_few_deaths_are_nothing() {
        // Deaths in a row, what was alone at how many, in work: set aside, let in one at a time.
        type Row<'a> = (u32, &'a [(Work, u32)], &'a [Work], &'a [Work], &'a [Work]);
        let table: &[Row<'_>] = &[
            (0, &[], &[A, B, C], &[], &[]),
            (2, &[], &[A, B, C], &[], &[]),
            (3, &[], &[], &[], &[]),
            (3, &[], &[A, B, C], &[], &[A, B, C]),
            (5, &[(B, 2)], &[A, B, C], &[], &[A, B, C]),
            (6, &[(B, 3)], &[A, B, C], &[B], &[A, C]),
            (6, &[(C, 3), (A, 1)], &[A, C], &[C], &[A]),
            // It has come to its end all the same.
            (6, &[(B, 3)], &[A], &[], &[A]),
            // A panic has ended the row; what was proven before stays so.
            (0, &[(B, 3)], &[A, B], &[B], &[]),
        ];
        for (in_a_row, alone, in_work, guilty, suspects) in table {
            let deaths = Deaths {
                in_a_row: *in_a_row,
                alone: alone.to_vec(),
            };
            let judged = judge(&deaths, &in_work.iter().copied().collect());
            assert_eq!(judged.guilty, *guilty, "{deaths:?}");
            let suspects: BTreeSet<Work> = suspects.iter().copied().collect();
            assert_eq!(judged.suspects, suspects, "{deaths:?}");
        }
    }
}
