//! The way from one process to Telegram: slow, and what is under way when the process dies may
//! still arrive.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use switchboard::ids::{ChatId, FileId, MessageId, OutboxId, TopicId, UpdateId};
use switchboard::model::{File, MenuScope, Place, Shape};
use switchboard::telegram::{
    self as api, CallbackId, Command, EditMessage, Me, OutMessage, RawUpdate, TelegramCall,
    TelegramError,
};
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout};

use crate::checks;
use crate::sim::{BOT, Process};
use crate::telegram::{Shown, Telegram};

/// Telegram, as one process reaches it.
#[derive(Clone)]
pub struct SimTelegram {
    process: Rc<Process>,
    telegram: Rc<Telegram>,
    /// What goes on whether or not the process lives.
    outside: Rc<LocalSet>,
    known: Rc<Known>,
}

/// What the process was told, and what it did.
#[derive(Default)]
struct Known {
    /// Until when a chat must not be called.
    penalties: RefCell<BTreeMap<ChatId, Instant>>,
    /// The moments of calls to groups, newest last.
    to_groups: RefCell<BTreeMap<ChatId, VecDeque<Instant>>>,
    in_flight: Cell<usize>,
}

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Well,
    /// No connection.
    NotSent,
    /// It never arrives, and nobody knows.
    Lost,
    /// It arrives, and nobody knows.
    Cut,
    /// 502, whether or not it arrived.
    Server(bool),
}

/// The longest that a call may be on its way: less than the client waits.
const UNDER_WAY: u64 = 4_000;

impl SimTelegram {
    pub fn new(process: &Rc<Process>, telegram: &Rc<Telegram>, outside: &Rc<LocalSet>) -> Self {
        Self {
            process: process.clone(),
            telegram: telegram.clone(),
            outside: outside.clone(),
            known: Rc::default(),
        }
    }

    fn fate(&self) -> Fate {
        let sim = &self.process.sim;
        if !sim.mishap(sim.odds.telegram) {
            return Fate::Well;
        }
        let fates = [
            Fate::NotSent,
            Fate::Lost,
            Fate::Cut,
            Fate::Server(true),
            Fate::Server(false),
        ];
        *sim.chance.pick(&fates)
    }

    /// One call: it has its effect when it arrives, even if its caller is dead by then.
    async fn call<T: 'static>(
        &self,
        name: &'static str,
        effect: impl FnOnce(&Telegram) -> Result<T, TelegramError> + 'static,
    ) -> Result<T, TelegramError> {
        let process = &self.process;
        process.step().await;
        let fate = self.fate();
        let mut told = Err(TelegramError::Unknown("a cut".to_owned()));
        let slow = process.sim.chance.permille(30);
        let way = process
            .sim
            .chance
            .millis(1, if slow { UNDER_WAY } else { 80 });
        match fate {
            Fate::NotSent => {
                sleep(way).await;
                process.note(format_args!("{name} cannot connect"));
                return Err(TelegramError::NotSent("no connection".to_owned()));
            }
            Fate::Lost | Fate::Server(false) => sleep(way).await,
            Fate::Well | Fate::Cut | Fate::Server(true) => {
                let (answer, answered) = oneshot::channel();
                let telegram = self.telegram.clone();
                self.outside.spawn_local(async move {
                    sleep(way).await;
                    let _ = answer.send(effect(&telegram));
                });
                if let Ok(done) = answered.await {
                    told = done;
                }
            }
        }
        process.step().await;
        sleep(process.sim.chance.millis(1, 80)).await;
        match fate {
            Fate::Lost | Fate::Cut => told = Err(TelegramError::Unknown("a cut".to_owned())),
            Fate::Server(_) => told = Err(TelegramError::Server { status: 502 }),
            Fate::Well | Fate::NotSent => {}
        }
        let result = told
            .as_ref()
            .map_or_else(ToString::to_string, |_| "ok".to_owned());
        process.note(format_args!("{name}: {result}"));
        told
    }

    /// The same for a call that a chat can see, or is told to wait for.
    async fn to_chat<T: 'static>(
        &self,
        name: &'static str,
        chat: ChatId,
        effect: impl FnOnce(&Telegram) -> Result<T, TelegramError> + 'static,
    ) -> Result<T, TelegramError> {
        let penalty = self.known.penalties.borrow().get(&chat).copied();
        if penalty.is_some_and(|until| until > Instant::now()) {
            let sim = &self.process.sim;
            sim.breaks(format_args!("{name} to {chat}, which is in its penalty"));
        }
        checks::penalty_is_kept_to(&self.process, name, chat);
        let limited = move |telegram: &Telegram| {
            telegram.limits(chat)?;
            effect(telegram)
        };
        let told = self.call(name, limited).await;
        if let Err(TelegramError::RetryAfter(wait)) = &told {
            let until = Instant::now() + *wait;
            self.known.penalties.borrow_mut().insert(chat, until);
        }
        told
    }

    /// The same for what counts against the limits.
    async fn counted<T: 'static>(
        &self,
        name: &'static str,
        chat: ChatId,
        effect: impl FnOnce(&Telegram) -> Result<T, TelegramError> + 'static,
    ) -> Result<T, TelegramError> {
        self.count(chat);
        let in_flight = InFlight::begin(&self.known);
        checks::in_flight(&self.process, in_flight.0.in_flight.get());
        self.to_chat(name, chat, effect).await
    }

    /// At most 20 messages and edits a minute to a group.
    fn count(&self, chat: ChatId) {
        if !chat.is_group() {
            return;
        }
        let now = Instant::now();
        let mut groups = self.known.to_groups.borrow_mut();
        let calls = groups.entry(chat).or_default();
        calls.push_back(now);
        while calls
            .front()
            .is_some_and(|at| now - *at >= Duration::from_mins(1))
        {
            calls.pop_front();
        }
        if calls.len() > 20 {
            let count = calls.len();
            let sim = &self.process.sim;
            sim.breaks(format_args!("{count} calls to {chat} within a minute"));
        }
    }
}

/// A call is under way as long as this lives.
struct InFlight(Rc<Known>);

impl InFlight {
    fn begin(known: &Rc<Known>) -> Self {
        known.in_flight.set(known.in_flight.get() + 1);
        Self(known.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get() - 1);
    }
}

/// Counts the call as taken in, if it was one for this row.
fn taken<T>(
    post: Option<OutboxId>,
    done: Result<T, TelegramError>,
    process: &Process,
) -> Result<T, TelegramError> {
    if let (Some(post), Ok(_)) = (post, &done) {
        process.sim.note(format_args!("telegram takes post {post}"));
        *process.sim.taken.borrow_mut().entry(post).or_default() += 1;
    }
    done
}

impl api::Telegram for SimTelegram {
    fn get_me(&self) -> TelegramCall<'_, Me> {
        let me = Me {
            id: BOT,
            username: "sim_bot".to_owned(),
            can_read_all_group_messages: false,
        };
        Box::pin(self.call("getMe", move |_| Ok(me)))
    }

    fn get_updates(
        &self,
        offset: Option<UpdateId>,
        wait: Duration,
        limit: u8,
    ) -> TelegramCall<'_, Vec<RawUpdate>> {
        let poll = async move {
            self.call("getUpdates", move |telegram| {
                telegram.confirm(offset);
                Ok(())
            })
            .await?;
            let end = Instant::now() + wait;
            loop {
                let arrived = self.telegram.arrived.notified();
                let batch = self.telegram.batch(limit.into());
                if !batch.is_empty() {
                    self.process.step().await;
                    return Ok(batch);
                }
                let left = end.saturating_duration_since(Instant::now());
                if timeout(left, arrived).await.is_err() {
                    return Ok(Vec::new());
                }
            }
        };
        Box::pin(poll)
    }

    fn send_message<'a>(&'a self, message: &'a OutMessage) -> TelegramCall<'a, MessageId> {
        let (chat, process) = (message.chat, self.process.clone());
        let post = checks::committed_send(&process, chat, &message.text);
        let shown = Shown {
            topic: message.topic,
            text: message.text.clone(),
            buttons: message.buttons.concat(),
        };
        Box::pin(self.counted("sendMessage", chat, move |telegram| {
            taken(post, telegram.shows(chat, shown), &process)
        }))
    }

    /// Shows as its name and its caption.
    fn send_file<'a>(
        &'a self,
        message: &'a OutMessage,
        file: &'a File,
        _: Shape,
    ) -> TelegramCall<'a, MessageId> {
        let (chat, process) = (message.chat, self.process.clone());
        let post = checks::committed_send(&process, chat, &message.text);
        let place = Place {
            chat,
            topic: message.topic,
        };
        let shown = Shown {
            topic: message.topic,
            text: format!("{:?}: {}", file.name, message.text),
            buttons: message.buttons.concat(),
        };
        let inside = String::from_utf8_lossy(&file.bytes).into_owned();
        Box::pin(self.counted("sendFile", chat, move |telegram| {
            telegram.belongs(place, &inside);
            taken(post, telegram.shows(chat, shown), &process)
        }))
    }

    /// The bytes of a file name the question that it came with, as its id does.
    fn fetch_file<'a>(&'a self, file: &'a FileId, _: u64, _: Duration) -> TelegramCall<'a, Bytes> {
        let bytes = Bytes::from(format!("the file of {file}"));
        Box::pin(self.call("getFile", move |_| Ok(bytes)))
    }

    fn edit_message_text<'a>(&'a self, edit: &'a EditMessage) -> TelegramCall<'a, ()> {
        let (chat, message, process) = (edit.chat, edit.message, self.process.clone());
        let post = checks::committed_edit(&process, chat, &edit.text);
        let shown = (edit.text.clone(), edit.buttons.concat());
        Box::pin(self.counted("editMessageText", chat, move |telegram| {
            taken(post, telegram.edits(chat, message, shown), &process)
        }))
    }

    fn delete_message(&self, chat: ChatId, message: MessageId) -> TelegramCall<'_, ()> {
        Box::pin(self.to_chat("deleteMessage", chat, move |telegram| {
            telegram.deletes(chat, message)
        }))
    }

    fn send_chat_action(&self, chat: ChatId, _: TopicId) -> TelegramCall<'_, ()> {
        Box::pin(self.to_chat("sendChatAction", chat, |_| Ok(())))
    }

    fn answer_callback_query<'a>(
        &'a self,
        id: &'a CallbackId,
        _: Option<&'a str>,
        _: bool,
    ) -> TelegramCall<'a, ()> {
        let id = id.0.clone();
        Box::pin(self.call("answerCallbackQuery", move |telegram| {
            telegram.answers_tap(&id);
            Ok(())
        }))
    }

    fn set_my_commands<'a>(&'a self, _: MenuScope, _: &'a [Command]) -> TelegramCall<'a, ()> {
        Box::pin(self.call("setMyCommands", |_| Ok(())))
    }

    fn leave_chat(&self, chat: ChatId) -> TelegramCall<'_, ()> {
        Box::pin(self.to_chat("leaveChat", chat, move |telegram| {
            telegram.leaves(chat);
            Ok(())
        }))
    }
}
