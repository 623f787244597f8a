//! Durations as people write them: a number and a unit, such as `300ms`, `1.5s`, `30m`.

use std::time::Duration;

/// Units with their seconds; a longer name comes before the one that it ends with.
const UNITS: [(&str, f64); 5] = [
    ("ms", 0.001),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
];

/// The duration that `text` says, or `None` where it says none. No signs, no sums
/// (`1m30s`), no number without a unit: there is one way to write it.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let (number, seconds) = UNITS
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))?;
    let plain = number.starts_with(|c: char| c.is_ascii_digit())
        && number.ends_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !plain {
        return None;
    }
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()
}

/// The shortest way to write `duration`.
pub(super) fn show(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0 => "0s".into(),
        _ if millis.is_multiple_of(3_600_000) => format!("{}h", millis / 3_600_000),
        _ if millis.is_multiple_of(60_000) => format!("{}m", millis / 60_000),
        _ if millis < 1000 => format!("{millis}ms"),
        _ => format!("{}s", duration.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_unit_is_a_duration() {
        for (text, millis) in [
            ("300ms", 300),
            ("0.3s", 300),
            ("1.5s", 1500),
            ("20s", 20_000),
            ("0s", 0),
            ("30m", 1_800_000),
            ("0.5m", 30_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "",
            "s",
            "20",
            "20 s",
            "-1s",
            "+1s",
            "1e3s",
            "infs",
            "1m30s",
            ".5s",
            "5.s",
            "1..5s",
            "20S",
            "20sec",
            "9999999999999999999999d",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_shown_can_be_written() {
        for text in ["0s", "300ms", "1.5s", "20s", "30m", "2h"] {
            assert_eq!(parse(text).map(show).as_deref(), Some(text));
        }
    }
}
