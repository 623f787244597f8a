//! What kind of agent an emulator plays.

use std::time::Duration;

/// Which dialect of the protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// kagent 0.10: `X-User-Id` scopes tasks, tasks/list exists on 0.3, a stream opens with a
    /// status update, messages carry kagent's metadata.
    Kagent,
    /// kagent's main branch (1.0.0 to be): `X-User-Id` scopes tasks, each step of the agent is an
    /// artifact, messages come without parts, pauses use the extension `hitl/v1`.
    KagentMain,
    /// Plain A2A, as the Python SDK serves it (0.3.26 and 1.3.0): a stream opens with the task,
    /// users are not told apart, tasks/list does not exist on 0.3.
    A2a,
}

impl Flavor {
    /// Whether a task is seen only by the user that it was made for.
    pub(super) fn scopes_by_user(self) -> bool {
        self != Self::A2a
    }
}

/// Which versions of A2A are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// 0.3 alone: 1.0 methods get -32601.
    V03,
    /// 1.0 alone: 0.3 methods get -32601, 1.0 methods without the header -32009.
    V10,
    /// Both, told apart by `A2A-Version` (absent is 0.3) and the method.
    Both,
}

/// Which fields the agent card has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardShape {
    /// `url`, `preferredTransport` and `protocolVersion`.
    V03,
    /// `supportedInterfaces`.
    V10,
    /// All of them.
    Hybrid,
}

/// Which of kagent's runtimes the metadata looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// Keys begin with `kagent_`.
    Python,
    /// Keys begin with `adk_`, and the controller recomputes `final`: true only for terminal
    /// states and input-required. Rests on reading kagent's code; it was never seen on a wire.
    Go,
}

/// What tasks/cancel does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// The task is canceled.
    Works,
    /// The answer says canceled, and a moment later the task is failed: kagent main.
    WorksThenFails,
    /// JSON-RPC error -32603 "Cancellation is not supported"; the task runs on.
    Unsupported,
}

/// What cancelling a canceled task gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelAgain {
    /// -32002, as from the Python SDK.
    Refused,
    /// The task, as from the JavaScript SDK.
    Task,
}

/// How streams end.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    /// Whether a 0.3 pause says `final: true`. The SDKs' layers for 0.3 over 1.0 do not.
    pub final_on_pause: bool,
    /// Whether a pause ends the streams to its task. The Java SDK keeps them open.
    pub end_on_pause: bool,
    /// Whether the last event ends with a blank line. Some servers leave it out.
    pub blank_line_at_end: bool,
    /// When a gateway cuts a stream, counted from its begin (agentgateway's `requestTimeout`).
    pub max: Option<Duration>,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            final_on_pause: true,
            end_on_pause: true,
            blank_line_at_end: true,
            max: None,
        }
    }
}

/// A skill on the agent card.
#[derive(Clone, Debug)]
pub struct Skill {
    /// The skill's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Questions that it answers.
    pub examples: Vec<String>,
}

/// What the agent says of itself.
#[derive(Clone, Debug)]
pub struct Card {
    /// The agent's name; also the author in kagent's metadata.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether message/stream is served; if not, it is refused with -32004.
    pub streaming: bool,
    /// The URL on the card, where it shall differ from the real one.
    pub url: Option<String>,
    /// Which fields it has.
    pub shape: CardShape,
    /// Its skills.
    pub skills: Vec<Skill>,
}

/// All that is fixed when an emulator starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The card.
    pub card: Card,
    /// Paths that the agent is served on besides `/`; the first is the one in `url()`.
    pub paths: Vec<String>,
    /// The dialect.
    pub flavor: Flavor,
    /// The versions of A2A that are served.
    pub versions: Versions,
    /// Whether kagent's controller stands in front, which answers HTTP 400 to a strange
    /// `A2A-Version`. Without effect on [`Flavor::A2a`].
    pub behind_controller: bool,
    /// The metadata keys.
    pub runtime: Runtime,
    /// What tasks/cancel does.
    pub cancel: Cancel,
    /// What cancelling a canceled task gets.
    pub cancel_again: CancelAgain,
    /// How streams end.
    pub streams: Streams,
    /// Whether a path without its slash at the end is redirected to the one with it (307).
    pub redirects_to_slash: bool,
    /// The bearer token that every request needs, the card's too.
    pub bearer: Option<String>,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
}

impl Settings {
    /// A kagent agent behind its controller, of the Python runtime: `k8s-agent` is served at
    /// `/api/a2a/kagent/k8s-agent/` and calls itself `k8s_agent`.
    #[must_use]
    pub fn kagent(agent: &str) -> Self {
        let mut settings = Self::a2a(&agent.replace('-', "_"));
        settings.paths = vec![format!("/api/a2a/kagent/{agent}/")];
        settings.flavor = Flavor::Kagent;
        settings.cancel = Cancel::Unsupported;
        settings
    }

    /// The same of the Go runtime, which can be cancelled. From reading code alone.
    #[must_use]
    pub fn kagent_go(agent: &str) -> Self {
        let mut settings = Self::kagent(agent).cancel(Cancel::Works);
        settings.runtime = Runtime::Go;
        settings
    }

    /// An agent of kagent's main branch behind its controller: A2A 1.0 alone, `adk_` keys, a
    /// card of 1.0.
    #[must_use]
    pub fn kagent_main(agent: &str) -> Self {
        let mut settings = Self::kagent(agent).versions(Versions::V10);
        settings.flavor = Flavor::KagentMain;
        settings.runtime = Runtime::Go;
        settings.cancel = Cancel::WorksThenFails;
        settings.card.shape = CardShape::V10;
        settings
    }

    /// A plain A2A agent of 0.3, served at `/`, that can be cancelled.
    #[must_use]
    pub fn a2a(name: &str) -> Self {
        let card = Card {
            name: name.to_owned(),
            description: format!("{name}, emulated"),
            streaming: true,
            url: None,
            shape: CardShape::Hybrid,
            skills: Vec::new(),
        };
        Self {
            card,
            paths: Vec::new(),
            flavor: Flavor::A2a,
            versions: Versions::V03,
            behind_controller: true,
            runtime: Runtime::Python,
            cancel: Cancel::Works,
            cancel_again: CancelAgain::Refused,
            streams: Streams::default(),
            redirects_to_slash: false,
            bearer: None,
            port: 0,
        }
    }

    /// The same with other versions of A2A.
    #[must_use]
    pub fn versions(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// The same with another card.
    #[must_use]
    pub fn card_shape(mut self, shape: CardShape) -> Self {
        self.card.shape = shape;
        self
    }

    /// The same with another answer to tasks/cancel.
    #[must_use]
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// The same behind a check of this bearer token.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self
    }

    /// The same with one more path.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        self.paths.push(path.to_owned());
        self
    }

    /// The same with another description on the card.
    #[must_use]
    pub fn description(mut self, description: &str) -> Self {
        description.clone_into(&mut self.card.description);
        self
    }

    /// The same with one more skill on the card.
    #[must_use]
    pub fn skill(mut self, id: &str, name: &str, description: &str, examples: &[&str]) -> Self {
        self.card.skills.push(Skill {
            id: id.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            examples: examples.iter().map(|&text| text.to_owned()).collect(),
        });
        self
    }

    /// Whether the request path is the agent's: `/`, or below one of `paths`, as kagent's
    /// controller takes any suffix. Gives what follows the agent's own path.
    pub(super) fn suffix_of<'a>(&self, path: &'a str) -> Option<&'a str> {
        let below = |root: &String| {
            let rest = path.strip_prefix(root.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        };
        let at_root = (path == "/" || path.starts_with("/.well-known/")).then_some(path);
        self.paths
            .iter()
            .filter(|root| *root != "/")
            .find_map(below)
            .or(at_root)
    }
}
