//! The main figures as a picture: bars, on a logarithmic scale where they are far apart.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::bots::Kind;
use crate::figures::{Figure, Record, Sheet};
use crate::table::number;

/// For a light or a dark page.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Of text.
    ink: &'static str,
    /// Of what is less important.
    pale: &'static str,
    /// Of the product's bars.
    own: &'static str,
    /// Of the others.
    other: &'static str,
}

/// On white.
pub const LIGHT: Palette = Palette {
    ink: "#1f2328",
    pale: "#656d76",
    own: "#0969da",
    other: "#afb8c1",
};
/// On black.
pub const DARK: Palette = Palette {
    ink: "#e6edf3",
    pale: "#8d96a0",
    own: "#4493f8",
    other: "#484f58",
};

/// What is shown, and its title.
const PANELS: [(Figure, &str, &str); 6] = [
    (
        Figure::Rate,
        "Answered per second at saturation",
        "more is better",
    ),
    (
        Figure::Cpu,
        "Processor time per message, ms",
        "less is better",
    ),
    (
        Figure::SteadyP50,
        "Added latency at 20 a second, p50, ms",
        "less is better",
    ),
    (Figure::Idle, "Resident memory, idle, MiB", "less is better"),
    (
        Figure::Held10k,
        "With 10,000 turns in flight, MiB",
        "less is better",
    ),
    (Figure::Start, "Start to first poll, ms", "less is better"),
];
const BOTS: [Kind; 4] = [Kind::Floor, Kind::Ours, Kind::Node, Kind::Python];

const PANEL_WIDTH: f64 = 410.0;
const PANEL_HEIGHT: f64 = 150.0;
const LABEL_WIDTH: f64 = 98.0;
const BAR_MAX: f64 = 210.0;
/// From here on the scale is logarithmic.
const APART: f64 = 10.0;
/// The shortest bar, so that the smallest value is seen.
const BAR_MIN: f64 = 12.0;
const LINE: f64 = 24.0;

/// The picture as SVG.
pub fn svg(records: &BTreeMap<Kind, Record>, palette: Palette) -> String {
    let sheets: Vec<(Kind, Sheet)> = BOTS
        .into_iter()
        .filter_map(|kind| Some((kind, records.get(&kind)?.medians())))
        .collect();
    let (width, height) = (PANEL_WIDTH * 2.0, PANEL_HEIGHT * 3.0 + 24.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n"
    );
    for (at, (figure, title, sense)) in PANELS.into_iter().enumerate() {
        let x = (at % 2) as f64 * PANEL_WIDTH;
        let y = (at / 2) as f64 * PANEL_HEIGHT;
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{}\" font-weight=\"600\" fill=\"{}\">{title}\
             <tspan font-weight=\"400\" fill=\"{}\">  {sense}</tspan></text>",
            y + 20.0,
            palette.ink,
            palette.pale
        );
        panel(&mut svg, (x, y + 32.0), figure, &sheets, palette);
    }
    let _ = writeln!(
        svg,
        "<text x=\"0\" y=\"{}\" font-size=\"11\" fill=\"{}\">Where the values are more than ten times apart, the scale is logarithmic. \
         The floor is a bare loop that keeps nothing.</text>\n</svg>",
        height - 6.0,
        palette.pale
    );
    svg
}

fn panel(
    svg: &mut String,
    at: (f64, f64),
    figure: Figure,
    sheets: &[(Kind, Sheet)],
    palette: Palette,
) {
    let values = sheets
        .iter()
        .filter_map(|(_, sheet)| sheet.get(&figure).copied());
    let values: Vec<f64> = values.collect();
    for (row, (kind, sheet)) in sheets.iter().enumerate() {
        let y = at.1 + row as f64 * LINE;
        let own = *kind == Kind::Ours;
        let (ink, weight) = if own {
            (palette.ink, 600)
        } else {
            (palette.pale, 400)
        };
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" font-weight=\"{weight}\" fill=\"{ink}\">{kind}</text>",
            at.0,
            y + 14.0
        );
        let length = sheet
            .get(&figure)
            .map_or(0.0, |value| length(*value, &values));
        let label = sheet
            .get(&figure)
            .map_or_else(|| "one at a time".to_owned(), |value| number(*value));
        let fill = if own { palette.own } else { palette.other };
        let x = at.0 + LABEL_WIDTH;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{length:.1}\" height=\"18\" rx=\"3\" fill=\"{fill}\"/>\
             <text x=\"{:.1}\" y=\"{}\" font-weight=\"{weight}\" fill=\"{ink}\">{label}</text>",
            x + length + 6.0,
            y + 14.0
        );
    }
}

/// The length of a bar among these values.
fn length(value: f64, values: &[f64]) -> f64 {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    if least <= 0.0 || most < least * APART {
        return BAR_MAX * value / most;
    }
    BAR_MIN + (BAR_MAX - BAR_MIN) * (value / least).ln() / (most / least).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_times_as_much_is_as_much_longer_anywhere() {
        let values = [1.0, 10.0, 100.0];
        let lengths = values.map(|value| length(value, &values));
        assert!(
            (lengths[1] - lengths[0] - (lengths[2] - lengths[1])).abs() < 1e-9,
            "{lengths:?}"
        );
        assert!((lengths[2] - BAR_MAX).abs() < 1e-9, "{lengths:?}");
    }

    #[test]
    fn what_is_close_together_is_compared_from_zero() {
        let lengths = [200.0, 400.0].map(|value| length(value, &[200.0, 400.0]));
        assert!((lengths[0] * 2.0 - lengths[1]).abs() < 1e-9, "{lengths:?}");
    }

    #[test]
    fn a_bot_that_was_not_measured_so_says_why() {
        let record = |sheet| Record {
            rounds: vec![sheet],
            ..Record::default()
        };
        let records = BTreeMap::from([
            (Kind::Ours, record(Sheet::from([(Figure::Held10k, 300.0)]))),
            (Kind::Python, record(Sheet::from([(Figure::Idle, 40.0)]))),
        ]);
        let svg = svg(&records, DARK);
        assert!(
            svg.contains(">300</text>") && svg.contains(">one at a time</text>"),
            "{svg}"
        );
        assert!(svg.contains(DARK.own) && !svg.contains(LIGHT.own));
    }
}
