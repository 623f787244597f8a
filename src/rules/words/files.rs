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

/// At the end of the first message of a long answer.
#[must_use]
pub fn rest_in_file(name: &FileName, bytes: usize) -> String {
    let size = size(bytes);
    format!("⬇️ This is only the beginning. All of it is in the file below: {name} ({size}).")
}

/// A file of an answer in which there is nothing.
#[must_use]
pub fn empty_file(name: &FileName) -> String {
    format!("⚠️ The file {name} is empty, so I cannot show it to you.")
}

/// A file of an answer that is too large to be sent.
#[must_use]
pub fn large_file(name: &FileName, bytes: usize, max: usize) -> String {
    let (size, max) = (size(bytes), size(max));
    format!("⚠️ The file {name} is too large to be sent: {size}, and {max} is the most.")
}

/// Files of an answer beyond those that are sent.
#[must_use]
pub fn files_left_out(count: usize) -> String {
    let more = if count == 1 {
        "One more file is".to_owned()
    } else {
        format!("{count} more files are")
    };
    format!("⚠️ {more} left out: they are too many to send. Ask for what you need.")
}

/// A file elsewhere with an address that cannot be shown.
#[must_use]
pub fn odd_address(name: &FileName) -> String {
    format!("⚠️ The file {name} is somewhere else, and its address is not one that I can show.")
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
