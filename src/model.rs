//! The things that the store keeps and the rules decide about.
//!
//! No actor, no I/O: plain data, each with the states that it can be in.

// Their paths are said, as the fuzz targets compile this file from elsewhere.
#[path = "model/attachment.rs"]
mod attachment;
#[path = "model/audit.rs"]
mod audit;
#[path = "model/awaited.rs"]
mod awaited;
#[path = "model/button.rs"]
mod button;
#[path = "model/file.rs"]
mod file;
#[path = "model/held.rs"]
mod held;
#[path = "model/look.rs"]
mod look;
#[path = "model/menu.rs"]
mod menu;
#[path = "model/pieces.rs"]
mod pieces;
#[path = "model/recent.rs"]
mod recent;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::file::{Carried, File, FileName, Shape};
pub use self::look::{Entity, EntityKind};
use crate::ids::{
    AgentName, ChatId, ContextId, ConversationId, MessageId, OutboxId, Principal, PromptId,
    RouteName, TaskId, Timestamp, TopicId, TurnId, UpdateId, UserId,
};

pub use self::attachment::{Attachment, Rendition};
pub use self::audit::AuditLine;
pub use self::awaited::Awaited;
pub use self::menu::MenuScope;
pub use self::pieces::{Gathering, Piece, whole};
pub use self::recent::Recent;
pub use button::{Action, BUTTON_LIFE, Button, Tap, Whom};
pub use held::{Held, HeldFor};

/// Where something is said: a chat and, in forums, one of its topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The chat.
    pub chat: ChatId,
    /// The topic, [`TopicId::NONE`] outside topics.
    pub topic: TopicId,
}

/// Who talks to which agent where; it points at its current conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Where.
    pub place: Place,
    /// Who; [`UserId::SHARED`] where a route is shared by a chat.
    pub user: UserId,
    /// With which agent.
    pub agent: AgentName,
}

/// One thread of questions and answers with an agent, until `/new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its own id: slots move from one conversation to the next.
    pub id: ConversationId,
    /// The slot that opened it.
    pub slot: Slot,
    /// The user that the agent knows it by, in every call about it.
    pub principal: Principal,
    /// The A2A context id, once known; kagent takes ours from the first call.
    pub context: Option<ContextId>,
    /// Whether `/new` has closed it; a late answer is still delivered, labelled.
    pub closed: bool,
    /// What the next words of somebody in it answer.
    pub awaited: Option<Awaited>,
}

/// A version of the A2A protocol. What a task was made in, every later call about it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// 0.3, which also answers for what came before it.
    V03,
    /// 1.0.
    V10,
}

impl Protocol {
    /// Its name in the config and in the store, and in the header `A2A-Version` of 1.0.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V03 => "0.3",
            Self::V10 => "1.0",
        }
    }

    /// The version of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::V03, Self::V10]
            .into_iter()
            .find(|version| version.as_str() == name)
    }

    /// The one that is not this one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::V03 => Self::V10,
            Self::V10 => Self::V03,
        }
    }
}

impl std::fmt::Display for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What became of an update. Every update ends as exactly one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateEnd {
    /// It opened this turn.
    Turn(TurnId),
    /// It is a further piece of this turn, or changed a piece of it.
    Joined(TurnId),
    /// It asked for something that needs no agent, and was answered.
    Control,
    /// Nobody waits for an answer to it; the reason says why.
    Ignored(&'static str),
    /// Its sender may not; the rule that said so.
    Refused(&'static str),
    /// It could not be dealt with, and would not be the next time; the log says why.
    Parked,
}

/// The states of a turn that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnState {
    /// Waits for its place in the conversation, and for the agent to take calls.
    Queued,
    /// Committed before the call: from here on the agent may have the prompt.
    Submitting,
    /// The agent has it: its task is known.
    Working,
    /// Its time is up and it cannot be stopped: its conversation stays closed until it ends.
    Detached,
}

impl TurnState {
    /// Every state, for tables and the store.
    pub const ALL: [Self; 4] = [
        Self::Queued,
        Self::Submitting,
        Self::Working,
        Self::Detached,
    ];
}

/// How a turn ended. Every turn ends as exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The answer is in the outbox.
    Answered,
    /// The person was told why there is no answer.
    ToldFailed,
    /// Nobody can know whether the agent has it; the person was told so, and asked.
    UnknownTold,
    /// Somebody wanted it to stop, or dropped it; so it did.
    Stopped,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [
        Self::Answered,
        Self::ToldFailed,
        Self::UnknownTold,
        Self::Stopped,
    ];

    /// Its name in the store and in the metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::ToldFailed => "told_failed",
            Self::UnknownTold => "unknown_told",
            Self::Stopped => "stopped",
        }
    }
}

/// One or more updates of a person, and all that comes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its id; [`TurnId::reference`] is what people see of it.
    pub id: TurnId,
    /// The conversation that it belongs to.
    pub conversation: ConversationId,
    /// Where it was asked, and is answered.
    pub place: Place,
    /// Who asked.
    pub asked_by: UserId,
    /// The route that it was asked by; none where that was not noted yet.
    pub route: Option<RouteName>,
    /// The update that opened it.
    pub update: UpdateId,
    /// The message that it answers.
    pub reply_to: MessageId,
    /// What goes to the agent: the text of its pieces.
    pub text: String,
    /// The messages that it is made of, in order; the first is the one that it answers.
    pub pieces: Vec<Piece>,
    /// What it waits for before it may begin.
    pub gathering: Option<Gathering>,
    /// Where it stands.
    pub state: TurnState,
    /// 1, and one more each time a person says [Run again].
    pub attempt: u32,
    /// The A2A message id of this attempt, once submitting.
    pub prompt: Option<PromptId>,
    /// The protocol version that it was submitted in.
    pub protocol: Option<Protocol>,
    /// The agent's task, once known.
    pub task: Option<TaskId>,
    /// The outbox row of its placeholder, if one was posted.
    pub placeholder: Option<OutboxId>,
    /// The token of \[Stop\] under that placeholder.
    pub stop: Option<String>,
    /// Whether somebody wants it to stop, which its agent may not know yet.
    pub stopping: bool,
    /// While it is queued: what it waits for beside its place.
    pub held: Option<Held>,
    /// The agent's question that it answers.
    pub answers: Option<Awaited>,
}

/// What kind of thing waits in the outbox. The kind decides what is done when nobody
/// knows whether Telegram took it: see [`Kind::redo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// "k8s is working…", silent; replaced or deleted when the answer is there.
    Placeholder,
    /// An answer to a command.
    Reply,
    /// A word to a person who waits: a failure, a question what to do.
    Notice,
    /// A chunk of an agent's answer.
    Final,
    /// A whole answer, put in the place of the placeholder that it names; sent as a new
    /// message where that placeholder never arrived or is gone.
    FinalEdit,
    /// New text and buttons for a message of ours.
    Edit,
    /// The end of a placeholder.
    Delete,
    /// The bot leaves a group where it has no business.
    Leave,
}

/// What to do with a row whose outcome nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redo {
    /// Doing it twice is the same as doing it once.
    Repeat,
    /// Once more, and counted: the one duplicate that there can be.
    OnceMore,
    /// Better missing than double.
    Never,
}

impl Kind {
    /// Every kind, for tables and the store.
    pub const ALL: [Self; 8] = [
        Self::Placeholder,
        Self::Reply,
        Self::Notice,
        Self::Final,
        Self::FinalEdit,
        Self::Edit,
        Self::Delete,
        Self::Leave,
    ];

    /// What is done after an unknown outcome.
    #[must_use]
    pub fn redo(self) -> Redo {
        match self {
            Self::Placeholder => Redo::Never,
            Self::Reply | Self::Notice | Self::Final => Redo::OnceMore,
            Self::FinalEdit | Self::Edit | Self::Delete | Self::Leave => Redo::Repeat,
        }
    }

    /// Its name in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::Reply => "reply",
            Self::Notice => "notice",
            Self::Final => "final",
            Self::FinalEdit => "final_edit",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Leave => "leave",
        }
    }
}

/// A button as it is shown: its label, and the token that names its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What the person reads.
    pub label: String,
    /// At most 64 bytes, opaque (Bot API: `callback_data`).
    pub token: String,
}

/// What a row of the outbox says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The text; at most 4096 UTF-16 units, 1024 where it is the caption of a file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How parts of the text look; at most 100, on whole characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Whether the phone stays quiet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// Rows of buttons under it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<Shown>>,
    /// The row whose message is edited or deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<OutboxId>,
    /// The file that it carries. Only a new message carries one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Carried>,
}

/// One thing that must arrive at Telegram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its id, and its place in the order of its chat.
    pub id: OutboxId,
    /// Where it goes.
    pub place: Place,
    /// The turn that it speaks of.
    pub turn: Option<TurnId>,
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub body: Body,
    /// Calls begun so far.
    pub sends: u32,
}

impl Post {
    /// A post that no call was begun for, and that speaks of no turn.
    #[must_use]
    pub fn new(id: OutboxId, place: Place, kind: Kind, body: Body) -> Self {
        Self {
            id,
            place,
            turn: None,
            kind,
            body,
            sends: 0,
        }
    }
}

/// What is remembered of a person in a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// The agent that plain text goes to, and since when.
    pub current: Option<(AgentName, Timestamp)>,
    /// The current conversation with each agent.
    pub conversations: Vec<Conversation>,
    /// When those were last used in which something was asked.
    pub used: BTreeMap<ConversationId, Timestamp>,
}
