//! The golden table.

use super::*;
use crate::config::{ChatRules, Listen};

const TABLE: &str = include_str!("golden.txt");

/// The settings that a heading of the table names.
fn under(heading: &str) -> Config {
    let mut config = config();
    let hears_all = || ChatRules {
        listen: Listen::All,
        ..ChatRules::default()
    };
    match heading {
        "the usual settings" => {}
        "no route is the default" => config.routes.iter_mut().for_each(|it| it.default = false),
        "the bot hears all in the group" => {
            config.chats.insert(GROUP, hears_all());
        }
        "the bot hears all elsewhere" => {
            config.chats.insert(ELSEWHERE, hears_all());
        }
        "the group is istio's, its topic 17 security's, its topic 18 istio's" => {
            let topics = [(17, "security"), (18, "istio")];
            let topics = topics.map(|(id, route)| (TopicId(id), route.to_owned()));
            let rules = ChatRules {
                listen: Listen::Addressed,
                route: Some("istio".to_owned()),
                topics: topics.into(),
            };
            config.chats.insert(GROUP, rules);
        }
        other => panic!("what is {other:?}?"),
    }
    config
}

fn unescaped(text: &str) -> String {
    let text = text.replace("\\n", "\n").replace("\\t", "\t");
    text.replace("\\s", " ")
}

#[test]
fn every_row_of_the_golden_table_holds() {
    let mut settings = None;
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in TABLE.lines() {
        if let Some(heading) = line.strip_prefix("== ") {
            settings = Some(under(heading));
        } else if !line.is_empty() && !line.starts_with('#') {
            let columns: Vec<&str> = line.split('|').map(str::trim).collect();
            let [who, place, text, expected] = columns[..] else {
                panic!("{line:?} has not four columns");
            };
            let config = settings.as_ref().expect("a heading stands above");
            let found = described(config, &written(who, place, &unescaped(text)));
            rows += 1;
            if found.trim_end() != unescaped(expected) {
                wrong.push(format!("{line}\n    found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows >= 60, "{rows} rows are no table");
}
