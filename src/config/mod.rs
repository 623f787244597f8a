//! The configuration: a TOML file, or a directory of them, becomes settings that are known to be
//! good.
//!
//! [`load`] reads the files, lays the environment over them, and checks everything before it
//! gives up: a file with five mistakes reports five [`Problem`]s, each with its key, its
//! file and line, and what would be right.
//!
//! | file | what it does |
//! |---|---|
//! | `files` | the path → the texts of one file, or of a directory's |
//! | `source`, `places` | files and environment (crate `config`) → one tree; the place of each key |
//! | `section`, `item` | read one table of the tree, one value |
//! | `problem`, `report` | what is wrong, how it is shown; all of it so far |
//! | `duration`, `web` | text → [`std::time::Duration`], text → [`url::Url`] |
//! | `headers`, `proxy` | what every call to an agent carries; the proxy that it goes through |
//! | `elsewhere` | their secrets |
//! | the rest | a section each: its settings, their defaults and bounds, its checks |
//!
//! Values are read key by key rather than by serde's derive, which stops at the first
//! mistake and knows neither lines nor bounds. What a section asked for is what it knows;
//! any other key is refused with a suggestion.
//!
//! **The environment** overrides every single value, and lists of plain values separated by
//! commas: `SWITCHBOARD__LIMITS__CHAT_BURST=5`, `SWITCHBOARD__ADMINS=11111111,22222222`.
//! An empty variable counts as unset. Two underscores follow the prefix because Kubernetes
//! puts `SWITCHBOARD_PORT` and its like into every pod beside a service of that name.
//!
//! **Secrets** are never in the file, which only says where they are, and no message here
//! repeats one: text from a key that could hold a secret by mistake is not quoted.

mod agents;
mod approvals;
mod audit;
mod cases;
mod chat;
mod chats;
mod commands;
mod duration;
mod elsewhere;
mod files;
mod headers;
mod item;
mod limits;
mod log;
mod ops;
mod people;
mod places;
mod problem;
mod proxy;
mod quotas;
mod report;
mod routes;
mod section;
mod source;
mod store;
mod strays;
mod telegram;
#[cfg(test)]
mod tests;
mod unapproved;
mod web;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use crate::ids::{AgentName, ChatId, UserId};

pub use agents::{Agent, Flavor};
pub use approvals::{Approvals, ApproveRule, Masking};
pub use audit::Audit;
pub use cases::{Asked, Case, Expected, OUTCOMES, REASONS};
pub use chat::{Chat, LongAnswer};
pub use chats::{ChatRules, Listen};
pub use commands::RESERVED;
pub(crate) use duration::parse as duration;
pub use limits::Limits;
pub use log::{Log, LogFormat};
pub use ops::Ops;
pub use people::{Allow, Approvers};
pub use problem::{ConfigError, Problem};
pub use quotas::{Quotas, RouteQuotas};
pub use routes::{Route, Scope, Stream, default_description};
pub use store::Store;
pub use telegram::{Telegram, without_telegram};

use cases::Names;
use people::People;
use report::Report;
use section::Section;

/// Environment variables by name; an argument, so that tests never touch the process's own.
pub type Environment = HashMap<String, String>;

/// Everything that the configuration says, checked, with defaults filled in.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who is told what concerns the operator; may be nobody.
    pub admins: Vec<UserId>,
    /// Where the admins are told; none: each of them in private.
    pub admin_chat: Option<ChatId>,
    /// How long a stop may take.
    pub grace: Duration,
    /// The bot, and the way to Telegram.
    pub telegram: Telegram,
    /// Where everything that must survive is kept.
    pub store: Store,
    /// The agents by name.
    pub agents: BTreeMap<AgentName, Agent>,
    /// What the configuration calls people.
    pub names: BTreeMap<UserId, String>,
    /// The groups of people.
    pub groups: BTreeMap<String, Vec<UserId>>,
    /// The commands, in the order of the file; each `agent` is one of `agents`.
    pub routes: Vec<Route>,
    /// How much at once, and how fast.
    pub limits: Limits,
    /// Groups in which the bot behaves differently.
    pub chats: BTreeMap<ChatId, ChatRules>,
    /// How an answer feels in the chat.
    pub chat: Chat,
    /// What the audit keeps.
    pub audit: Audit,
    /// What is logged, and how.
    pub log: Log,
    /// The port for those who operate the bot.
    pub ops: Ops,
}

impl Config {
    /// What it calls a person: by name, else by id.
    #[must_use]
    pub fn called(&self, user: UserId) -> String {
        let name = self.names.get(&user).cloned();
        name.unwrap_or_else(|| user.to_string())
    }

    /// How long a turn of this agent may take at most, by whichever route: one call may be all of
    /// it.
    #[must_use]
    pub fn longest_turn(&self, agent: &AgentName) -> Duration {
        let routes = self.routes.iter().filter(|route| route.agent == *agent);
        let of_routes = routes.map(|route| route.total_timeout);
        let of_agent = self.agents.get(agent).map(|agent| agent.total_timeout);
        of_routes.chain(of_agent).max().unwrap_or_default()
    }

    /// A short digest of all settings, to tell two configurations apart. Secrets are no part of
    /// it: a token that was changed does not change it.
    #[must_use]
    pub fn digest(&self) -> String {
        let settings = format!("{self:?}");
        let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, settings.as_bytes());
        id.simple().to_string()[..8].to_owned()
    }
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// What is allowed, but hardly meant.
    pub warnings: Vec<Problem>,
    /// What should become of some texts under these settings; nobody has tried it yet.
    pub cases: Vec<Case>,
}

/// Reads the file at `path`, or all `*.toml` files of the directory there in the order of their
/// names, under the environment `env`. Besides the settings it returns warnings.
///
/// # Errors
/// As [`load_all`].
pub fn load(path: &Path, env: &Environment) -> Result<(Config, Vec<Problem>), ConfigError> {
    load_all(path, env).map(|loaded| (loaded.config, loaded.warnings))
}

/// The same, with the tests among the settings.
///
/// # Errors
/// When a file cannot be read or is not TOML, else with every problem that there is.
pub fn load_all(path: &Path, env: &Environment) -> Result<Loaded, ConfigError> {
    settings(source::read(path, files::read(path)?, env)?, env)
}

/// What was read → the settings, or every problem.
fn settings(read: source::Read, env: &Environment) -> Result<Loaded, ConfigError> {
    let report = Report::new(read.places, read.twice);
    let read = sections(Section::root(read.tree, &report), env);
    let (problems, warnings) = report.finish();
    match read {
        Some((config, cases)) if problems.is_empty() => Ok(Loaded {
            config,
            warnings,
            cases,
        }),
        _ => Err(ConfigError::Invalid(problems)),
    }
}

/// The settings that `text` says, as a file would; `shown` is what its problems call it.
///
/// # Errors
/// As [`load_all`].
pub fn parse(shown: &str, text: String, env: &Environment) -> Result<Config, ConfigError> {
    let path = Path::new(shown);
    let text = files::Text {
        path: path.to_owned(),
        text,
    };
    settings(source::read(path, vec![text], env)?, env).map(|loaded| loaded.config)
}

/// This process's environment; variables that are not UTF-8 are left out.
#[must_use]
pub fn environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The sections in an order that lets each check the names of those before it. `None` means
/// that a section without which there are no settings is broken, and reported as such.
fn sections(mut root: Section<'_>, env: &Environment) -> Option<(Config, Vec<Case>)> {
    let people = People::read(root.section("people"), root.section("groups"));
    let admins = people.ids(&root.list("admins"));
    let admin_chat = root
        .take("admin_chat")
        .and_then(|item| approvals::chat(&item));
    let seconds = Duration::from_secs;
    let grace = root.duration("grace", seconds(1)..=seconds(600), seconds(20));
    let telegram = Telegram::read(root.section("telegram"), env);
    let store = Store::read(root.section("store"));
    let agents = agents::read(root.section("agents"), env);
    let limits = Limits::read(root.section("limits"));
    let items = root.list("routes");
    let routes_given = items.len();
    let routes = routes::read(items, &agents, &people, &limits);
    routes::warn_of_idle(&root, &agents, &routes);
    let chats = chats::read(root.section("chats"), &routes);
    let chat = Chat::read(root.section("chat"));
    let audit = Audit::read(root.section("audit"));
    let log = Log::read(root.section("log"));
    let ops = Ops::read(root.section("ops"));
    let names = Names {
        people: &people,
        agents: &agents,
        routes: &routes,
        all_routes: routes.len() == routes_given,
    };
    let cases = cases::read(&mut root, &names);
    strays::warn(&root, env);
    root.finish();
    let config = Config {
        admins,
        admin_chat,
        grace,
        telegram: telegram?,
        store: store?,
        agents: agents
            .into_iter()
            .filter_map(|(name, agent)| Some((name, agent?)))
            .collect(),
        names: people.names(),
        groups: people.groups(),
        routes,
        chats,
        limits,
        chat,
        audit,
        log,
        ops,
    };
    Some((config, cases))
}
