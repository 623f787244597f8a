//! What the bot says about files.

use crate::model::FileName;

/// A size as people say it: rounded up, so that what is over a limit is said to be. The limits
/// are Telegram's, whose MB has 1024 times 1024 bytes.
#[must_use]
pub fn size(bytes: u64) -> String {
    const KB: u64 = 1 << 10;
    const MB: u64 = 1 << 20;
    const KB_END: u64 = MB - KB + 1;
    match bytes {
        1 => "1 byte".to_owned(),
        0..KB => format!("{bytes} bytes"),
        KB..KB_END => format!("{} kB", bytes.div_ceil(KB)),
        KB_END.. => {
            let tenths = (u128::from(bytes) * 10).div_ceil(MB.into());
            match tenths % 10 {
                0 => format!("{} MB", tenths / 10),
                tenth => format!("{}.{tenth} MB", tenths / 10),
            }
        }
    }
}

/// Said in place of a file that Telegram refused.
#[must_use]
pub fn file_refused(name: &FileName, bytes: usize) -> String {
    let size = size(bytes as u64);
    format!("⚠️ Telegram did not take the file {name} ({size}), so I cannot show it to you.")
}

/// At the end of the first message of a long answer.
#[must_use]
pub fn rest_in_file(name: &FileName, bytes: usize) -> String {
    let size = size(bytes as u64);
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
    let (size, max) = (size(bytes as u64), size(max as u64));
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
            (1_023, "1023 bytes"),
            (1_024, "1 kB"),
            (31_700, "31 kB"),
            (1_047_552, "1023 kB"),
            (1_047_553, "1 MB"),
            (1 << 20, "1 MB"),
            (20 << 20, "20 MB"),
            ((20 << 20) + 1, "20.1 MB"),
            (u64::MAX, "17592186044416 MB"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }
}
