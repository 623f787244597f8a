//! What the bot says about files.

use crate::model::FileName;

/// A size as people say it.
#[must_use]
pub fn size(bytes: usize) -> String {
    const KB: usize = 1000;
    const MB: usize = KB * KB;
    match bytes {
        1 => "1 byte".to_owned(),
        0..KB => format!("{bytes} bytes"),
        KB..MB => format!("{} kB", bytes / KB),
        MB.. => format!("{}.{} MB", bytes / MB, bytes % MB / (MB / 10)),
    }
}

/// Said in place of a file that Telegram refused.
#[must_use]
pub fn file_refused(name: &FileName, bytes: usize) -> String {
    let size = size(bytes);
    format!("⚠️ Telegram did not take the file {name} ({size}), so I cannot show it to you.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_the_unit_that_fits() {
        for (bytes, said) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1 kB"),
            (31_700, "31 kB"),
            (999_999, "999 kB"),
            (1_000_000, "1.0 MB"),
            (52_428_800, "52.4 MB"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }
}
