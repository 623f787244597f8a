//! What a message is, and who gets it. A pure function that ends in exactly one decision.

mod address;
mod decision;
mod destination;
mod steps;

pub(crate) use self::address::without_name;
use self::address::{first_word, hears_all, is_for_us};
pub use self::decision::Decision;
pub use self::destination::{
    CURRENT_IDLE, CURRENT_RENEWED, Destination, Known, REASONS, Way, Why, current, depends_on_seat,
    expected, names_itself, renews,
};
use self::destination::{Plain, expected_by};
pub use self::steps::{Heard, Says, Step};
use crate::config::{Config, Route};
use crate::ids::{AgentName, BotId, Timestamp, UserId};
use crate::rules::access;
use crate::rules::command::{self, Parsed};
use crate::telegram::Incoming;

/// Characters of what somebody typed that an answer repeats; a command has at most 32.
const REPEATED_MAX: usize = 40;
/// What a message has that holds nothing known.
const UNREADABLE: &str = "something that I cannot read";

/// Who "writes" what a channel posts into its linked group (Bot API).
const CHANNEL_POST: UserId = UserId(777_000);

/// Who we are, as Telegram knows us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The bot's id.
    pub id: BotId,
    /// Its user name, without the `@`.
    pub username: String,
}

/// Decides what a message is.
#[must_use]
pub fn decide<'a>(
    config: &'a Config,
    me: &Me,
    message: &Incoming,
    known: Known<'a>,
    now: Timestamp,
) -> Decision<'a> {
    decide_by(config, me, message, known, now, &|_| {})
}

/// The same, and each step on the way to it.
pub fn decide_by<'a>(
    config: &'a Config,
    me: &Me,
    message: &Incoming,
    known: Known<'a>,
    now: Timestamp,
    looked: &dyn Fn(Step<'a>),
) -> Decision<'a> {
    if message.service {
        looked(Step::Heard(Heard::Service));
        return Decision::Ignore("service message");
    }
    let written = message.text.as_deref().unwrap_or_default();
    let text = without_name(written, me);
    let named = text.len() != written.len();
    let parsed = command::parse(text, &me.username);
    let group = message.chat.is_group();
    if group && parsed == Parsed::OtherBot {
        looked(Step::Heard(Heard::OtherBot));
        return Decision::Ignore("another bot's command");
    }
    let spoken_to = !group || named || is_for_us(config, me, message, &parsed);
    let heard = match (group, spoken_to) {
        (false, _) => Heard::Private,
        (true, true) => Heard::Addressed,
        (true, false) if overhears(config, message, &parsed) => Heard::All,
        (true, false) => Heard::Not,
    };
    looked(Step::Heard(heard));
    if heard == Heard::Not {
        return Decision::Ignore("not addressed");
    }
    let Some(user) = access::person(message) else {
        // A channel's posts come into its group by themselves: nobody waits there.
        let posted = message
            .from
            .as_ref()
            .is_some_and(|from| from.id == CHANNEL_POST);
        let waits = group && spoken_to && message.sender_chat.is_some() && !posted;
        looked(Step::Person(None, 0));
        return Decision::Nobody { waits };
    };
    let routes = access::routes_for(config, user, message.chat);
    looked(Step::Person(Some(user), routes.count()));
    if access::is_stranger(config, user, message.chat) {
        return if spoken_to {
            Decision::Stranger(user)
        } else {
            Decision::Ignore("not addressed")
        };
    }
    let asker = Asker {
        config,
        message,
        known,
        user,
        now,
        looked,
    };
    looked(Step::Says(asker.says(&parsed)));
    if message.file.is_some() {
        return asker.file(&parsed, text);
    }
    if let Some(kind) = &message.media {
        return Decision::Media(user, kind.clone());
    }
    match parsed {
        Parsed::Command { name, rest } => asker.command(&name, rest),
        // In private nobody else hears it, and its writer waits.
        Parsed::OtherBot => Decision::Unknown(user, shortened(first_word(text))),
        Parsed::Text(text) if !text.trim().is_empty() => asker.text(text),
        Parsed::Text(_) if named => Decision::Help(user),
        Parsed::Text(_) if group => Decision::Ignore("no text"),
        // What Telegram delivers with nothing in it was something to its writer.
        Parsed::Text(_) => Decision::Media(user, UNREADABLE.to_owned()),
    }
}

/// Whether what is said to nobody is heard: in a chat where the bot listens to all, its
/// texts. A command that is not ours belongs to another bot there.
fn overhears(config: &Config, message: &Incoming, parsed: &Parsed<'_>) -> bool {
    let text = matches!(parsed, Parsed::Text(text) if !text.trim().is_empty());
    text && hears_all(config, message.chat)
}

/// So much of what somebody typed as an answer may repeat.
fn shortened(typed: &str) -> String {
    match typed.char_indices().nth(REPEATED_MAX) {
        Some((end, _)) => format!("{}…", &typed[..end]),
        None => typed.to_owned(),
    }
}

/// A person who may use something here, and what they wrote.
struct Asker<'a, 'k> {
    config: &'a Config,
    message: &'k Incoming,
    known: Known<'a>,
    user: UserId,
    now: Timestamp,
    looked: &'k dyn Fn(Step<'a>),
}

impl<'a> Asker<'a, '_> {
    fn says(&self, parsed: &Parsed<'_>) -> Says<'a> {
        match parsed {
            _ if self.message.file.is_none() && self.message.media.is_some() => Says::Media,
            Parsed::Command { name, .. } => match route_of(self.config, name) {
                Some(route) => Says::Route(route),
                None => Says::Command {
                    known: is_builtin(name),
                },
            },
            Parsed::OtherBot => Says::Command { known: false },
            Parsed::Text(_) => Says::Text,
        }
    }

    fn command(&self, name: &str, rest: &str) -> Decision<'a> {
        let user = self.user;
        match name {
            "start" | "help" => return Decision::Help(user),
            "agents" => return Decision::Agents(user),
            "whoami" => return Decision::WhoAmI(user),
            "new" => return self.new_conversation(rest),
            "sessions" => return Decision::Sessions(user),
            "resume" => return self.resume(rest),
            "stop" => return self.stop(rest),
            "status" => return Decision::Status(user),
            _ => {}
        }
        let Some(route) = route_of(self.config, name) else {
            return Decision::Unknown(user, name.to_owned());
        };
        if rest.trim().is_empty() {
            let switch = match self.of_topic() {
                Some(topic) if topic.agent != route.agent => Decision::Bound(user, topic, route),
                _ => Decision::Switch(user, route),
            };
            return self.permitted(route, switch);
        }
        self.ask(route, Why::Command, rest)
    }

    /// A file: what stands beneath it says who gets it. Without words it is a question, too.
    fn file(&self, parsed: &Parsed<'_>, text: &str) -> Decision<'a> {
        match parsed {
            Parsed::Command { name, rest } => match route_of(self.config, name) {
                Some(route) => self.ask(route, Why::Command, rest),
                None => self.command(name, rest),
            },
            Parsed::OtherBot => Decision::Unknown(self.user, shortened(first_word(text))),
            Parsed::Text(text) => self.text(text),
        }
    }

    /// `/new` alone, or with the name of an agent and nothing else.
    fn new_conversation(&self, rest: &str) -> Decision<'a> {
        let (user, rest) = (self.user, rest.trim());
        if rest.is_empty() {
            let Some(to) = self.expected() else {
                (self.looked)(Step::Buttons);
                return Decision::Choose(user, None);
            };
            return Decision::New(user, to.route);
        }
        if rest.contains(char::is_whitespace) {
            // A question behind it would be lost: nobody is to wait for its answer.
            return Decision::Unknown(user, shortened(&format!("new {rest}")));
        }
        let named = rest.trim_start_matches('/').to_lowercase();
        match route_of(self.config, &named) {
            Some(route) => self.permitted(route, Decision::New(user, route)),
            None => Decision::Unknown(user, shortened(&named)),
        }
    }

    /// `/resume` with a number; whoever names none sees which there are.
    fn resume(&self, rest: &str) -> Decision<'a> {
        let number = rest.trim().trim_start_matches('#').trim_end_matches('.');
        match number.parse() {
            Ok(number) => Decision::Resume(self.user, number),
            Err(_) => Decision::Sessions(self.user),
        }
    }

    /// `/stop` alone, or with the name of an agent. What a person asked they may always stop.
    fn stop(&self, rest: &str) -> Decision<'a> {
        let rest = rest.trim();
        if rest.is_empty() {
            return Decision::Stop(self.user, None);
        }
        let named = rest.trim_start_matches('/').to_lowercase();
        match route_of(self.config, &named) {
            Some(route) => Decision::Stop(self.user, Some(route)),
            // Whoever is in a hurry is told that nothing was stopped.
            None => Decision::Unknown(self.user, shortened(&format!("stop {rest}"))),
        }
    }

    fn text(&self, text: &str) -> Decision<'a> {
        if let Some(agent) = self.closed() {
            // Meant for one agent, it never goes to another by itself.
            (self.looked)(Step::Way(Why::Reply, Way::Closed(agent.as_str())));
            return match self.answered() {
                Some(route) => Decision::Forbidden(self.user, route),
                None => self.choose(text),
            };
        }
        match self.expected() {
            Some(to) => self.ask(to.route, to.why, text),
            None => self.choose(text),
        }
    }

    fn choose(&self, text: &str) -> Decision<'a> {
        (self.looked)(Step::Buttons);
        // A button carries a text; a file would be lost on the way.
        let whole = self.message.file.is_none();
        Decision::Choose(self.user, whole.then(|| text.trim().to_owned()))
    }

    /// The agent whose message this answers, if this person cannot reach it here.
    fn closed(&self) -> Option<&'a AgentName> {
        let agent = self.known.answered?;
        let route = access::route_to(self.config, agent, self.user, self.message.chat);
        route.is_none().then_some(agent)
    }

    /// The route of the topic, if it has one that this person may use.
    fn of_topic(&self) -> Option<&'a Route> {
        destination::of_topic(self.config, self.message.place(), self.user)
    }

    /// A route to the agent whose message this answers, whoever may use it.
    fn answered(&self) -> Option<&'a Route> {
        let agent = self.known.answered?;
        let mut routes = self.config.routes.iter();
        routes.find(|route| route.agent == *agent)
    }

    fn expected(&self) -> Option<Destination<'a>> {
        let plain = Plain {
            config: self.config,
            place: self.message.place(),
            known: self.known,
            user: self.user,
            now: self.now,
        };
        expected_by(&plain, &|why, way| (self.looked)(Step::Way(why, way)))
    }

    fn ask(&self, route: &'a Route, why: Why, text: &str) -> Decision<'a> {
        match access::may_ask(route, self.user, self.message.chat) {
            Some(rule) => Decision::Ask {
                user: self.user,
                route,
                text: text.trim().to_owned(),
                why,
                rule,
            },
            None => Decision::Forbidden(self.user, route),
        }
    }

    fn permitted(&self, route: &'a Route, decision: Decision<'a>) -> Decision<'a> {
        if access::may_ask(route, self.user, self.message.chat).is_some() {
            decision
        } else {
            Decision::Forbidden(self.user, route)
        }
    }
}

/// The route with this command, or with this alias.
#[must_use]
pub fn route_of<'a>(config: &'a Config, command: &str) -> Option<&'a Route> {
    let mut routes = config.routes.iter();
    routes.find(|route| route.answers_to(command))
}

fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        "start" | "help" | "agents" | "whoami" | "new" | "sessions" | "resume" | "stop" | "status"
    )
}

#[cfg(test)]
mod tests;
