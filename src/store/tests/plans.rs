//! Every statement of the store finds its rows by an index, so that a million old rows cost
//! nobody anything. The statements are read from the source: none can be forgotten.

use sqlx::{AssertSqlSafe, Row};

use super::*;

const SOURCES: [&str; 15] = [
    include_str!("../apply.rs"),
    include_str!("../apply/buttons.rs"),
    include_str!("../apply/chats.rs"),
    include_str!("../apply/pieces.rs"),
    include_str!("../apply/posts.rs"),
    include_str!("../apply/turns.rs"),
    include_str!("../backup.rs"),
    include_str!("../chats.rs"),
    include_str!("../menus.rs"),
    include_str!("../parked.rs"),
    include_str!("../pauses.rs"),
    include_str!("../read.rs"),
    include_str!("../recent.rs"),
    include_str!("../tidy.rs"),
    include_str!("../waiters.rs"),
];

/// Tables that hold a few rows at most, whatever happens: they may be read as a whole.
const SMALL: [&str; 3] = ["owner", "sqlite_sequence", "moved_chats"];

/// The string literals that are statements.
fn statements() -> Vec<&'static str> {
    let literals = SOURCES.iter().flat_map(|source| {
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        code.split('"').skip(1).step_by(2)
    });
    literals
        .filter(|text| {
            let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
            verbs.iter().any(|verb| text.starts_with(verb))
        })
        .collect()
}

#[tokio::test]
async fn no_statement_looks_at_all_rows_of_a_table_that_grows() {
    let bench = Bench::new().await;
    let mut file = by_hand(&bench.path()).await;
    let statements = statements();
    assert!(statements.len() > 50, "{}", statements.len());
    for statement in statements {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan = query(explain).fetch_all(&mut file).await;
        let plan = plan.unwrap_or_else(|error| panic!("{error}: {statement}"));
        for row in plan {
            let step: String = row.get("detail");
            let scanned = step.strip_prefix("SCAN ");
            let table = scanned.and_then(|rest| rest.split(' ').next());
            let small = table.is_none_or(|table| {
                SMALL.contains(&table) || step.contains("CONSTANT") || step.contains("VIRTUAL")
            });
            assert!(small, "{step}: {statement}");
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
