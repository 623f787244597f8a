//! The edges, counted: each call goes through as it is, and its end is noted in the [`Tally`].

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::tally::Tally;
use crate::a2a::stream::EventStream;
use crate::a2a::{A2aError, AgentCall, AgentCalls, AgentCard, Prompt, Reply, SharedAgent, Task};
use crate::ids::{
    AgentName, ChatId, ContextId, FileId, MessageId, Principal, PromptId, TaskId, TopicId, TurnId,
    UpdateId,
};
use crate::model::{File, MenuScope, Protocol, Shape};
use crate::telegram::{
    CallbackId, Command, EditMessage, Me, OutMessage, RawUpdate, SharedTelegram, Telegram,
    TelegramCall,
};

/// The same Telegram, counted.
#[must_use]
pub fn telegram(inner: SharedTelegram, tally: Rc<Tally>) -> SharedTelegram {
    Rc::new(CountedTelegram { inner, tally })
}

/// The same agent, counted under its name.
#[must_use]
pub fn agent(inner: SharedAgent, name: &AgentName, tally: &Rc<Tally>) -> SharedAgent {
    Rc::new(CountedAgent {
        inner,
        name: name.clone(),
        tally: tally.clone(),
        offered: Cell::default(),
    })
}

struct CountedTelegram {
    inner: SharedTelegram,
    tally: Rc<Tally>,
}

impl CountedTelegram {
    fn count<'a, T: 'a>(
        &'a self,
        method: &'static str,
        call: TelegramCall<'a, T>,
    ) -> TelegramCall<'a, T> {
        Box::pin(async move {
            let done = call.await;
            self.tally.called(method, done.as_ref().err());
            done
        })
    }
}

impl Telegram for CountedTelegram {
    fn get_me(&self) -> TelegramCall<'_, Me> {
        self.count("getMe", self.inner.get_me())
    }

    fn get_updates(
        &self,
        offset: Option<UpdateId>,
        timeout: Duration,
        limit: u8,
    ) -> TelegramCall<'_, Vec<RawUpdate>> {
        let call = self.inner.get_updates(offset, timeout, limit);
        Box::pin(async move {
            let done = call.await;
            self.tally.polled(done.as_ref().err());
            done
        })
    }

    fn send_message<'a>(&'a self, message: &'a OutMessage) -> TelegramCall<'a, MessageId> {
        self.count("sendMessage", self.inner.send_message(message))
    }

    fn send_file<'a>(
        &'a self,
        message: &'a OutMessage,
        file: &'a File,
        shape: Shape,
    ) -> TelegramCall<'a, MessageId> {
        self.count("sendFile", self.inner.send_file(message, file, shape))
    }

    fn edit_message_text<'a>(&'a self, edit: &'a EditMessage) -> TelegramCall<'a, ()> {
        let call = self.count("editMessageText", self.inner.edit_message_text(edit));
        Box::pin(async move {
            call.await?;
            self.tally.edited(edit.chat, edit.message);
            Ok(())
        })
    }

    fn delete_message(&self, chat: ChatId, message: MessageId) -> TelegramCall<'_, ()> {
        self.count("deleteMessage", self.inner.delete_message(chat, message))
    }

    fn send_chat_action(&self, chat: ChatId, topic: TopicId) -> TelegramCall<'_, ()> {
        self.count("sendChatAction", self.inner.send_chat_action(chat, topic))
    }

    fn answer_callback_query<'a>(
        &'a self,
        id: &'a CallbackId,
        text: Option<&'a str>,
        alert: bool,
    ) -> TelegramCall<'a, ()> {
        let call = self.inner.answer_callback_query(id, text, alert);
        self.count("answerCallbackQuery", call)
    }

    fn set_my_commands<'a>(
        &'a self,
        scope: MenuScope,
        commands: &'a [Command],
    ) -> TelegramCall<'a, ()> {
        let call = self.inner.set_my_commands(scope, commands);
        self.count("setMyCommands", call)
    }

    fn fetch_file<'a>(
        &'a self,
        file: &'a FileId,
        bytes_max: u64,
        timeout: Duration,
    ) -> TelegramCall<'a, Bytes> {
        let call = self.inner.fetch_file(file, bytes_max, timeout);
        self.count("getFile", call)
    }

    fn leave_chat(&self, chat: ChatId) -> TelegramCall<'_, ()> {
        self.count("leaveChat", self.inner.leave_chat(chat))
    }
}

struct CountedAgent {
    inner: SharedAgent,
    name: AgentName,
    tally: Rc<Tally>,
    /// Whether a prompt was offered through this one: each run has its own ([`AgentCalls::traced`]).
    offered: Cell<bool>,
}

impl CountedAgent {
    fn count<'a, T: 'a>(&'a self, name: &'static str, call: AgentCall<'a, T>) -> AgentCall<'a, T> {
        Box::pin(async move {
            let begun = Instant::now();
            let done = call.await;
            let error = done.as_ref().err();
            self.tally.asked(&self.name, name, error, begun.elapsed());
            done
        })
    }

    /// A prompt is given away now.
    fn offers(&self) {
        if self.offered.replace(true) {
            self.tally.offered_again(&self.name);
        }
    }
}

impl AgentCalls for CountedAgent {
    fn traced(&self, prompt: &PromptId, turn: TurnId) -> SharedAgent {
        agent(self.inner.traced(prompt, turn), &self.name, &self.tally)
    }

    fn speaks(&self) -> Protocol {
        self.inner.speaks()
    }

    fn other(&self, protocol: Protocol, error: &A2aError) -> Option<Protocol> {
        self.inner.other(protocol, error)
    }

    fn proven(&self, protocol: Protocol) {
        self.inner.proven(protocol);
    }

    fn card(&self) -> AgentCall<'_, Rc<AgentCard>> {
        self.count("card", self.inner.card())
    }

    fn send<'a>(
        &'a self,
        protocol: Protocol,
        prompt: &'a Prompt,
        blocking: bool,
    ) -> AgentCall<'a, Reply> {
        self.offers();
        self.count("send", self.inner.send(protocol, prompt, blocking))
    }

    fn stream<'a>(&'a self, protocol: Protocol, prompt: &'a Prompt) -> AgentCall<'a, EventStream> {
        self.offers();
        self.count("stream", self.inner.stream(protocol, prompt))
    }

    fn resubscribe<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, EventStream> {
        let call = self.inner.resubscribe(protocol, task, principal);
        self.count("resubscribe", call)
    }

    fn get<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        self.count("get", self.inner.get(protocol, task, principal))
    }

    fn list<'a>(
        &'a self,
        protocol: Protocol,
        context: Option<&'a ContextId>,
        principal: &'a Principal,
    ) -> AgentCall<'a, Vec<Task>> {
        self.count("list", self.inner.list(protocol, context, principal))
    }

    fn cancel<'a>(
        &'a self,
        protocol: Protocol,
        task: &'a TaskId,
        principal: &'a Principal,
    ) -> AgentCall<'a, Task> {
        self.count("cancel", self.inner.cancel(protocol, task, principal))
    }
}
