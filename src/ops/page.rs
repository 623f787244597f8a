//! The status page: read-only, without message text, ids of people or scripts; for a phone and a
//! dark room, too. Everything that is not of this file is escaped.

use std::fmt::Write as _;
use std::time::Duration;

use super::overview::{Overview, RouteSeen, VERSION};
use crate::rules::poll_watch::Rival;
use crate::rules::status::{AgentSeen, Loaded, Seen, SenderSeen, Totals, span};

/// What may be loaded by the page: nothing, but its own style.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Seconds after which a browser asks again.
const REFRESH_SECS: u32 = 15;
/// Agents, and routes, that are shown one by one.
const ROWS_MAX: usize = 100;
/// Where turns stand that an agent has, or is about to get.
const AT_WORK: &[&str] = &["submitting", "working", "detached"];
/// Where turns stand that wait for their place.
const WAITS: &[&str] = &["queued"];

const STYLE: &str = "
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --dim: #57606a; --line: #d0d7de;
  --good: #116329; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --dim: #9da7b3;
  --line: #30363d; --good: #56d364; --bad: #ff7b72; } }
body { background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  margin: 0 auto; max-width: 46rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; }
dl { margin: 0; } dl > div { border-top: 1px solid var(--line); padding: .4rem 0; }
dt { font-weight: 600; } dd { color: var(--dim); margin: 0; }
.good { color: var(--good); } .bad { color: var(--bad); }
";

/// The page of a machine that does not answer for itself: it begins, ends, or hangs.
#[must_use]
pub fn without(why: &str) -> String {
    document("bad", why, "")
}

/// The page of a running machine.
#[must_use]
pub fn of(seen: &Overview) -> String {
    let (class, word) = match seen.is_ready() {
        Ok(()) => ("good", "ready"),
        Err(why) => ("bad", why),
    };
    let body = [
        section("Agents", seen.agents.iter().map(agent)),
        section("Routes", seen.routes.iter().map(route)),
        section("Work", work(seen.totals.as_ref(), seen)),
        section("To Telegram", outgoing(seen)),
        section("Configuration", configuration(&seen.router.loaded)),
        section("This process", process(seen)),
    ];
    document(class, word, &body.concat())
}

fn document(class: &str, word: &str, body: &str) -> String {
    let word = escaped(word);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"refresh\" content=\"{REFRESH_SECS}\">\n\
         <title>Switchboard: {word}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Switchboard <span class=\"{class}\">{word}</span></h1>\n{body}</body>\n</html>\n"
    )
}

/// A line of the page: its name, a class for what follows, and that.
struct Line {
    name: String,
    class: &'static str,
    text: String,
}

fn line(name: impl Into<String>, text: impl Into<String>) -> Line {
    Line {
        name: name.into(),
        class: "",
        text: text.into(),
    }
}

fn section(title: &str, lines: impl IntoIterator<Item = Line>) -> String {
    let mut html = format!("<h2>{title}</h2>\n<dl>\n");
    let mut lines = lines.into_iter();
    for Line { name, class, text } in lines.by_ref().take(ROWS_MAX) {
        let (name, text) = (escaped(&name), escaped(&text));
        // Writing to a String cannot fail.
        let _ = writeln!(
            html,
            "<div><dt>{name}</dt><dd class=\"{class}\">{text}</dd></div>"
        );
    }
    let more = lines.count();
    if more > 0 {
        let _ = writeln!(html, "<div><dd>and {more} more</dd></div>");
    }
    html + "</dl>\n"
}

fn agent(agent: &AgentSeen) -> Line {
    let (class, health) = match agent.health {
        Seen::Unknown => ("", "not tried yet".to_owned()),
        Seen::Up => ("good", "up".to_owned()),
        Seen::Down(probe) => ("bad", format!("down, tried again in {}", span(probe))),
    };
    let (calls, most) = agent.calls;
    let waiting = agent.waiting.len();
    Line {
        name: agent.name.to_string(),
        class,
        text: format!("{health} · {calls} of {most} calls · {waiting} waiting"),
    }
}

fn route(route: &RouteSeen) -> Line {
    let RouteSeen {
        command,
        agent,
        description,
        default,
    } = route;
    let default = if *default { " · the default" } else { "" };
    line(
        format!("/{command}"),
        format!("{agent}{default} · {description}"),
    )
}

fn work(totals: Option<&Totals>, seen: &Overview) -> Vec<Line> {
    let conversations = line(
        "Conversations in memory",
        seen.router.conversations.to_string(),
    );
    let Some(totals) = totals else {
        return vec![
            line("Turns and updates", "the store cannot be read"),
            conversations,
        ];
    };
    vec![
        line("Turns at work", sums(&among(&totals.turns, AT_WORK))),
        line("Turns that wait", sums(&among(&totals.turns, WAITS))),
        line("Turns that are over", sums(&over(&totals.turns))),
        line("Updates", sums(&totals.updates)),
        line("Waiting for people", totals.pauses.to_string()),
        conversations,
    ]
}

/// Those of the rows that count these.
fn among(rows: &[(String, u64)], names: &[&str]) -> Vec<(String, u64)> {
    let rows = rows.iter();
    let among = rows.filter(|(name, _)| names.contains(&name.as_str()));
    among.cloned().collect()
}

fn over(rows: &[(String, u64)]) -> Vec<(String, u64)> {
    let open = [AT_WORK, WAITS].concat();
    let rows = rows.iter();
    let over = rows.filter(|(name, _)| !open.contains(&name.as_str()));
    over.cloned().collect()
}

fn sums(rows: &[(String, u64)]) -> String {
    let rows = rows.iter().filter(|(_, count)| *count > 0);
    let rows: Vec<_> = rows
        .map(|(name, count)| format!("{count} {}", name.replace('_', " ")))
        .collect();
    if rows.is_empty() {
        return "none".to_owned();
    }
    rows.join(" · ")
}

fn outgoing(seen: &Overview) -> Vec<Line> {
    let SenderSeen {
        penalties, stopped, ..
    } = &seen.sender;
    let posts = seen.totals.as_ref().map(|totals| totals.posts);
    let waits = match posts {
        None => "the store cannot be read".to_owned(),
        Some((0, _)) => "nothing waits".to_owned(),
        Some((posts, oldest)) => {
            let oldest = oldest.map_or(String::new(), |age| {
                format!(", the oldest for {}", span(age))
            });
            format!("{posts} to go{oldest}")
        }
    };
    let longest = penalties.iter().map(|(_, left)| *left).max();
    let slowed = match (stopped, longest) {
        (Some(left), _) => format!("all stopped for {}", span(*left)),
        (None, Some(left)) => {
            format!(
                "{} chats slowed down, at most {}",
                penalties.len(),
                span(left)
            )
        }
        (None, None) => "none".to_owned(),
    };
    vec![line("Outbox", waits), line("Penalties", slowed)]
}

fn ago(time: Duration) -> String {
    format!("{} ago", span(time))
}

fn bad(name: &str, text: impl Into<String>) -> Line {
    Line {
        class: "bad",
        ..line(name, text)
    }
}

fn configuration(loaded: &Loaded) -> Vec<Line> {
    let in_force = format!("{}, loaded {}", loaded.digest, ago(loaded.since));
    let mut lines = vec![
        line("In force", in_force),
        line(
            "Loaded again",
            format!("{} times, refused {} times", loaded.loads, loaded.refusals),
        ),
    ];
    let remarks = loaded.remarks().into_iter();
    lines.extend(remarks.map(|text| bad("Its changes", text)));
    lines.extend(loaded.recent.iter().map(|change| match &change.became {
        Ok(digest) => line(ago(change.ago), format!("taken: {digest}")),
        Err(why) => bad(&ago(change.ago), format!("refused: {why}")),
    }));
    lines
}

fn process(seen: &Overview) -> Vec<Line> {
    let mut lines = vec![line(
        "Last poll",
        seen.last_poll.map_or("none yet".to_owned(), ago),
    )];
    let refused = seen.poll_refused.map_or(String::new(), ago);
    let rival = seen.rival.map(|rival| match rival {
        Rival::Poller => "another process polls with the same token: people reach it or this one",
        Rival::Webhook => "a webhook is set: nothing that people write arrives",
    });
    lines.extend(rival.map(|who| bad("Not alone", format!("{who}; a poll was refused {refused}"))));
    lines.push(line("Running for", span(seen.runs_for)));
    lines.push(line("Version", VERSION));
    lines
}

/// Text as HTML, in an element or in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}
