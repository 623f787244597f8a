//! The chart's alerts and dashboard ask for what is exported, and what they say is written down.

use std::collections::BTreeSet;

use crate::ops::metrics::{Family, families};

const ALERTS: &str = include_str!("../../../deploy/chart/files/alerts.yaml");
const DASHBOARD: &str = include_str!("../../../deploy/chart/files/dashboard.json");
const METRICS: &str = include_str!("../../../docs/metrics.md");
const OPERATE: &str = include_str!("../../../docs/operate.md");

/// Labels that Prometheus adds, and OWN, which the chart replaces by some of them.
const ADDED: [&str; 5] = ["job", "namespace", "pod", "le", "OWN"];

/// The family that a name in an expression belongs to.
fn family(name: &str) -> Option<&'static Family> {
    let own = |name: &str| families().find(|family| family.name == name);
    let parts = ["_bucket", "_sum", "_count"].into_iter();
    let mut whole = parts.filter_map(|part| name.strip_suffix(part));
    own(name).or_else(|| whole.find_map(own).filter(|of| of.kind == "histogram"))
}

/// Each metric that is asked for, with what stands in its braces.
fn asked(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\\\"", "\"");
    let begins = text.match_indices("switchboard_");
    let asked = begins.map(|(at, _)| {
        let rest = &text[at..];
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let inside = rest
            .strip_prefix('{')
            .and_then(|rest| rest.split('}').next());
        (name.to_owned(), inside.unwrap_or_default().to_owned())
    });
    asked.collect()
}

#[test]
fn alerts_and_dashboard_ask_for_what_is_exported() {
    for (what, text) in [("alerts", ALERTS), ("dashboard", DASHBOARD)] {
        let asked = asked(text);
        assert!(asked.len() > 10, "{what}: only {asked:?}");
        for (name, inside) in asked {
            let family = family(&name);
            let family = family.unwrap_or_else(|| panic!("{what}: {name} is not exported"));
            for matcher in inside.split(',').filter(|matcher| !matcher.is_empty()) {
                let (label, value) = matcher.split_once(['=', '!']).unwrap_or((matcher, "\"\""));
                let known = family.labels.contains(&label) || ADDED.contains(&label);
                assert!(known, "{what}: {name} has no label {label}");
                if ADDED.contains(&label) {
                    continue;
                }
                let values = value.trim_start_matches(['=', '~']).trim_matches('"');
                for value in values.split('|') {
                    let written = METRICS.contains(&format!("`{value}`"));
                    assert!(written, "{what}: {name} with {label} {value}");
                }
            }
        }
    }
}

#[test]
fn what_alerts_and_dashboard_group_by_and_show_are_labels() {
    let known: BTreeSet<&str> = families()
        .flat_map(|family| family.labels)
        .copied()
        .collect();
    let all = format!("{ALERTS}{DASHBOARD}");
    let mut seen = 0;
    for (before, after) in [("by (", ")"), ("{{", "}}"), ("$labels.", " ")] {
        for rest in all.split(before).skip(1) {
            let names = rest.split(after).next().unwrap_or_default();
            // A value as Prometheus writes it.
            let names = names.split(", ").filter(|name| !name.contains('$'));
            for name in names {
                assert!(known.contains(name) || name == "le", "{name:?} is no label");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn each_alert_has_a_section_that_says_what_to_do() {
    let alerts: Vec<&str> = ALERTS
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    let sections: Vec<&str> = OPERATE
        .lines()
        .filter_map(|line| line.strip_prefix("### Switchboard"))
        .collect();
    assert!(alerts.len() > 10);
    let named: Vec<String> = sections
        .iter()
        .map(|name| format!("Switchboard{name}"))
        .collect();
    assert_eq!(named, alerts);
    for alert in alerts {
        let anchor = format!("operate.md#{}\n", alert.to_lowercase());
        assert!(ALERTS.contains(&anchor), "{alert} has no address");
    }
}
