//! The steps of a state change: what is committed, and where each must stand before.

use crate::ids::{
    AgentName, ChatId, ContextId, ConversationId, MessageId, OutboxId, PromptId, TaskId, TurnId,
    UpdateId, UserId,
};
use crate::model::{
    AuditLine, Awaited, Button, Conversation, File, Gathering, Held, Kind, MenuScope, Outcome,
    Piece, Place, Post, Protocol, Turn, UpdateEnd,
};
use crate::poison::{Record, Work};
use crate::rules::approval::Waiting;
use crate::rules::pace::Penalty;
use crate::usage::Usage;

/// One step of a state change; several are committed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An update comes to its end; its text is erased unless it is parked. Refused unless it was new.
    EndUpdate {
        /// Which.
        update: UpdateId,
        /// As what.
        end: UpdateEnd,
    },
    /// A conversation begins, and its slot points at it from now on; the one that it pointed at
    /// is closed. Nothing if it has begun already.
    OpenConversation(Conversation),
    /// `/new`: the conversation's late answers are labelled.
    CloseConversation(ConversationId),
    /// A slot points at an earlier conversation of its own again, and the one that it pointed at
    /// is closed. Refused while a turn of either runs or waits.
    Resume(ConversationId),
    /// Plain text of a person goes to this agent, here.
    SetCurrent {
        /// Where.
        place: Place,
        /// Whose text.
        user: UserId,
        /// To whom.
        agent: AgentName,
    },
    /// A turn begins, queued; perhaps held.
    OpenTurn(Turn),
    /// A turn is made of other pieces from now on: one joined it, or one was edited. Refused
    /// unless the turn was queued.
    Reword {
        /// Which turn.
        turn: TurnId,
        /// Where its messages are.
        chat: ChatId,
        /// All of its pieces.
        pieces: Vec<Piece>,
        /// What it still waits for.
        gathering: Option<Gathering>,
    },
    /// The writer of a message was told that an edit of it does nothing. Refused if that was
    /// so before.
    TellEdit {
        /// The chat of the message.
        chat: ChatId,
        /// The message.
        message: MessageId,
    },
    /// The prompt is about to be given away. Refused unless the turn was queued.
    Submit {
        /// Which turn.
        turn: TurnId,
        /// The message id that the agent will see.
        prompt: PromptId,
        /// The address that it goes to.
        endpoint: String,
        /// The protocol version that it is said in.
        protocol: Protocol,
    },
    /// The agent has it. Refused unless the turn was submitting or working.
    Working {
        /// Which turn.
        turn: TurnId,
        /// The agent's task.
        task: TaskId,
        /// The protocol version that it was made in.
        protocol: Protocol,
    },
    /// The person was told that nobody waits for it any more; it cannot be stopped. Refused
    /// unless the turn was working.
    Detach {
        /// Which turn.
        turn: TurnId,
    },
    /// The agent's context id became known.
    Context {
        /// Whose.
        conversation: ConversationId,
        /// What.
        context: ContextId,
    },
    /// What the next words of somebody in a conversation answer; nothing any more if none.
    Await {
        /// The conversation.
        conversation: ConversationId,
        /// What.
        awaited: Option<Awaited>,
    },
    /// A placeholder stands for the turn. Refused if the turn is over.
    Placeholder {
        /// Which turn.
        turn: TurnId,
        /// Its row in the outbox.
        post: OutboxId,
    },
    /// What the agent has used for the turn, as it counts.
    Used {
        /// Which turn.
        turn: TurnId,
        /// How much, in all of its task.
        usage: Usage,
    },
    /// The turn is over; answered or stopped, its text is erased. Refused if it already was.
    EndTurn {
        /// Which turn.
        turn: TurnId,
        /// How.
        outcome: Outcome,
    },
    /// Telegram refused the answer, or the word that there is none: what still waits of it is
    /// dropped. Nothing if the turn is not over.
    Undeliverable {
        /// Which turn.
        turn: TurnId,
    },
    /// [Run again]: the turn waits once more, with its next attempt. Refused unless it
    /// ended without an answer and still stands at the attempt that the button was for.
    Requeue {
        /// Which turn.
        turn: TurnId,
        /// The attempt that failed.
        attempt: u32,
    },
    /// Somebody wants the turn to stop. Refused unless it is at that attempt, not over, not
    /// detached, and nobody wanted it before.
    AskStop {
        /// Which turn.
        turn: TurnId,
        /// Its attempt.
        attempt: u32,
    },
    /// A queued turn waits for somebody's word. Refused unless it was queued and not held.
    Hold {
        /// Which turn.
        turn: TurnId,
        /// For what.
        held: Held,
    },
    /// The turns that a post holds go on. Refused unless it holds one.
    Release {
        /// The post that asked.
        post: OutboxId,
    },
    /// Something must arrive at Telegram.
    Post(Post),
    /// The person was told that the question waits for a restart. Refused if it does not wait,
    /// or if that was said before.
    TellRestart {
        /// Which turn.
        turn: TurnId,
    },
    /// The file of a post, which is kept until its row needs no sending any more. Refused
    /// unless the post is there: it comes before it in the same list.
    Attach {
        /// Whose file.
        post: OutboxId,
        /// The file.
        file: File,
    },
    /// A row is not needed any more. Nothing if it is already on its way.
    Drop(OutboxId),
    /// A call to Telegram is about to begin. Refused unless pending or sending.
    Sending(OutboxId),
    /// Telegram has it.
    Sent {
        /// Which row.
        post: OutboxId,
        /// The message that it became, where it became one.
        message: Option<MessageId>,
    },
    /// Surely not sent: it waits again.
    Unsent(OutboxId),
    /// Telegram refused it, finally.
    RefusedPost {
        /// Which row.
        post: OutboxId,
        /// Telegram's words.
        reason: String,
    },
    /// Nobody knows, and it is not tried again.
    UnknownPost(OutboxId),
    /// A button is shown.
    ShowButton(Button),
    /// A button was pressed. Refused unless it was unused; it and those of its group are used
    /// up by it, and what they would have done is erased.
    UseButton {
        /// Which.
        token: String,
        /// By whom.
        by: UserId,
    },
    /// A stranger was told so today.
    TellStranger {
        /// A user's or a group's id.
        who: i64,
        /// The UTC day.
        day: i64,
        /// How many rows are kept; the oldest go.
        rows_max: usize,
    },
    /// Telegram has this list of commands now.
    KeepMenu {
        /// For whom.
        scope: MenuScope,
        /// A digest of it; none if there is no list any more.
        digest: Option<String>,
        /// How many rows are kept; the oldest go.
        rows_max: usize,
    },
    /// A group is a supergroup with another id from now on. All that is known of it and all
    /// that waits for it moves; what was sent there is out of reach.
    MoveChat {
        /// The group.
        from: ChatId,
        /// The supergroup.
        to: ChatId,
    },
    /// Telegram has told us to wait. What is kept already and ends later stays.
    Penalize(Penalty),
    /// Telegram lets nothing of ours into a chat: what waits for it is dropped, and the turns
    /// of which it speaks are undeliverable.
    CloseChat(ChatId),
    /// A panic of an earlier process. Nothing if it was noted before.
    NotePanic(Record),
    /// A process begins: if the one before has not ended in order it has died, and its panic may
    /// explain why.
    BeginProcess {
        /// Whether there is a record of a panic.
        explained: bool,
    },
    /// This process ends in order.
    EndProcess,
    /// This process has lived for a while: the deaths before it are no row any more.
    LiveOn,
    /// It is let in alone, for it may have ended several processes.
    Try(Work),
    /// The process outlives it.
    Acquit(Work),
    /// It is set aside until somebody asks for another try, and its panics are forgotten. Its
    /// end is a change of its own.
    Park {
        /// What.
        work: Work,
        /// Why; never anybody's words.
        why: String,
    },
    /// It is not parked any more, and stands where it stood before. Refused if it is not
    /// parked, has been run again, or has lost its text.
    Retry(Work),
    /// It stays parked: it cannot be tried again.
    RefuseRetry(Work),
    /// The store was a copy, and is one no more: what waited to be sent is dropped.
    Restored,
    /// What an agent waits for stands so now. Refused unless the store has the version before,
    /// or, for the first, if the turn waits for something else. A decision that is about to
    /// leave is noted for good.
    KeepPause(Box<Waiting>),
    /// A line for the security reviewer.
    Audit(AuditLine),
}

impl Change {
    /// The row to hand to the Sender once the change is committed.
    #[must_use]
    pub fn post(&self) -> Option<&Post> {
        match self {
            Self::Post(post) => Some(post),
            _ => None,
        }
    }
}

/// Whether a row of this kind becomes a message of its own.
#[must_use]
pub fn becomes_message(kind: Kind) -> bool {
    !matches!(kind, Kind::Edit | Kind::Delete | Kind::Leave)
}
