//! What the product has to reach, by the figures of the same run.

use std::collections::BTreeMap;

use crate::bots::Kind;
use crate::figures::{Figure, Record, Sheet};
use crate::machine::Disk;

/// How much worse a figure may be with a store of a million old rows.
const WORSE_MAX: f64 = 1.10;

/// One target, and what was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// What is looked at.
    pub what: &'static str,
    /// What it should be.
    pub wanted: String,
    /// What it is.
    pub seen: String,
    /// Whether that will do; none if it was not measured.
    pub met: Option<bool>,
}

/// All that is known of a run.
pub struct Results<'a> {
    /// Of each bot.
    pub records: &'a BTreeMap<Kind, Record>,
    /// Of the disk that the stores are on.
    pub disk: Disk,
}

/// The medians of each bot, to be asked for.
struct Medians(BTreeMap<Kind, Sheet>);

impl Medians {
    fn get(&self, kind: Kind, figure: Figure) -> Option<f64> {
        self.0.get(&kind)?.get(&figure).copied()
    }

    fn ours(&self, figure: Figure) -> Option<f64> {
        self.get(Kind::Ours, figure)
    }

    /// How many times the product's figure is another bot's.
    fn times(&self, figure: Figure, other: Kind) -> Option<f64> {
        Some(self.ours(figure)? / self.get(other, figure)?)
    }
}

/// Every target with what was seen.
pub fn targets(results: &Results<'_>) -> Vec<Target> {
    let medians = results.records.iter();
    let medians = Medians(
        medians
            .map(|(kind, record)| (*kind, record.medians()))
            .collect(),
    );
    let mut all = cpu(&medians);
    all.extend(rate(&medians));
    all.extend(latency(&medians, results.disk));
    all.extend(memory(&medians));
    all.extend(start(&medians));
    all.push(old_rows(&medians));
    if let Some(ours) = results.records.get(&Kind::Ours) {
        all.push(right(ours));
        // It did not get that far.
        if !ours.failures.is_empty() {
            for target in &mut all {
                target.met = target.met.or(Some(false));
            }
        }
    }
    all
}

fn cpu(medians: &Medians) -> Vec<Target> {
    let what = "processor time per message at saturation";
    let times = |other| medians.times(Figure::Cpu, other);
    let less = |other| times(other).map(|times| 1.0 / times);
    vec![
        at_most(what, "4 × the floor", times(Kind::Floor), 4.0, "×"),
        at_least(
            what,
            "6 × less than grammY",
            less(Kind::Node),
            6.0,
            "× less",
        ),
        at_least(
            what,
            "60 × less than the Python bot",
            less(Kind::Python),
            60.0,
            "× less",
        ),
    ]
}

fn rate(medians: &Medians) -> Vec<Target> {
    let what = "answered per second at saturation";
    let times = |other| medians.times(Figure::Rate, other);
    vec![
        at_least(what, "1,500", medians.ours(Figure::Rate), 1500.0, ""),
        at_least(what, "2 × grammY", times(Kind::Node), 2.0, "×"),
        at_least(what, "40 × the Python bot", times(Kind::Python), 40.0, "×"),
    ]
}

fn latency(medians: &Medians, disk: Disk) -> Vec<Target> {
    let (p50, p99) = (3.0 + disk.p50, 10.0 + disk.p99);
    let (what50, what99) = ("added latency at 20 a second, p50", "the same, p99");
    let below = |figure| medians.times(figure, Kind::Node);
    let wanted50 = format!("3 ms and one fsync (p50): {p50:.1} ms");
    let wanted99 = format!("10 ms and one fsync (p99): {p99:.1} ms");
    vec![
        at_most(
            what50,
            &wanted50,
            medians.ours(Figure::SteadyP50),
            p50,
            "ms",
        ),
        at_most(what50, "grammY's", below(Figure::SteadyP50), 1.0, "×"),
        at_most(
            what99,
            &wanted99,
            medians.ours(Figure::SteadyP99),
            p99,
            "ms",
        ),
        at_most(what99, "grammY's", below(Figure::SteadyP99), 1.0, "×"),
    ]
}

fn memory(medians: &Medians) -> Vec<Target> {
    let held = medians.times(Figure::Held10k, Kind::Floor);
    vec![
        at_most(
            "200 at once, the agent takes 1 s",
            "1,300 ms",
            medians.ours(Figure::Crowd),
            1300.0,
            "ms",
        ),
        at_most(
            "memory with 10,000 turns in flight, all answered",
            "1.25 × the floor",
            held,
            1.25,
            "×",
        ),
        at_most(
            "memory, idle",
            "15 MiB",
            medians.ours(Figure::Idle),
            15.0,
            "MiB",
        ),
    ]
}

fn start(medians: &Medians) -> Vec<Target> {
    let what = "start to first poll";
    let old = "the same, 100,000 old updates and turns";
    vec![
        at_most(what, "60 ms", medians.ours(Figure::Start), 60.0, "ms"),
        at_most(old, "60 ms", medians.ours(Figure::StartOld), 60.0, "ms"),
    ]
}

/// The figure that is worst with a full store, against a new one.
fn old_rows(medians: &Medians) -> Target {
    let compare = |(figure, fuller): (&Figure, &f64)| {
        let new = medians.ours(*figure)?;
        let times = if *figure == Figure::Rate {
            new / fuller
        } else {
            fuller / new
        };
        Some((times, *figure))
    };
    let full = medians.0.get(&Kind::OursFull);
    let shared = full
        .into_iter()
        .flatten()
        .filter(|(figure, _)| figure.is_target());
    let worst = shared
        .filter_map(compare)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Target {
        what: "1,000,000 old updates and turns",
        wanted: "no figure worse by more than 10 %".to_owned(),
        seen: worst.map_or_else(String::new, |(times, figure)| {
            format!("worst: {} × {times:.2}", figure.name())
        }),
        met: worst.map(|(times, _)| times <= WORSE_MAX),
    }
}

fn right(record: &Record) -> Target {
    let faults = record.faults;
    let none = faults == crate::ledger::Faults::default() && record.failures.is_empty();
    Target {
        what: "lost, doubled, misordered, in the wrong context",
        wanted: "none".to_owned(),
        seen: format!(
            "{}, {}, {}, {} of {}",
            faults.lost, faults.doubled, faults.misordered, faults.misplaced, record.asked
        ),
        met: Some(none),
    }
}

fn at_most(what: &'static str, wanted: &str, seen: Option<f64>, most: f64, unit: &str) -> Target {
    target(what, format!("at most {wanted}"), seen, unit, |seen| {
        seen <= most
    })
}

fn at_least(what: &'static str, wanted: &str, seen: Option<f64>, least: f64, unit: &str) -> Target {
    target(what, format!("at least {wanted}"), seen, unit, |seen| {
        seen >= least
    })
}

fn target(
    what: &'static str,
    wanted: String,
    seen: Option<f64>,
    unit: &str,
    good: impl Fn(f64) -> bool,
) -> Target {
    Target {
        what,
        wanted,
        seen: seen.map_or_else(String::new, |seen| {
            format!("{} {unit}", crate::table::number(seen))
                .trim_end()
                .to_owned()
        }),
        met: seen.map(good),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(sheets: &[(Kind, &[(Figure, f64)])]) -> Vec<Target> {
        let records = sheets.iter().map(|(kind, sheet)| {
            let rounds = vec![sheet.iter().copied().collect()];
            let record = Record {
                rounds,
                ..Record::default()
            };
            (*kind, record)
        });
        let disk = Disk {
            p50: 4.0,
            p99: 12.0,
        };
        targets(&Results {
            records: &records.collect(),
            disk,
        })
    }

    fn met(targets: &[Target], wanted: &str) -> Option<bool> {
        let found = targets.iter().find(|target| target.wanted.contains(wanted));
        found.expect("a target").met
    }

    #[test]
    fn a_target_is_met_from_its_bound_on() {
        let all = seen(&[
            (
                Kind::Floor,
                &[(Figure::Cpu, 0.05), (Figure::Held10k, 240.0)],
            ),
            (
                Kind::Ours,
                &[
                    (Figure::Cpu, 0.2),
                    (Figure::Held10k, 301.0),
                    (Figure::Rate, 1500.0),
                ],
            ),
            (Kind::Node, &[(Figure::Cpu, 1.21), (Figure::Rate, 751.0)]),
        ]);
        assert_eq!(met(&all, "4 × the floor"), Some(true));
        assert_eq!(met(&all, "6 × less than grammY"), Some(true));
        assert_eq!(met(&all, "at least 1,500"), Some(true));
        assert_eq!(met(&all, "2 × grammY"), Some(false));
        assert_eq!(met(&all, "1.25 × the floor"), Some(false));
        assert_eq!(met(&all, "Python bot"), None);
    }

    #[test]
    fn an_fsync_of_the_disk_is_granted() {
        let all = seen(&[(
            Kind::Ours,
            &[(Figure::SteadyP50, 7.0), (Figure::SteadyP99, 22.1)],
        )]);
        assert_eq!(met(&all, "3 ms and one fsync (p50): 7.0 ms"), Some(true));
        assert_eq!(met(&all, "10 ms and one fsync (p99): 22.0 ms"), Some(false));
    }

    #[test]
    fn the_worst_figure_of_a_full_store_counts() {
        let new: &[(Figure, f64)] = &[
            (Figure::Rate, 1000.0),
            (Figure::Idle, 10.0),
            (Figure::Calls, 1.0),
        ];
        let full = |rate, idle| {
            let full = [
                (Figure::Rate, rate),
                (Figure::Idle, idle),
                (Figure::Calls, 9.0),
            ];
            seen(&[(Kind::Ours, new), (Kind::OursFull, &full)])
        };
        assert_eq!(met(&full(950.0, 10.5), "worse"), Some(true));
        assert_eq!(met(&full(950.0, 11.5), "worse"), Some(false));
        assert_eq!(met(&full(900.0, 10.0), "worse"), Some(false));
    }

    #[test]
    fn a_single_lost_question_is_a_fault() {
        let mut record = Record::default();
        assert_eq!(right(&record).met, Some(true));
        record.faults.lost = 1;
        assert_eq!(right(&record).met, Some(false));
    }
}
