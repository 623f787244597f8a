//! Where the processor time of a message goes at saturation, as `perf` sees it. Apart from all else:
//! whatever is watched is slower. The product has to have its symbols.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;
use tokio::time::sleep;

use crate::bots::{Kind, Places};
use crate::round::{Spans, new_store};
use crate::scenarios::{self as play, PEOPLE};
use crate::stage::Stage;

/// What the time is spent on, and by which crates it is known.
const CRATES: [(&str, &[&str]); 6] = [
    (
        "HTTP and JSON",
        &[
            "actix_codec",
            "actix_http",
            "actix_service",
            "actix_tls",
            "awc",
            "bytes",
            "http",
            "http_body_util",
            "httparse",
            "hyper",
            "hyper_util",
            "idna",
            "percent_encoding",
            "reqwest",
            "serde",
            "serde_core",
            "serde_json",
            "teloxide_core",
            "tower",
            "tower_http",
            "url",
        ],
    ),
    (
        "tokio and actix",
        &[
            "actix",
            "actix_rt",
            "futures_channel",
            "futures_core",
            "futures_util",
            "local_channel",
            "mio",
            "tokio",
            "tokio_util",
        ],
    ),
    (
        "the log",
        &["tracing", "tracing_core", "tracing_subscriber"],
    ),
    ("SQLite", &["libsqlite3_sys", "rusqlite"]),
    ("Markdown", &["pulldown_cmark", "unicode_segmentation"]),
    ("its own code", &["floor", "switchboard"]),
];

/// Milliseconds of a message by thread and by what they are spent on.
type Spent = BTreeMap<(String, &'static str), f64>;

/// The floor's and the product's profile as a table.
///
/// # Errors
/// If there is no `perf`, or it may not watch.
pub async fn table(places: &Places, spans: Spans) -> Result<String> {
    let mut spent = Spent::new();
    for kind in [Kind::Floor, Kind::Ours] {
        let (cpu, shares) = watch(places, kind, spans).await?;
        for (thread, what, share) in shares {
            let column = format!("{kind}, {thread}");
            *spent.entry((column, what)).or_default() += share * cpu;
        }
    }
    Ok(written(&spent))
}

/// The processor time of a message in ms, and the shares of it.
async fn watch(
    places: &Places,
    kind: Kind,
    spans: Spans,
) -> Result<(f64, Vec<(String, &'static str, f64)>)> {
    let store = new_store(places)?;
    let mut stage = Stage::start(places, kind, PEOPLE, &store).await?;
    play::warm_up(&mut stage).await?;
    let file = places.work.join(format!("{}.perf", kind.key()));
    let recorded = record(stage.bot.id(), &file, spans);
    let (load, recorded) = tokio::join!(
        play::saturation(&mut stage, spans.warm, spans.full),
        recorded
    );
    recorded?;
    let cpu = load?.cpu;
    stage.end().await?;
    Ok((cpu, shares(&file).await?))
}

async fn record(id: i32, file: &Path, spans: Spans) -> Result<()> {
    sleep(spans.warm).await;
    let span = spans.full.saturating_sub(Duration::from_millis(200));
    let status = Command::new("perf")
        .args(["record", "-q", "-F", "1999", "-p", &id.to_string(), "-o"])
        .arg(file)
        .args(["--", "sleep", &span.as_secs_f64().to_string()])
        .stderr(Stdio::null())
        .status();
    ensure!(
        status.await.context("no perf")?.success(),
        "perf may not watch"
    );
    Ok(())
}

async fn shares(file: &Path) -> Result<Vec<(String, &'static str, f64)>> {
    let report = Command::new("perf")
        .args(["report", "--no-children", "--stdio", "-t", ";"])
        .args(["--sort", "comm,dso,sym", "-i"])
        .arg(file)
        .output();
    let report = String::from_utf8(report.await?.stdout)?;
    let lines = report.lines().filter(|line| !line.starts_with('#'));
    let read = lines.filter_map(|line| {
        let mut fields = line.splitn(4, ';');
        let share = fields.next()?.trim().trim_end_matches('%').parse::<f64>();
        let (thread, object) = (fields.next()?.trim(), fields.next()?.trim());
        let symbol = fields.next()?.trim();
        Some((thread.to_owned(), what(object, symbol), share.ok()? / 100.0))
    });
    Ok(read.collect())
}

/// What a function is for, by its name and by the file that it is in.
fn what(object: &str, symbol: &str) -> &'static str {
    let (space, name) = symbol.split_once(' ').unwrap_or_default();
    if space == "[k]" {
        return "the kernel";
    }
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if has(&["alloc", "free", "unlink_chunk"]) && !name.contains("::") || has(&["__rustc::"]) {
        return "allocation";
    }
    if object.starts_with("libc") {
        let of_memory = has(&["memmove", "memcpy", "memset", "memcmp", "memchr", "strlen"]);
        return if of_memory {
            "memory copied and compared"
        } else {
            "the rest"
        };
    }
    let Some((path, _)) = name.split_once("::") else {
        // The only C in the product; of a program without names nothing is known.
        return match object {
            "switchboard" => "SQLite",
            "floor" => "its own code",
            _ => "the rest",
        };
    };
    let begin = path.rfind(|c: char| !c.is_alphanumeric() && c != '_');
    let first = &path[begin.map_or(0, |begin| begin + 1)..];
    let known = CRATES.iter().find(|(_, crates)| crates.contains(&first));
    known.map_or("the rest", |(what, _)| what)
}

fn written(spent: &Spent) -> String {
    let mut columns: Vec<&str> = spent.keys().map(|(column, _)| &**column).collect();
    columns.dedup();
    let mut rows: BTreeMap<&str, f64> = BTreeMap::new();
    for ((_, what), ms) in spent {
        *rows.entry(what).or_default() += ms;
    }
    let mut rows: Vec<(&str, f64)> = rows.into_iter().collect();
    rows.sort_by(|one, other| other.1.total_cmp(&one.1));
    let cell = |column: &str, what| spent.get(&(column.to_owned(), what)).copied();
    // A thread that does next to nothing is left out.
    let sum = |column: &&str| -> f64 {
        let cells = spent.iter().filter(|((of, _), _)| of == column);
        cells.map(|(_, ms)| ms).sum()
    };
    columns.retain(|column| sum(column) >= 0.005);
    columns.sort_by(|one, other| sum(one).total_cmp(&sum(other)));
    let line = |what: &str, cells: Vec<String>| format!("| {what} | {} |\n", cells.join(" | "));
    let head = columns.iter().map(|&column| column.to_owned());
    let mut lines = vec![line("ms of a message", head.collect())];
    lines.push(format!("|---|{}\n", "---:|".repeat(columns.len())));
    for (what, _) in rows {
        let cells = columns.iter().map(|column| {
            let ms = cell(column, what).filter(|ms| *ms >= 0.0005);
            ms.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.3}"))
        });
        lines.push(line(what, cells.collect()));
    }
    let sums = columns
        .iter()
        .map(|column| format!("**{:.3}**", sum(column)));
    lines.push(line("all", sums.collect()));
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_known_by_its_crate_or_its_file() {
        for (object, symbol, expected) in [
            ("[kernel.kallsyms]", "[k] do_syscall_64", "the kernel"),
            ("libc.so.6", "[.] _int_malloc", "allocation"),
            (
                "libc.so.6",
                "[.] __memmove_avx_unaligned_erms",
                "memory copied and compared",
            ),
            ("libc.so.6", "[.] pthread_mutex_lock", "the rest"),
            ("switchboard", "[.] sqlite3VdbeExec", "SQLite"),
            (
                "switchboard",
                "[.] switchboard::rules::mask::Mask::apply",
                "its own code",
            ),
            (
                "switchboard",
                "[.] <awc::sender::SendClientRequest as core::future::future::Future>::poll",
                "HTTP and JSON",
            ),
            (
                "switchboard",
                "[.] <&mut serde_json::de::Deserializer<R> as serde_core::de::Deserializer>::x",
                "HTTP and JSON",
            ),
            ("floor", "[.] 0x0000000000012345", "its own code"),
            ("switchboard", "[.] core::fmt::write", "the rest"),
            ("[vdso]", "[.] __vdso_clock_gettime", "the rest"),
        ] {
            assert_eq!(what(object, symbol), expected, "{symbol}");
        }
    }

    #[test]
    fn the_table_has_the_largest_first_and_leaves_idle_threads_out() {
        let at = |thread: &str, what| ((thread.to_owned(), what), 0.0);
        let spent = [
            ("a", "SQLite", 0.002),
            ("a", "the log", 0.03),
            ("b", "the log", 0.001),
        ];
        let spent = spent.map(|(thread, what, ms)| (at(thread, what).0, ms));
        let table = written(&spent.into());
        let expected = "| ms of a message | a |\n|---|---:|\n| the log | 0.030 |\n\
                        | SQLite | 0.002 |\n| all | **0.032** |\n";
        assert_eq!(table, expected);
    }
}
