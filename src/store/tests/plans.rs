//! Every statement of the store finds its rows by an index, so that a million old rows cost
//! nobody anything. The statements are read from the source: none can be forgotten.

use sqlx::{AssertSqlSafe, Row};

use super::*;

const SOURCES: [&str; 17] = [
    include_str!("../apply.rs"),
    include_str!("../apply/buttons.rs"),
    include_str!("../apply/chats.rs"),
    include_str!("../apply/pieces.rs"),
    include_str!("../apply/posts.rs"),
    include_str!("../apply/turns.rs"),
    include_str!("../backup.rs"),
    include_str!("../chats.rs"),
    include_str!("../deaths.rs"),
    include_str!("../menus.rs"),
    include_str!("../parked.rs"),
    include_str!("../pauses.rs"),
    include_str!("../penalties.rs"),
    include_str!("../read.rs"),
    include_str!("../recent.rs"),
    include_str!("../totals.rs"),
    include_str!("../waiters.rs"),
];

/// Tables that hold a bounded number of rows, whatever happens: they may be read as a whole.
const SMALL: [&str; 11] = [
    "menus",
    "owner",
    "sqlite_sequence",
    "moved_chats",
    "sums",
    "strangers",
    "panics",
    "deaths",
    "suspects",
    "parked",
    "penalties",
];

/// The string literals that are statements.
fn statements() -> Vec<&'static str> {
    let literals = SOURCES.iter().flat_map(|source| {
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        code.split('"').skip(1).step_by(2)
    });
    let steps = crate::store::tidy::STEPS.iter().map(|(_, sql)| *sql);
    literals
        .chain(steps)
        .filter(|text| {
            let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
            verbs.iter().any(|verb| text.starts_with(verb))
        })
        .collect()
}

/// The table of which a step of a plan reads all rows. One bot owns them all: what is found by the
/// bot alone is everything, unless the index holds a few of them only.
fn reads_all<'a>(step: &'a str, partial: &[String]) -> Option<&'a str> {
    let (table, how) = match step.split_once(' ')? {
        ("SCAN", rest) => (rest.split(' ').next()?, None),
        ("SEARCH", rest) => {
            let (table, how) = rest.split_once(" USING ")?;
            (table, how.strip_suffix(" (bot=?)"))
        }
        _ => return None,
    };
    let narrow = how.is_some_and(|how| partial.iter().any(|index| how.ends_with(index)));
    let wide = step.starts_with("SCAN") || how.is_some() && !narrow;
    wide.then_some(table)
}

#[tokio::test]
async fn no_statement_looks_at_all_rows_of_a_table_that_grows() {
    let bench = Bench::new().await;
    let mut file = by_hand(&bench.path()).await;
    let partial = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'";
    let partial: Vec<String> = query_scalar(partial).fetch_all(&mut file).await.unwrap();
    let statements = statements();
    assert!(statements.len() > 50, "{}", statements.len());
    for statement in statements {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan = query(explain).fetch_all(&mut file).await;
        let plan = plan.unwrap_or_else(|error| panic!("{error}: {statement}"));
        for row in plan {
            let step: String = row.get("detail");
            let bounded = reads_all(&step, &partial).is_none_or(|table| {
                SMALL.contains(&table) || step.contains("CONSTANT") || step.contains("VIRTUAL")
            });
            assert!(bounded, "{step}: {statement}");
        }
    }
}

#[tokio::test]
async fn whatever_refers_to_a_turn_or_a_post_is_found_by_an_index_when_those_are_deleted() {
    let bench = Bench::new().await;
    let mut file = by_hand(&bench.path()).await;
    let referring =
        "SELECT m.name, f.\"from\" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
                     WHERE m.type = 'table'";
    let referring = query(referring).fetch_all(&mut file).await.unwrap();
    assert!(referring.len() >= 6);
    for row in referring {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let lookup = format!("EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = ?");
        let plan = query(AssertSqlSafe(lookup)).fetch_all(&mut file).await;
        let step: String = plan.unwrap()[0].get("detail");
        assert!(step.starts_with("SEARCH"), "{table}.{column}: {step}");
    }
}

#[tokio::test]
async fn no_write_makes_a_table_of_a_list() {
    let bench = Bench::new().await;
    let mut file = by_hand(&bench.path()).await;
    // What is looked up in another table is rare, and may well be collected first.
    let writes = statements().into_iter().filter(|statement| {
        !statement.starts_with("SELECT") && !statement.replace('\n', " ").contains(" (SELECT")
    });
    let mut looked_at = 0;
    for statement in writes {
        let explain = AssertSqlSafe(format!("EXPLAIN {statement}"));
        let steps = query(explain).fetch_all(&mut file).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.get("opcode")).collect();
        let filled = |pair: &[String]| pair[0] == "OpenEphemeral" && pair[1] == "String8";
        assert!(!steps.windows(2).any(filled), "{statement}");
        looked_at += 1;
    }
    assert!(looked_at > 40, "{looked_at}");
}
