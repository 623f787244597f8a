//! Which files are taken, and as what.

use super::*;

fn file(name: &str, media_type: &str, bytes: &[u64]) -> Attachment {
    Attachment {
        name: name.to_owned(),
        media_type: Some(media_type.to_owned()).filter(|one| !one.is_empty()),
        renditions: bytes
            .iter()
            .map(|bytes| Rendition {
                file: FileId::from(bytes.to_string()),
                bytes: Some(*bytes).filter(|bytes| *bytes > 0),
            })
            .collect(),
    }
}

fn takes(types: &[&str]) -> Takes {
    Takes {
        files_max: 2,
        bytes_max: 1_000,
        types: Some(types.iter().map(|one| (*one).to_owned()).collect()),
    }
}

fn anything() -> Takes {
    Takes {
        types: None,
        ..takes(&[])
    }
}

#[test]
fn text_is_known_by_its_type_or_by_its_name() {
    for (name, media_type, text) in [
        ("a", "text/plain", true),
        ("a", "TEXT/x-log; charset=utf-8", true),
        ("a", "application/json", true),
        ("a", "application/problem+json", true),
        ("a.yaml", "application/octet-stream", true),
        ("A.LOG", "", true),
        ("main.rs", "", true),
        // Telegram takes a TypeScript file for a film.
        ("main.ts", "video/mp2t", true),
        ("a", "", false),
        ("log", "", false),
        ("a.yaml", "application/zip", false),
        ("a.svg", "image/svg+xml", false),
        ("a.pdf", "application/pdf", false),
        ("photo.jpg", "image/jpeg", false),
    ] {
        let media_type = Some(media_type).filter(|one| !one.is_empty());
        assert_eq!(is_text(name, media_type), text, "{name} {media_type:?}");
    }
}

#[test]
fn an_agent_takes_the_types_that_it_names() {
    for (types, media_type, taken) in [
        (&["text"][..], "image/png", false),
        (&["text", "image"], "image/png", true),
        (&["image/*"], "image/png", true),
        (&["IMAGE/PNG"], "image/png; q=1", true),
        (&["image/jpeg"], "image/png", false),
        (&["image/*"], "audio/ogg", false),
        (&["*/*"], "audio/ogg", true),
        (&["file"], "application/pdf", true),
        (&[], "application/pdf", false),
    ] {
        let takes = takes(types);
        assert_eq!(
            takes.takes(Some(media_type)),
            taken,
            "{types:?} {media_type}"
        );
    }
    assert!(anything().takes(None));
    assert!(!takes(&["image/*"]).takes(None));
}

fn planned(files: &[Attachment], takes: &Takes) -> Result<Vec<String>, String> {
    let wanted = wanted(files.iter(), takes)?;
    Ok(wanted
        .iter()
        .map(|one| format!("{} {}", one.file, one.bytes_max))
        .collect())
}

#[test]
fn a_photo_comes_in_the_largest_size_that_fits() {
    let photo = |bytes: &[u64]| file("photo.jpg", "image/jpeg", bytes);
    let check = |files: &[Attachment], expected: &[&str]| {
        assert_eq!(planned(files, &anything()).unwrap(), expected);
    };
    check(&[photo(&[900, 300, 50])], &["900 1000"]);
    check(&[photo(&[1_001, 300, 50])], &["300 1000"]);
    check(
        &[photo(&[900, 300, 50]), photo(&[900, 300, 50])],
        &["900 1000", "50 100"],
    );
    // A size that is not told is tried, within what is left.
    check(&[photo(&[900]), photo(&[0])], &["900 1000", "0 100"]);
}

#[test]
fn what_cannot_be_taken_is_said_with_the_limit_or_the_reason() {
    let text = |bytes| file("dump.log", "text/plain", &[bytes]);
    let said = |files: &[Attachment], takes: &Takes| planned(files, takes).unwrap_err();
    let three = [text(1), text(1), text(1)];
    assert_eq!(
        said(&three, &anything()),
        "You sent 3 files, and it takes up to 2 at once. Nothing was sent to it."
    );
    let none = Takes {
        files_max: 0,
        ..anything()
    };
    assert_eq!(
        said(&[text(1)], &none),
        "It takes no files here. Nothing was sent to it."
    );
    assert_eq!(
        said(&[text(1_500)], &anything()),
        "dump.log has 2 kB and is too large: all files of a question may have up to 1000 bytes \
         together. Nothing was sent to it."
    );
    let large = Takes {
        bytes_max: 64 << 20,
        ..anything()
    };
    assert_eq!(
        said(&[text((20 << 20) + 1)], &large),
        "dump.log has 20.1 MB and is too large: all files of a question may have up to 20 MB \
         together. Nothing was sent to it."
    );
    let photo = file("photo.jpg", "image/jpeg", &[10]);
    assert_eq!(
        said(&[photo], &takes(&["text", "application/pdf"])),
        "It cannot take photo.jpg (image/jpeg). It takes: text, application/pdf. \
         Nothing was sent to it."
    );
}

fn wanted_file(name: &str, media_type: &str) -> Wanted {
    Wanted {
        file: FileId::from("f"),
        name: name.to_owned(),
        media_type: Some(media_type.to_owned()),
        bytes_max: 1_000,
    }
}

fn passed_on(file: Wanted, bytes: &'static [u8], takes: &Takes) -> Result<Content, String> {
    let fetched = vec![(file, Bytes::from_static(bytes))];
    contents(fetched, takes).map(|mut contents| contents.remove(0))
}

#[test]
fn text_goes_as_text_with_a_line_that_names_it() {
    let yaml = wanted_file("pods.yaml", "application/yaml");
    assert_eq!(
        passed_on(yaml, b"kind: Pod\n", &takes(&["text"])),
        Ok(Content::Text("File pods.yaml:\n\nkind: Pod\n".to_owned()))
    );
}

#[test]
fn what_claims_to_be_text_and_is_not_goes_as_a_file_or_not_at_all() {
    let log = || wanted_file("dump.log", "text/plain");
    let bytes = b"\xff\xfe\x00";
    assert!(passed_on(log(), bytes, &takes(&["text"])).is_err());
    assert_eq!(
        passed_on(log(), bytes, &takes(&["image/*"])).unwrap_err(),
        "dump.log is not text in UTF-8, so I cannot pass it on. Nothing was sent to it."
    );
    let Ok(Content::FileBytes { name, .. }) = passed_on(log(), bytes, &anything()) else {
        panic!("it goes as a file");
    };
    assert_eq!(name.as_deref(), Some("dump.log"));
}

#[test]
fn the_bytes_that_came_count_and_not_those_that_were_told() {
    let file = || wanted_file("photo.jpg", "image/jpeg");
    let fetched = vec![
        (file(), Bytes::from(vec![0; 600])),
        (file(), Bytes::from(vec![0; 401])),
    ];
    let why = contents(fetched, &anything()).unwrap_err();
    assert!(
        why.starts_with("photo.jpg has 401 bytes and is too large"),
        "{why}"
    );
}
