//! What the documents say of the command line is what it takes.

use clap::{CommandFactory, Parser};

use super::Cli;

const DOCUMENTS: [&str; 3] = [
    include_str!("../../README.md"),
    include_str!("../../docs/operate.md"),
    include_str!("../../config/switchboard.toml"),
];

/// The calls of this program in a document: in a line of code, and between backticks.
fn calls(document: &str) -> Vec<String> {
    let mut calls = Vec::new();
    for line in document.lines() {
        let spans = line.split('`').skip(1).step_by(2);
        for code in spans.chain([line]) {
            let code = code.trim().trim_start_matches("target/release/");
            if let Some(arguments) = code.strip_prefix("switchboard ")
                && arguments.contains("--")
            {
                calls.push(arguments.to_owned());
            }
        }
    }
    calls
}

fn is_taken(call: &str) -> Result<(), String> {
    let words = call.split_whitespace();
    let words = ["switchboard"].into_iter().chain(words);
    let parsed = Cli::try_parse_from(words);
    parsed
        .map(|_| ())
        .map_err(|error| format!("{call}: {error}"))
}

#[test]
fn every_call_in_the_documents_is_taken() {
    let calls: Vec<String> = DOCUMENTS.iter().flat_map(|text| calls(text)).collect();
    assert!(calls.len() >= 3, "{calls:?}");
    for call in &calls {
        assert_eq!(is_taken(call), Ok(()));
    }
    assert!(is_taken("check --confg FILE").is_err());
}

#[test]
fn every_command_is_in_the_readme() {
    let readme = DOCUMENTS[0];
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let said = [
            format!("`{name} "),
            format!("`{name}`"),
            format!("-- {name}"),
        ];
        let said = said.iter().any(|said| readme.contains(said));
        assert!(said, "{name} is not in the README");
    }
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}
