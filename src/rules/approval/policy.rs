//! Who may decide. A person is a numeric id, as everywhere.

use serde::{Deserialize, Serialize};

use crate::config::{Approvers, Config, Route};
use crate::ids::{AgentName, ChatId, RouteName, UserId};
use crate::rules::{access, glob};

/// Who may approve one call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// These people, unless they asked themselves.
    pub people: Vec<UserId>,
    /// Whoever asked.
    pub requester: bool,
}

/// Why somebody may not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Whoever asked may not decide about it.
    Asker,
    /// Somebody else may.
    Other,
    /// Nobody may.
    Nobody,
}

/// A question to an agent, and the rules that hold for what comes of it: those of the route by
/// which it was asked. Where whoever asked may not ask by it any more, nobody approves.
#[derive(Clone, Debug)]
pub struct Case<'c> {
    config: &'c Config,
    route: Option<&'c Route>,
    asker: UserId,
}

impl Allowed {
    /// Whether this person may approve what this other one has asked for.
    #[must_use]
    pub fn lets(&self, user: UserId, asker: UserId) -> bool {
        if user == asker {
            self.requester
        } else {
            self.people.contains(&user)
        }
    }

    /// Whether there is anybody who may.
    #[must_use]
    pub fn anybody(&self, asker: UserId) -> bool {
        self.requester || self.people.iter().any(|person| *person != asker)
    }
}

impl<'c> Case<'c> {
    /// The case of a question that was asked here, by this route.
    #[must_use]
    pub fn new(
        config: &'c Config,
        agent: &AgentName,
        route: Option<&RouteName>,
        asker: UserId,
        chat: ChatId,
    ) -> Self {
        Self {
            config,
            route: access::own_route(config, agent, route, asker, chat),
            asker,
        }
    }

    /// Who may approve a call of this tool.
    #[must_use]
    pub fn allowed(&self, tool: &str) -> Allowed {
        let approvers = self.route.map(|route| approvers(route, tool));
        let allowed = approvers.map(|approvers| Allowed {
            people: approvers.people.clone(),
            requester: approvers.requester,
        });
        allowed.unwrap_or_default()
    }

    /// Whether this person may approve a call: under these rules, and under those of the moment
    /// when it was shown.
    ///
    /// # Errors
    /// Why not.
    pub fn may_approve(&self, user: UserId, tool: &str, then: &Allowed) -> Result<(), Refusal> {
        let now = self.allowed(tool);
        if then.lets(user, self.asker) && now.lets(user, self.asker) {
            return Ok(());
        }
        let both = |person: &UserId| then.people.contains(person) && *person != self.asker;
        let somebody = (now.requester && then.requester) || now.people.iter().any(both);
        Err(match (user == self.asker, somebody) {
            (_, false) => Refusal::Nobody,
            (true, true) => Refusal::Asker,
            (false, true) => Refusal::Other,
        })
    }

    /// What those are called who may approve a call, then and now, apart from whoever asked.
    #[must_use]
    pub fn who_may(&self, tool: &str, then: &Allowed) -> Vec<String> {
        let now = self.allowed(tool).people;
        let both = now.iter().filter(|user| then.people.contains(user));
        let others = both.filter(|user| **user != self.asker);
        others.map(|user| self.config.called(*user)).collect()
    }

    /// Whether this person may reject: whoever asked, whoever may approve any of it, and admins. It
    /// runs nothing, so the rules of now are enough; whoever asked may always take it back.
    #[must_use]
    pub fn may_reject(&self, user: UserId, tools: &[&str]) -> bool {
        let approves = |tool: &&str| self.allowed(tool).lets(user, self.asker);
        user == self.asker || access::is_admin(self.config, user) || tools.iter().any(approves)
    }

    /// Whether this person may answer questions of the agent: whoever asked, while they may ask.
    #[must_use]
    pub fn may_answer(&self, user: UserId) -> bool {
        user == self.asker && self.route.is_some()
    }

    /// Where it is asked, too: in the approval chat of the route, if whoever asked may not decide
    /// about some of it and somebody else may.
    #[must_use]
    pub fn elsewhere(&self, tools: &[&str], here: ChatId) -> Option<ChatId> {
        let asks_others = |tool: &&str| {
            let allowed = self.allowed(tool);
            !allowed.requester && allowed.anybody(self.asker)
        };
        let chat = self.route?.approvals.chat?;
        (chat != here && tools.iter().any(asks_others)).then_some(chat)
    }

    /// How long it waits, as its route says.
    #[must_use]
    pub fn expires_after(&self) -> std::time::Duration {
        // Whoever asked may not ask any more: it can only be rejected.
        let minutes = std::time::Duration::from_mins;
        self.route
            .map_or(minutes(5), |route| route.approvals.expires_after)
    }

    /// Whoever asked.
    #[must_use]
    pub fn asker(&self) -> UserId {
        self.asker
    }
}

/// The routes on which this person decides about calls that others have asked for.
pub fn approves_on(config: &Config, user: UserId) -> impl Iterator<Item = &Route> {
    let routes = config.routes.iter();
    routes.filter(move |route| all_approvers(route).any(|it| it.people.contains(&user)))
}

/// Whether whoever asks by this route may approve something of it themselves.
#[must_use]
pub fn lets_requester(route: &Route) -> bool {
    all_approvers(route).any(|approvers| approvers.requester)
}

fn all_approvers(route: &Route) -> impl Iterator<Item = &Approvers> {
    let rules = route.approvals.rules.iter().map(|rule| &rule.approvers);
    rules.chain([&route.approvers])
}

/// Who approves a tool on a route: the first rule that names it, else the route.
fn approvers<'r>(route: &'r Route, tool: &str) -> &'r Approvers {
    let names = |globs: &[String]| globs.iter().any(|glob| glob::matches(glob, tool));
    let mut rules = route.approvals.rules.iter();
    let rule = rules.find(|rule| names(&rule.tools));
    rule.map_or(&route.approvers, |rule| &rule.approvers)
}
