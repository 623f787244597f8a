//! The results as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::bots::{Kind, LIFTED};
use crate::figures::{Figure, Record, Sheet};
use crate::machine::Disk;
use crate::targets::{Results, targets};

/// In which the results were won.
pub struct Run<'a> {
    /// The machine.
    pub machine: &'a str,
    /// Of the disk.
    pub disk: Disk,
    /// Files that may be open.
    pub files: u64,
    /// Rounds.
    pub rounds: usize,
}

/// Everything that goes between the markers of the README.
pub fn page(run: &Run<'_>, records: &BTreeMap<Kind, Record>) -> String {
    let disk = run.disk;
    let mut page = format!(
        "On {}. One fsync of 4 KiB takes {} ms (p50) and {} ms (p99) there. Medians of {} \
         round{}.\n\n",
        run.machine,
        number(disk.p50),
        number(disk.p99),
        run.rounds,
        if run.rounds == 1 { "" } else { "s" },
    );
    page.push_str(
        "<picture>\n  <source media=\"(prefers-color-scheme: dark)\" srcset=\"results-dark.svg\">\n  \
         <img alt=\"The main figures of the four bots as bars\" src=\"results-light.svg\">\n</picture>\n\n",
    );
    page.push_str(&side_by_side(records));
    page.push_str("\n### Targets\n\n");
    page.push_str(&against_targets(&Results { records, disk }));
    page.push_str(&failures(records));
    let _ = write!(
        page,
        "\n### Limits\n\nEach side may open {} files. Switchboard ran with all its defaults but these, \
         and `[ops] listen`:\n\n```toml\n[agents.k8s]\n{}\n```\n",
        number(run.files as f64),
        LIFTED.trim_end()
    );
    page
}

fn side_by_side(records: &BTreeMap<Kind, Record>) -> String {
    let sheets: Vec<(Kind, Sheet)> = records
        .iter()
        .map(|(kind, record)| (*kind, record.medians()))
        .collect();
    let mut table = String::from("| |");
    for (kind, _) in &sheets {
        let _ = write!(table, " {kind} |");
    }
    table.push_str("\n|---|");
    table.push_str(&"---:|".repeat(sheets.len()));
    table.push('\n');
    for figure in Figure::ALL {
        if !sheets.iter().any(|(_, sheet)| sheet.contains_key(&figure)) {
            continue;
        }
        let _ = write!(table, "| {} |", figure.name());
        for (_, sheet) in &sheets {
            let value = sheet
                .get(&figure)
                .map_or_else(|| "–".to_owned(), |value| number(*value));
            let _ = write!(table, " {value} |");
        }
        table.push('\n');
    }
    table.push_str("| lost, doubled, misordered, misplaced |");
    for record in records.values() {
        let faults = record.faults;
        let _ = write!(
            table,
            " {}, {}, {}, {} |",
            faults.lost, faults.doubled, faults.misordered, faults.misplaced
        );
    }
    table.push_str("\n| questions in all |");
    for record in records.values() {
        let _ = write!(table, " {} |", number(record.asked as f64));
    }
    table.push('\n');
    table
}

fn against_targets(results: &Results<'_>) -> String {
    let mut table = String::from("| | target | seen | |\n|---|---|---:|---|\n");
    for target in targets(results) {
        let met = match target.met {
            Some(true) => "met",
            Some(false) => "**not met**",
            None => "not measured",
        };
        let _ = writeln!(
            table,
            "| {} | {} | {} | {met} |",
            target.what, target.wanted, target.seen
        );
    }
    table
}

/// Rounds that did not come to their end, and why.
fn failures(records: &BTreeMap<Kind, Record>) -> String {
    let mut list = String::new();
    for (kind, record) in records {
        for failure in &record.failures {
            let line = failure.lines().next().unwrap_or_default();
            let _ = writeln!(list, "- {kind}, a round was cut short: {line}");
        }
    }
    if list.is_empty() {
        list
    } else {
        format!("\n{list}")
    }
}

/// A number with as many places as it needs, and commas.
pub fn number(value: f64) -> String {
    let text = match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    };
    let whole = text.split('.').next().unwrap_or_default().len();
    let mut grouped = String::new();
    for (at, digit) in text.chars().enumerate() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let seen = [0.0545, 3.0, 4.0, 1.005, 16.25, 246.3, 5317.04, 1_000_000.0].map(number);
        let expected = [
            "0.054",
            "3",
            "4",
            "1.00",
            "16.2",
            "246",
            "5,317",
            "1,000,000",
        ];
        assert_eq!(seen, expected.map(str::to_owned));
    }

    #[test]
    fn the_page_has_a_column_for_each_bot_and_says_what_was_cut_short() {
        let mut record = Record {
            rounds: vec![Sheet::from([(Figure::Rate, 1234.0)])],
            ..Record::default()
        };
        let floor = record.clone();
        record
            .failures
            .push("of 10 questions the agent has 4\nand a trace".to_owned());
        let records = BTreeMap::from([(Kind::Floor, floor), (Kind::Ours, record)]);
        let run = Run {
            machine: "2 cores",
            disk: Disk { p50: 1.0, p99: 2.0 },
            files: 20_000,
            rounds: 1,
        };
        let page = page(&run, &records);
        assert!(
            page.contains("| | the floor | Switchboard |\n|---|---:|---:|\n"),
            "{page}"
        );
        assert!(page.contains("| 1,234 | 1,234 |\n"), "{page}");
        assert!(
            page.contains(
                "- Switchboard, a round was cut short: of 10 questions the agent has 4\n"
            )
        );
        assert!(
            page.contains("| none | 0, 0, 0, 0 of 0 | **not met** |"),
            "{page}"
        );
    }
}
