//! Agents' answers, written for these tests: `tests/corpus/*.md`, several in a file. A line
//! `%%% name` begins each.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

/// An answer.
pub struct Answer {
    /// Its file, and its name in it.
    pub name: String,
    /// What the agent wrote.
    pub markdown: String,
}

/// All of them, file by file.
pub fn answers() -> Vec<Answer> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = fs::read_dir(dir).expect("the corpus is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let mut answers = Vec::new();
    for path in paths {
        let theme = path.file_stem().and_then(|name| name.to_str());
        let theme = theme.expect("a name").to_owned();
        let text = fs::read_to_string(&path).expect("it is UTF-8");
        for part in text.split("%%% ").skip(1) {
            let (name, markdown) = part.split_once('\n').expect("a name and an answer");
            answers.push(Answer {
                name: format!("{theme}: {name}"),
                markdown: markdown.to_owned(),
            });
        }
    }
    answers
}

/// The words of an answer without digits: what is left when only numbers differ.
fn words(markdown: &str) -> HashSet<String> {
    let letters: String = markdown
        .chars()
        .map(|c| if c.is_alphabetic() { c } else { ' ' })
        .collect();
    letters.split_whitespace().map(str::to_lowercase).collect()
}

#[test]
fn there_are_two_hundred_answers_and_no_two_are_alike() {
    let answers = answers();
    assert!(answers.len() >= 200, "{} answers", answers.len());
    let all: Vec<_> = answers
        .iter()
        .map(|a| (&a.name, words(&a.markdown)))
        .collect();
    for (n, (name, ours)) in all.iter().enumerate() {
        for (other, theirs) in &all[..n] {
            let shared = ours.intersection(theirs).count();
            let most = ours.len().max(theirs.len());
            assert!(
                shared * 5 <= most * 3 || most < 12,
                "{name} and {other} share {shared} of {most} words"
            );
        }
    }
}

#[test]
fn the_corpus_has_what_breaks_formats() {
    let answers = answers();
    let with = |what: fn(&str) -> bool| answers.iter().filter(|a| what(&a.markdown)).count();
    let letters = |range: std::ops::RangeInclusive<char>| {
        let hit = |a: &&Answer| a.markdown.chars().filter(|c| range.contains(c)).count() > 10;
        answers.iter().filter(hit).count()
    };
    assert!(with(|text| text.len() >= 30_000) >= 2, "reports of 30 kB");
    assert!(with(|text| text.contains("|--")) >= 20, "tables");
    assert!(with(|text| text.contains("```yaml")) >= 10, "YAML");
    assert!(
        with(|text| text.matches("```").count() % 2 == 1) >= 3,
        "open fences"
    );
    assert!(
        with(|text| text.contains('\u{200d}')) >= 3,
        "families of emoji"
    );
    assert!(letters('\u{590}'..='\u{6ff}') >= 6, "Hebrew and Arabic");
    assert!(
        letters('\u{3040}'..='\u{9fff}') >= 8,
        "Chinese and Japanese"
    );
    assert!(letters('\u{ac00}'..='\u{d7a3}') >= 2, "Korean");
}
