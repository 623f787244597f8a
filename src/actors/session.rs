//! The Session: one conversation.
//!
//! Owns its context id and its turns, one in flight and the others waiting in order, at
//! most `conversation_waiting_max` of them. Never formats or sends: `rules::turn` says what
//! is committed and said, the Sender sends it.

use std::collections::VecDeque;
use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, Recipient,
    ResponseActFuture, SpawnHandle, WrapFuture, fut,
};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::{debug, error, info};

use super::agent::{Admit, Agent, PROTOCOL, StartRun, TaskChanged};
use super::sender::{Posted, Sender, ShowProgress, ShowTyping};
use super::{Commons, StoreIds};
use crate::a2a::Prompt;
use crate::a2a::run::{Begin, News};
use crate::ids::{ConversationId, MessageId, TurnId, UpdateId, UserId};
use crate::model::{
    AuditLine, Body, Button, Conversation, Kind, Place, Post, Turn, TurnState, UpdateEnd,
};
use crate::rules::access::Rule;
use crate::rules::phone::{Ending, Phone, Shown, Timing};
use crate::rules::turn::{self, End, Showing};
use crate::rules::words;
use crate::store::{Change, StoreError};

/// A conversation without turns is forgotten after this; the store remembers it.
const IDLE: Duration = Duration::from_secs(300);

/// A person asks. Answered when the question is committed, as a turn or as refused.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Ask {
    /// The update that it came with.
    pub update: UpdateId,
    /// Who asks.
    pub user: UserId,
    /// Where.
    pub place: Place,
    /// The message that is answered.
    pub message: MessageId,
    /// What goes to the agent.
    pub text: String,
    /// The rule that allows it.
    pub rule: Rule,
}

/// [Run again] or [Leave it] was pressed by somebody who may.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Decide {
    /// The update that it came with.
    pub update: UpdateId,
    /// Who pressed.
    pub user: UserId,
    /// The button.
    pub button: Button,
    /// The turn that it is about.
    pub turn: Turn,
}

/// Turns of an earlier process that are not over, in order.
#[derive(Message)]
#[rtype(result = "()")]
pub struct TakeUpTurns(pub Vec<Turn>);

/// `/new`: late answers of this conversation are labelled.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Close;

/// Begins nothing more; answers when no prompt is on its way.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain;

/// Tells the Router that this conversation has had nothing to do for a while, and how
/// many messages it has seen from it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SessionIdle {
    /// Which.
    pub conversation: ConversationId,
    /// Messages of the Router that were taken in.
    pub seen: u64,
}

/// A turn that waits.
struct Waiting {
    turn: Turn,
    /// Whether the store has it; until then nothing behind it may begin either.
    committed: bool,
}

/// The turn in flight.
struct Running {
    turn: Turn,
    phone: Phone,
    progress: String,
    timer: Option<SpawnHandle>,
}

/// One conversation.
pub struct Session {
    commons: Commons,
    conversation: Conversation,
    /// Whether the store has the conversation.
    opened: bool,
    agent: Addr<Agent>,
    sender: Addr<Sender>,
    router: Recipient<SessionIdle>,
    waiting: VecDeque<Waiting>,
    running: Option<Running>,
    /// Messages of the Router that were taken in.
    seen: u64,
    /// Told when no prompt is on its way; draining once this was asked for.
    drained: Option<Vec<oneshot::Sender<()>>>,
}

impl Session {
    /// A conversation with nothing to do; `opened` if the store has it.
    #[must_use]
    pub fn new(
        commons: Commons,
        conversation: Conversation,
        opened: bool,
        agent: Addr<Agent>,
        sender: Addr<Sender>,
        router: Recipient<SessionIdle>,
    ) -> Self {
        Self {
            commons,
            conversation,
            opened,
            agent,
            sender,
            router,
            waiting: VecDeque::new(),
            running: None,
            seen: 0,
            drained: None,
        }
    }

    /// Begins the next turn, if none is in flight.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        if self.running.is_some() || self.drained.is_some() {
            return;
        }
        match self.waiting.front() {
            Some(next) if next.committed => {}
            Some(_) => return,
            None => {
                self.rest(ctx);
                return;
            }
        }
        let Some(Waiting { turn, .. }) = self.waiting.pop_front() else {
            return;
        };
        let config = &self.commons.config.chat;
        let timing = Timing {
            typing_after: config.typing_after,
            placeholder_after: config.placeholder_after,
            notify_after: config.notify_after,
        };
        let phone = Phone::new(timing, Instant::now(), turn.placeholder.is_some());
        let begin = match (&turn.state, &turn.task) {
            (TurnState::Queued, _) => Begin::Submit,
            (_, Some(task)) => Begin::TakeUp(task.clone()),
            (_, None) => Begin::LookFor,
        };
        self.running = Some(Running {
            turn: turn.clone(),
            phone,
            progress: String::new(),
            timer: None,
        });
        self.wake_for_phone(ctx);
        self.begin(turn, begin, ctx);
    }

    /// Asks to be admitted, commits that the prompt is about to leave, hands it over.
    fn begin(&mut self, turn: Turn, begin: Begin, ctx: &mut Context<Self>) {
        let prompt_id = turn::prompt_id(self.commons.me.id, turn.update, turn.attempt);
        let prompt = Prompt {
            id: prompt_id.clone(),
            text: turn.text.clone(),
            context: self.conversation.context.clone(),
            task: None,
            principal: self.conversation.principal.clone(),
        };
        let endpoint = self.endpoint();
        let (commons, agent) = (self.commons.clone(), self.agent.clone());
        let sender = self.sender.clone().recipient::<Posted>();
        let listener = ctx.address().recipient::<TaskChanged>();
        let submit = begin == Begin::Submit;
        let id = turn.id;
        let started = async move {
            let Ok(Ok(permit)) = agent.send(Admit).await else {
                return Err(End::Failed(
                    "It has too many questions at the moment; nothing was sent to it".to_owned(),
                ));
            };
            if submit {
                let change = Change::Submit {
                    turn: id,
                    prompt: prompt_id,
                    endpoint,
                    protocol: PROTOCOL,
                };
                if let Err(failure) = commons.commit_surely(&sender, vec![change]).await {
                    error!(turn = %id.reference(), %failure, "not submitted");
                    return Ok(false);
                }
            }
            let start = StartRun {
                permit,
                turn: id,
                prompt,
                begin,
                listener,
            };
            Ok(agent.send(start).await.is_ok())
        };
        let then = started.into_actor(self).then(move |started, session, _| {
            match started {
                Ok(true) => {
                    session.submitted(id);
                    Box::pin(fut::ready(())) as ResponseActFuture<Self, ()>
                }
                Ok(false) => Box::pin(fut::ready(())),
                Err(end) => session.ended(id, &end),
            }
        });
        ctx.spawn(then);
    }

    fn submitted(&mut self, id: TurnId) {
        if let Some(running) = self.running.as_mut().filter(|running| running.turn.id == id)
            && running.turn.state == TurnState::Queued
        {
            running.turn.state = TurnState::Submitting;
        }
    }

    fn endpoint(&self) -> String {
        let agents = &self.commons.config.agents;
        let agent = agents.get(&self.conversation.slot.agent);
        agent.map(|agent| agent.url.to_string()).unwrap_or_default()
    }

    // What the person who waits sees.

    fn wake_for_phone(&mut self, ctx: &mut Context<Self>) {
        let Some(running) = self.running.as_mut() else {
            return;
        };
        let pause = running.phone.next().saturating_duration_since(Instant::now());
        running.timer = Some(ctx.run_later(pause, Self::show_due));
    }

    fn show_due(&mut self, ctx: &mut Context<Self>) {
        let Some(running) = self.running.as_mut() else {
            return;
        };
        let due = running.phone.due(Instant::now());
        let place = running.turn.place;
        if due.placeholder {
            self.show_placeholder(ctx);
        } else if due.typing {
            let typing = self.sender.send(ShowTyping(place));
            ctx.spawn(typing.into_actor(self).map(|_, _, _| ()));
        }
        self.wake_for_phone(ctx);
    }

    fn show_placeholder(&mut self, ctx: &mut Context<Self>) {
        let Some(running) = self.running.as_mut() else {
            return;
        };
        let agent = &self.conversation.slot.agent;
        let mut ids = StoreIds(&self.commons);
        let (post, changes) = turn::placeholder(&running.turn, agent, &running.progress, &mut ids);
        running.turn.placeholder = Some(post);
        let commons = self.commons.clone();
        let sender = self.sender.clone().recipient();
        let shown = async move {
            if let Err(failure) = commons.commit(&sender, changes).await {
                debug!(%failure, "no placeholder");
            }
        };
        ctx.spawn(shown.into_actor(self));
    }

    fn show_progress(&mut self, progress: String, ctx: &mut Context<Self>) {
        let Some(running) = self.running.as_mut() else {
            return;
        };
        running.progress = progress;
        let Some(placeholder) = running.turn.placeholder else {
            return;
        };
        let show = ShowProgress {
            placeholder,
            place: running.turn.place,
            text: words::working(&self.conversation.slot.agent, &running.progress),
        };
        let shown = self.sender.send(show);
        ctx.spawn(shown.into_actor(self).map(|_, _, _| ()));
    }

    // What happens to the turn.

    fn started(&mut self, id: TurnId, news: News) -> ResponseActFuture<Self, ()> {
        let News::Started { task, context } = news else {
            return Box::pin(fut::ready(()));
        };
        let Some(running) = self.running.as_mut().filter(|running| running.turn.id == id) else {
            return Box::pin(fut::ready(()));
        };
        running.turn.state = TurnState::Working;
        running.turn.task = Some(task.clone());
        let mut changes = vec![Change::Working { turn: id, task }];
        if let Some(context) = context
            && self.conversation.context.as_ref() != Some(&context)
        {
            self.conversation.context = Some(context.clone());
            changes.push(Change::Context {
                conversation: self.conversation.id,
                context,
            });
        }
        self.tell_drained();
        let commons = self.commons.clone();
        let sender = self.sender.clone().recipient();
        let noted = async move {
            if let Err(failure) = commons.commit_surely(&sender, changes).await {
                error!(turn = %id.reference(), %failure, "its task was not noted");
            }
        };
        Box::pin(noted.into_actor(self))
    }

    fn ended(&mut self, id: TurnId, end: &End) -> ResponseActFuture<Self, ()> {
        let Some(running) = self.running.as_ref().filter(|running| running.turn.id == id) else {
            return Box::pin(fut::ready(()));
        };
        let changes = self.changes_of(running, end);
        let commons = self.commons.clone();
        let sender = self.sender.clone().recipient();
        let kind = match end {
            End::Answer(_) => "answered",
            End::Failed(_) => "failed",
            End::Unknown => "unknown",
        };
        let agent = self.conversation.slot.agent.clone();
        let told = async move {
            match commons.commit_surely(&sender, changes).await {
                Ok(()) => info!(turn = %id.reference(), %agent, end = kind, "the turn is over"),
                Err(failure) => {
                    error!(turn = %id.reference(), %failure, "its end was not committed");
                }
            }
        };
        Box::pin(told.into_actor(self).map(|(), session, ctx| {
            if let Some(timer) = session.running.take().and_then(|running| running.timer) {
                ctx.cancel_future(timer);
            }
            session.tell_drained();
            session.pump(ctx);
        }))
    }

    /// What is committed and said at the end of the turn.
    fn changes_of(&self, running: &Running, end: &End) -> Vec<Change> {
        let turn = &running.turn;
        let agent = &self.conversation.slot.agent;
        let shown = self.shown(turn);
        let now = Instant::now();
        let mut ids = StoreIds(&self.commons);
        match end {
            End::Answer(text) => {
                let showing = Showing {
                    label: self.label(),
                    text_max: self.commons.config.limits.text_max,
                };
                let chunks = turn::answer_chunks(&self.conversation, text, showing);
                let ending = running.phone.ending(now, chunks.len(), shown);
                turn::answered(turn, chunks, ending, &mut ids)
            }
            End::Failed(why) => turn::failed(turn, agent, why, question_ending(shown), &mut ids),
            End::Unknown => turn::unknown(turn, agent, question_ending(shown), &mut ids),
        }
    }

    fn shown(&self, turn: &Turn) -> Shown {
        let Some(placeholder) = turn.placeholder else {
            return Shown::Nothing;
        };
        let screen = self.commons.screen.borrow();
        if screen.placeholder(placeholder).is_none() {
            return Shown::Perhaps;
        }
        let newest = screen.is_newest(turn.place, placeholder);
        Shown::Stands { newest }
    }

    /// The agent's name, unless its answers are what people expect here.
    fn label(&self) -> Option<&crate::ids::AgentName> {
        let agent = &self.conversation.slot.agent;
        let routes = &self.commons.config.routes;
        let expected = routes.len() == 1
            || routes
                .iter()
                .any(|route| route.default && route.agent == *agent);
        (!expected).then_some(agent)
    }

    // Beginning and ending of the session itself.

    /// After a while without turns the Router lets go of this session.
    fn rest(&mut self, ctx: &mut Context<Self>) {
        let seen = self.seen;
        ctx.run_later(IDLE, move |session, ctx| {
            let resting = session.waiting.is_empty() && session.running.is_none();
            if !resting || session.seen != seen {
                return;
            }
            let idle = session.router.send(SessionIdle {
                conversation: session.conversation.id,
                seen,
            });
            ctx.spawn(idle.into_actor(session).map(|_, _, _| ()));
        });
    }

    fn tell_drained(&mut self) {
        let submitting = self
            .running
            .as_ref()
            .is_some_and(|running| running.turn.state == TurnState::Submitting);
        if let (false, Some(drained)) = (submitting, self.drained.as_mut()) {
            for waiting in drained.drain(..) {
                // Whoever waited may have given up.
                let _ = waiting.send(());
            }
        }
    }

    fn new_turn(&self, ask: &Ask) -> Turn {
        Turn {
            id: self.commons.store.new_turn(),
            conversation: self.conversation.id,
            place: ask.place,
            asked_by: ask.user,
            update: ask.update,
            reply_to: ask.message,
            text: ask.text.clone(),
            state: TurnState::Queued,
            attempt: 1,
            prompt: None,
            task: None,
            placeholder: None,
        }
    }

    fn refuse(&mut self, ask: &Ask) -> Vec<Change> {
        let text = words::queue_full(&self.conversation.slot.agent, self.waiting.len());
        let body = Body {
            text,
            reply_to: Some(ask.message),
            ..Body::default()
        };
        vec![
            Change::EndUpdate {
                update: ask.update,
                end: UpdateEnd::Refused("conversation full"),
            },
            Change::Post(Post {
                id: self.commons.store.new_post(),
                place: ask.place,
                turn: None,
                kind: Kind::Notice,
                body,
                sends: 0,
            }),
        ]
    }

    fn audit(&self, user: UserId, event: &'static str, turn: TurnId, rule: Option<Rule>) -> Change {
        Change::Audit(AuditLine {
            chat: self.conversation.slot.place.chat,
            user,
            event,
            agent: Some(self.conversation.slot.agent.clone()),
            turn: Some(turn),
            rule,
        })
    }

    /// The turn takes its place at the end of the queue at once, so that order is the
    /// order of arrival; it counts when the store has it.
    fn enqueue(
        &mut self,
        turn: Turn,
        changes: Vec<Change>,
    ) -> ResponseActFuture<Self, Result<(), StoreError>> {
        let id = turn.id;
        self.waiting.push_back(Waiting {
            turn,
            committed: false,
        });
        let commons = self.commons.clone();
        let sender = self.sender.clone().recipient();
        let committed = async move { commons.commit(&sender, changes).await };
        Box::pin(committed.into_actor(self).map(move |done, session, ctx| {
            let place = session.waiting.iter().position(|next| next.turn.id == id);
            match (&done, place) {
                (Ok(()), Some(place)) => session.waiting[place].committed = true,
                (Err(_), Some(place)) => {
                    session.waiting.remove(place);
                }
                (_, None) => {}
            }
            session.opened |= done.is_ok();
            session.pump(ctx);
            done
        }))
    }
}

/// A question to the person always comes as a new message: it has to be noticed.
fn question_ending(shown: Shown) -> Ending {
    match shown {
        Shown::Nothing => Ending::New,
        Shown::Perhaps | Shown::Stands { .. } => Ending::Replace,
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        debug!(conversation = %self.conversation.id, "session begins");
        self.rest(ctx);
    }
}

impl Handler<Ask> for Session {
    type Result = ResponseActFuture<Self, Result<(), StoreError>>;

    fn handle(&mut self, ask: Ask, _: &mut Self::Context) -> Self::Result {
        self.seen += 1;
        if self.waiting.len() >= self.commons.config.limits.conversation_waiting_max {
            let changes = self.refuse(&ask);
            let commons = self.commons.clone();
            let sender = self.sender.clone().recipient();
            let refused = async move { commons.commit(&sender, changes).await };
            return Box::pin(refused.into_actor(self));
        }
        let turn = self.new_turn(&ask);
        let mut changes = Vec::with_capacity(4);
        if !self.opened {
            changes.push(Change::OpenConversation(self.conversation.clone()));
        }
        changes.push(Change::OpenTurn(turn.clone()));
        changes.push(Change::EndUpdate {
            update: ask.update,
            end: UpdateEnd::Turn(turn.id),
        });
        changes.push(self.audit(ask.user, "asked", turn.id, Some(ask.rule)));
        self.enqueue(turn, changes)
    }
}

impl Handler<Decide> for Session {
    type Result = ResponseActFuture<Self, Result<(), StoreError>>;

    fn handle(&mut self, decide: Decide, _: &mut Self::Context) -> Self::Result {
        self.seen += 1;
        let Decide {
            update,
            user,
            button,
            turn,
        } = decide;
        let agent = &self.conversation.slot.agent;
        let again = button.action == crate::model::Action::RunAgain;
        let (text, event) = if again {
            (words::running_again(agent, turn.id), "run_again")
        } else {
            (words::left(agent, turn.id), "left")
        };
        let edit = self.commons.store.new_post();
        let mut changes = vec![
            Change::EndUpdate {
                update,
                end: UpdateEnd::Control,
            },
            Change::UseButton {
                token: button.token.clone(),
                by: user,
            },
            turn::decided(turn.id, &button, turn.place, text, edit),
            self.audit(user, event, turn.id, None),
        ];
        if !again {
            let commons = self.commons.clone();
            let sender = self.sender.clone().recipient();
            let left = async move { commons.commit(&sender, changes).await };
            return Box::pin(left.into_actor(self));
        }
        changes.push(Change::Requeue {
            turn: turn.id,
            attempt: button.attempt,
        });
        let turn = Turn {
            state: TurnState::Queued,
            attempt: turn.attempt + 1,
            prompt: None,
            task: None,
            placeholder: None,
            ..turn
        };
        self.enqueue(turn, changes)
    }
}

impl Handler<TakeUpTurns> for Session {
    type Result = ();

    fn handle(&mut self, turns: TakeUpTurns, ctx: &mut Self::Context) {
        self.seen += 1;
        // What was given away comes before what still waits.
        let (mut given, queued): (Vec<Turn>, Vec<Turn>) = turns
            .0
            .into_iter()
            .partition(|turn| turn.state != TurnState::Queued);
        given.extend(queued);
        self.waiting.extend(given.into_iter().map(|turn| Waiting {
            turn,
            committed: true,
        }));
        self.pump(ctx);
    }
}

impl Handler<Close> for Session {
    type Result = ();

    fn handle(&mut self, _: Close, _: &mut Self::Context) {
        self.seen += 1;
        self.conversation.closed = true;
    }
}

impl Handler<TaskChanged> for Session {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, changed: TaskChanged, ctx: &mut Self::Context) -> Self::Result {
        match changed.news {
            News::Progress(progress) => {
                self.show_progress(progress, ctx);
                Box::pin(fut::ready(()))
            }
            started @ News::Started { .. } => self.started(changed.turn, started),
            News::Ended(end) => self.ended(changed.turn, &end),
        }
    }
}

impl Handler<Drain> for Session {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        let (told, drained) = oneshot::channel();
        self.drained.get_or_insert_default().push(told);
        self.tell_drained();
        let wait = async move {
            // An error means that the session ended: then nothing is on its way.
            let _ = drained.await;
        };
        Box::pin(wait.into_actor(self))
    }
}

