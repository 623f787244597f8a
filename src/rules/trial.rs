//! What would become of a text: the Router's own decision, tried on a message that nobody wrote.
//! For `switchboard check`, which holds the configuration to its tests, and for `explain`.

use std::cell::RefCell;

use crate::config::{Approvers, Asked, Case, Config, Expected, Problem, Route};
use crate::ids::{AgentName, BotId, ChatId, MessageId, Timestamp, TopicId, UserId};
use crate::model::Seat;
use crate::rules::access::Rule;
use crate::rules::approval;
use crate::rules::route::{self, Decision, Known, Me, Step, Why};
use crate::rules::words::steps;
use crate::telegram::{ChatKind, Entity, Incoming, ReplyTo, Sender};

/// What the bot is called in a text that is tried: without Telegram nobody knows its real name.
pub const NAME: &str = "bot";

/// A message that nobody wrote, and what is remembered of whoever might have.
#[derive(Clone, Debug)]
pub struct Scene {
    me: Me,
    message: Incoming,
    seat: Seat,
    answered: Option<AgentName>,
    now: Timestamp,
}

/// What would become of it.
#[derive(Debug)]
pub struct Played<'a> {
    config: &'a Config,
    scene: &'a Scene,
    /// The Router's decision.
    pub decision: Decision<'a>,
    /// What was looked at on the way to it.
    pub steps: Vec<Step<'a>>,
}

impl Scene {
    /// The message of `asked` to this bot.
    #[must_use]
    pub fn new(asked: &Asked, bot: BotId, now: Timestamp) -> Self {
        let chat = asked.chat.unwrap_or(ChatId(asked.person.0));
        let me = Me {
            id: bot,
            username: NAME.to_owned(),
        };
        let reply_to = asked.reply_to.as_ref().map(|_| ReplyTo {
            message: MessageId(1),
            from_id: Some(UserId(bot.0)),
            is_bot: true,
        });
        let current = asked.current.clone().map(|agent| (agent, now));
        Self {
            message: Incoming {
                reply_to,
                ..written(asked, chat)
            },
            seat: Seat {
                current,
                ..Seat::default()
            },
            answered: asked.reply_to.clone(),
            me,
            now,
        }
    }

    /// What would become of it under these settings.
    #[must_use]
    pub fn play<'a>(&'a self, config: &'a Config) -> Played<'a> {
        let known = Known {
            seat: &self.seat,
            answered: self.answered.as_ref(),
        };
        let steps = RefCell::new(Vec::new());
        let looked = |step| steps.borrow_mut().push(step);
        let decision = route::decide_by(config, &self.me, &self.message, known, self.now, &looked);
        Played {
            config,
            scene: self,
            decision,
            steps: steps.into_inner(),
        }
    }
}

impl<'a> Played<'a> {
    /// One of [`OUTCOMES`](crate::config::OUTCOMES).
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self.decision {
            Decision::Ask { .. } => "ask",
            Decision::Switch(..) => "switch",
            Decision::Bound(..) => "bound",
            Decision::Forbidden(..) => "forbidden",
            Decision::Stranger(_) => "stranger",
            Decision::Nobody { .. } => "nobody",
            Decision::Ignore(_) => "ignored",
            Decision::Choose(..) => "choose",
            Decision::New(..) => "new",
            Decision::Stop(..) => "stop",
            Decision::Status(_) => "status",
            Decision::Help(_) => "help",
            Decision::Agents(_) => "agents",
            Decision::Sessions(_) => "sessions",
            Decision::Resume(..) => "resume",
            Decision::WhoAmI(_) => "whoami",
            Decision::Unknown(..) => "unknown",
            Decision::Media(..) => "media",
        }
    }

    /// The route that it takes, or is kept from.
    #[must_use]
    pub fn route(&self) -> Option<&'a Route> {
        match self.decision {
            Decision::Ask { route, .. }
            | Decision::Switch(_, route)
            | Decision::Bound(_, _, route)
            | Decision::Forbidden(_, route)
            | Decision::New(_, route)
            | Decision::Stop(_, Some(route)) => Some(route),
            _ => None,
        }
    }

    /// Why a question takes its route, and the rule that allows it.
    #[must_use]
    pub fn why(&self) -> Option<(Why, Rule)> {
        match self.decision {
            Decision::Ask { why, rule, .. } => Some((why, rule)),
            _ => None,
        }
    }

    /// Whether the person may; nothing where it was not about that.
    #[must_use]
    pub fn allowed(&self) -> Option<bool> {
        match self.outcome() {
            "forbidden" | "stranger" | "nobody" => Some(false),
            "ask" | "switch" | "bound" | "new" => Some(true),
            _ => None,
        }
    }

    /// Who decides about a call of this tool that comes of it; without a tool, about a call of
    /// one that no rule of the route names.
    #[must_use]
    pub fn approvers(&self, tool: Option<&str>) -> Option<Approvers> {
        let route = self.route().filter(|_| self.allowed() == Some(true))?;
        let Some(tool) = tool else {
            return Some(route.approvers.clone());
        };
        let message = &self.scene.message;
        let user = message.from.as_ref()?.id;
        let name = route.name();
        let case = approval::Case::new(self.config, &route.agent, Some(&name), user, message.chat);
        let allowed = case.allowed(tool);
        Some(Approvers {
            people: allowed.people,
            requester: allowed.requester,
        })
    }

    /// What is otherwise than expected.
    #[must_use]
    pub fn wrong(&self, expected: &[(Expected, Problem)]) -> Vec<Problem> {
        let wrong = expected.iter().filter_map(|(expected, problem)| {
            let (wanted, found) = self.differs(expected)?;
            Some(Problem {
                message: format!(
                    "expected {wanted}, found {found}: {}",
                    steps::in_short(self)
                ),
                ..problem.clone()
            })
        });
        wrong.collect()
    }

    /// What is expected, and what there is instead.
    fn differs(&self, expected: &Expected) -> Option<(String, String)> {
        let route = self.route();
        let quoted = |text: Option<&str>| text.map_or("none".to_owned(), |it| format!("{it:?}"));
        let (wanted, found) = match expected {
            Expected::Route(command) => {
                let found = route.map(|route| &*route.command);
                (quoted(Some(command)), quoted(found))
            }
            Expected::Agent(agent) => {
                let found = route.map(|route| route.agent.as_str());
                (quoted(Some(agent.as_str())), quoted(found))
            }
            Expected::Outcome(outcome) => (quoted(Some(outcome)), quoted(Some(self.outcome()))),
            Expected::Why(why) => {
                let found = self.why().map(|(why, _)| why.word());
                (quoted(Some(why)), quoted(found))
            }
            Expected::Allowed(allowed) => {
                let found = self.allowed().map(|it| it.to_string());
                (allowed.to_string(), found.unwrap_or("neither".to_owned()))
            }
            Expected::Approvers(approvers, tool) => {
                let found = self.approvers(tool.as_deref()).unwrap_or_default();
                let names = |it: &Approvers| steps::people(self.config, it);
                (names(&sorted(approvers)), names(&sorted(&found)))
            }
        };
        (wanted != found).then_some((wanted, found))
    }
}

/// What is wrong with the configuration as far as these cases tell.
#[must_use]
pub fn wrong(config: &Config, cases: &[Case], now: Timestamp) -> Vec<Problem> {
    let bot = config.telegram.bot_id();
    let wrong = cases.iter().flat_map(|case| {
        let scene = Scene::new(&case.asked, bot, now);
        scene.play(config).wrong(&case.expected)
    });
    let mut wrong: Vec<Problem> = wrong.collect();
    wrong.sort_by_cached_key(|problem| (problem.file.clone(), problem.line));
    wrong
}

fn sorted(approvers: &Approvers) -> Approvers {
    let mut sorted = approvers.clone();
    sorted.people.sort_unstable();
    sorted
}

fn written(asked: &Asked, chat: ChatId) -> Incoming {
    Incoming {
        chat,
        chat_kind: if chat.is_group() {
            ChatKind::Supergroup
        } else {
            ChatKind::Private
        },
        is_forum: asked.topic != TopicId::NONE,
        topic: asked.topic,
        message: MessageId(1),
        date: 0,
        from: Some(Sender {
            id: asked.person,
            is_bot: false,
            first_name: String::new(),
            username: None,
            language_code: None,
        }),
        sender_chat: None,
        text: Some(asked.text.clone()),
        entities: mentions(&asked.text),
        reply_to: None,
        media: None,
        file: None,
        media_group_id: None,
        migrate_to_chat_id: None,
        migrate_from_chat_id: None,
        service: false,
    }
}

/// Marks the bot's name, as Telegram does.
fn mentions(text: &str) -> Vec<Entity> {
    let name = format!("@{NAME}");
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let whole = |at: usize| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(is_name) && !after.starts_with(is_name)
    };
    let found = text.match_indices(&name).filter(|(at, _)| whole(*at));
    found
        .map(|(at, _)| Entity {
            kind: "mention".to_owned(),
            offset: text[..at].encode_utf16().count(),
            length: name.len(),
            user: None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
