//! Whether bytes are a picture that Telegram shows as one. Only the head is read, and only
//! what is in it counts: a media type is what somebody says.

/// Bot API: the largest picture, in bytes.
const BYTES_MAX: usize = 10 << 20;
/// Bot API: width and height together, in pixels.
const SIDES_MAX: u32 = 10_000;
/// Bot API: how many times longer than the other a side may be.
const RATIO_MAX: u32 = 20;

/// The media type of a picture that Telegram shows as one (`sendPhoto`); none for anything
/// else, which goes as a file.
#[must_use]
pub fn shown_as_photo(bytes: &[u8]) -> Option<&'static str> {
    let (kind, width, height) = png(bytes).or_else(|| jpeg(bytes))?;
    let (long, short) = (width.max(height), width.min(height));
    let fits = short > 0
        && width.saturating_add(height) <= SIDES_MAX
        && long <= short.saturating_mul(RATIO_MAX)
        && bytes.len() <= BYTES_MAX;
    fits.then_some(kind)
}

type Picture = (&'static str, u32, u32);

/// PNG: its first chunk, IHDR, begins with width and height.
fn png(bytes: &[u8]) -> Option<Picture> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(4..16)?;
    let (kind, sides) = head.split_at(4);
    let (width, height) = sides.split_at(4);
    let number = |bytes: &[u8]| bytes.iter().fold(0, |n, byte| n << 8 | u32::from(*byte));
    (kind == b"IHDR").then(|| ("image/png", number(width), number(height)))
}

/// JPEG: segments one after the other; that of the frame holds height and width.
fn jpeg(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    while let [0xff, marker, high, low, segment @ ..] = rest {
        let number = |at: usize| {
            let [high, low] = segment.get(at..at + 2)?.try_into().ok()?;
            Some(u32::from(u16::from_be_bytes([high, low])))
        };
        match marker {
            // Filling before a marker.
            0xff => rest = &rest[1..],
            // All frames but the tables of Huffman (C4), arithmetic coding (CC) and JPG (C8).
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some(("image/jpeg", number(3)?, number(1)?));
            }
            // The image itself begins without a frame.
            0xda => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = segment.get(length.checked_sub(2)?..)?;
            }
        }
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The head of a PNG of this size.
    pub(crate) fn a_png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x02\0\0\0");
        bytes
    }

    /// The head of a JPEG of this size: an APP0 segment and a table, then the frame.
    fn a_jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x04JF\xff\xff\xc4\0\x05abc\xff\xc2\0\x11\x08".to_vec();
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes
    }

    #[test]
    fn a_picture_of_a_sane_size_is_shown() {
        assert_eq!(shown_as_photo(&a_png(800, 600)), Some("image/png"));
        assert_eq!(shown_as_photo(&a_jpeg(600, 800)), Some("image/jpeg"));
        assert_eq!(shown_as_photo(&a_png(2_000, 100)), Some("image/png"));
        assert_eq!(shown_as_photo(&a_jpeg(9_000, 1_000)), Some("image/jpeg"));
    }

    #[test]
    fn anything_else_is_a_file() {
        let mut large = a_png(800, 600);
        large.resize((10 << 20) + 1, 0);
        for bytes in [
            &b""[..],
            b"GIF89a",
            b"<svg/>",
            &a_png(0, 600),
            &a_png(2_001, 100),
            &a_png(9_000, 1_001),
            &a_png(u32::MAX, u32::MAX),
            &a_jpeg(800, 0),
            &a_png(800, 600)[..20],
            &a_jpeg(800, 600)[..22],
            b"\xff\xd8\xff\xe0\0\x01JF",
            b"\xff\xd8\xff\xda\0\x02\xff\xc0\0\x11\x08\0\x10\0\x10",
            &large,
        ] {
            assert_eq!(shown_as_photo(bytes), None, "{:?}", bytes.get(..24));
        }
    }

    proptest! {
        #[test]
        fn bytes_that_are_no_picture_are_none_and_none_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(shown_as_photo(&bytes), None);
            bytes.splice(0..0, *b"\xff\xd8\xff");
            prop_assert!(shown_as_photo(&bytes).is_none_or(|kind| kind == "image/jpeg"));
        }
    }
}
