//! What is measured of a bot, and the medians of several rounds.

use std::collections::BTreeMap;

use crate::ledger::Faults;

/// One thing that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Answers a second at saturation.
    Rate,
    /// Processor time of a message at saturation, user and system, in ms.
    Cpu,
    /// The same under a steady load.
    CpuSteady,
    /// Added latency under a steady load, in ms: the median.
    SteadyP50,
    /// The 99th percentile.
    SteadyP99,
    /// Added latency at saturation, in ms: the median.
    FullP50,
    /// The 99th percentile.
    FullP99,
    /// Calls to Telegram for a message, polls left out, under a steady load.
    Calls,
    /// Writes to the store of a message, under a steady load.
    Writes,
    /// The same at saturation.
    WritesFull,
    /// fsyncs of a message, under a steady load.
    Fsyncs,
    /// The same at saturation.
    FsyncsFull,
    /// Resident memory with nothing to do, in MiB.
    Idle,
    /// With 1,000 turns in flight.
    Held1k,
    /// With 10,000 turns in flight.
    Held10k,
    /// From the start of the process to its first poll, in ms.
    Start,
    /// The same with a store of 100,000 old updates and turns.
    StartOld,
    /// From 200 questions at once, to an agent that takes 1 s, to the last answer, in ms.
    Crowd,
}

impl Figure {
    /// In the order of the table.
    pub const ALL: [Self; 18] = [
        Self::Rate,
        Self::Cpu,
        Self::CpuSteady,
        Self::SteadyP50,
        Self::SteadyP99,
        Self::FullP50,
        Self::FullP99,
        Self::Crowd,
        Self::Calls,
        Self::Writes,
        Self::WritesFull,
        Self::Fsyncs,
        Self::FsyncsFull,
        Self::Idle,
        Self::Held1k,
        Self::Held10k,
        Self::Start,
        Self::StartOld,
    ];

    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rate => "answered per second at saturation",
            Self::Cpu => "processor time per message at saturation, ms",
            Self::CpuSteady => "processor time per message at 20 a second, ms",
            Self::SteadyP50 => "added latency at 20 a second, p50, ms",
            Self::SteadyP99 => "added latency at 20 a second, p99, ms",
            Self::FullP50 => "added latency at saturation, p50, ms",
            Self::FullP99 => "added latency at saturation, p99, ms",
            Self::Calls => "calls to Telegram per message",
            Self::Writes => "commits per message at 20 a second",
            Self::WritesFull => "commits per message at saturation, grouped below",
            Self::Fsyncs => "fsyncs per message at 20 a second",
            Self::FsyncsFull => "fsyncs per message at saturation",
            Self::Idle => "resident memory, idle, MiB",
            Self::Held1k => "resident memory, 1,000 turns in flight, MiB",
            Self::Held10k => "resident memory, 10,000 turns in flight, MiB",
            Self::Start => "start to first poll, ms",
            Self::StartOld => "start to first poll, 100,000 old updates and turns, ms",
            Self::Crowd => "200 at once, the agent takes 1 s: all answered after, ms",
        }
    }

    /// Whether a target is about it.
    pub fn is_target(self) -> bool {
        matches!(
            self,
            Self::Rate
                | Self::Cpu
                | Self::SteadyP50
                | Self::SteadyP99
                | Self::Crowd
                | Self::Held10k
                | Self::Idle
                | Self::Start
        )
    }
}

/// The figures of one bot, of one round or the medians of several.
pub type Sheet = BTreeMap<Figure, f64>;

/// All that is known of one bot.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// What was measured, round by round.
    pub rounds: Vec<Sheet>,
    /// What it got wrong in all rounds together.
    pub faults: Faults,
    /// Questions of all rounds together.
    pub asked: usize,
    /// Why a round was not played to its end.
    pub failures: Vec<String>,
}

impl Record {
    /// The medians; a figure that no round has is not there.
    pub fn medians(&self) -> Sheet {
        let mut all: BTreeMap<Figure, Vec<f64>> = BTreeMap::new();
        for (figure, value) in self.rounds.iter().flatten() {
            all.entry(*figure).or_default().push(*value);
        }
        all.into_iter()
            .map(|(figure, values)| (figure, percentile(values, 0.5)))
            .collect()
    }
}

/// The value that `part` of all are not above; 0 of none.
pub fn percentile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * part).ceil() as usize;
    values.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "a percentile is one of the values, untouched"
)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(percentile(values.clone(), 0.5), 100.0);
        assert_eq!(percentile(values, 0.99), 198.0);
        assert_eq!(percentile(vec![3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(percentile(Vec::new(), 0.5), 0.0);
    }

    #[test]
    fn the_medians_are_of_the_rounds_that_have_the_figure() {
        let rounds = [Some(1.0), None, Some(5.0), Some(3.0)];
        let rounds = rounds.map(|rate| rate.map(|rate| (Figure::Rate, rate)).into_iter().collect());
        let record = Record {
            rounds: rounds.to_vec(),
            ..Record::default()
        };
        assert_eq!(record.medians(), Sheet::from([(Figure::Rate, 3.0)]));
    }
}
