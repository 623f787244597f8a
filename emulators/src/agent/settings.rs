//! What kind of agent an emulator plays.

/// Which dialect of the protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// kagent 0.10: `X-User-Id` scopes tasks, tasks/list exists on 0.3, a stream opens with a
    /// status update, messages carry kagent's metadata.
    Kagent,
    /// Plain A2A 0.3, as the Python SDK 0.3.26 serves it: a stream opens with the task, users
    /// are not told apart, tasks/list does not exist.
    A2a,
}

/// Which of kagent's runtimes the metadata looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// Keys begin with `kagent_`.
    Python,
    /// Keys begin with `adk_`.
    Go,
}

/// What tasks/cancel does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// The task is canceled.
    Works,
    /// JSON-RPC error -32603 "Cancellation is not supported"; the task runs on.
    Unsupported,
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
    /// The metadata keys.
    pub runtime: Runtime,
    /// What tasks/cancel does.
    pub cancel: Cancel,
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

    /// A plain A2A agent, served at `/`, that can be cancelled.
    #[must_use]
    pub fn a2a(name: &str) -> Self {
        let card = Card {
            name: name.to_owned(),
            description: format!("{name}, emulated"),
            streaming: true,
            url: None,
            skills: Vec::new(),
        };
        Self {
            card,
            paths: Vec::new(),
            flavor: Flavor::A2a,
            runtime: Runtime::Python,
            cancel: Cancel::Works,
            port: 0,
        }
    }

    /// The same with another answer to tasks/cancel.
    #[must_use]
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
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
