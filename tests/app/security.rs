//! SECURITY.md names the tests that cover each threat: they are there.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Every Rust file below a directory, in one text.
fn sources(at: &Path, all: &mut String) {
    let mut entries: Vec<_> = fs::read_dir(at)
        .expect("a directory of the repository")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let _ = writeln!(all, "{text}");
        }
    }
}

/// Whether there is such a module of tests: a file of that path, or one whose tests stand within.
fn is_module(root: &Path, path: &str) -> bool {
    let path = path.trim_end_matches("::tests").replace("::", "/");
    let places = [
        format!("src/{path}.rs"),
        format!("src/{path}/mod.rs"),
        format!("src/{path}/tests.rs"),
        format!("src/rules/approval/{path}.rs"),
        format!("src/rules/approval/{path}/tests.rs"),
    ];
    places.iter().any(|place| root.join(place).is_file())
}

#[test]
fn every_test_that_security_md_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut all, document) = (String::new(), root.join("SECURITY.md"));
    sources(&root.join("src"), &mut all);
    sources(&root.join("tests"), &mut all);
    let document = fs::read_to_string(document).expect("SECURITY.md");
    let (_, threats) = document.split_once("| threat |").expect("its table");
    // Behind the rest of the head, and the line below it.
    let rows = threats.lines().skip(2);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 15, "{rows:?}");
    for row in rows {
        let tests = row.rsplit('|').nth(1).expect("a last column");
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test covers: {row}");
        for test in named {
            let name = test.rsplit("::").next().unwrap_or(test);
            let known = if Path::new(test).extension().is_some() {
                root.join(test).is_file()
            } else {
                all.contains(&format!("fn {name}(")) || is_module(root, test)
            };
            assert!(known, "{test} is not there: {row}");
        }
    }
}
