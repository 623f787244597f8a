//! What a person sees who waits: typing, the placeholder, progress, and that an agent is back.

use actix::{ActorFutureExt, AsyncContext, Context, Handler, ResponseActFuture, WrapFuture};
use tokio::time::Instant;
use tracing::debug;

use super::Session;
use crate::actors::StoreIds;
use crate::actors::agent::AgentBack;
use crate::actors::sender::{ShowProgress, ShowTyping};
use crate::config::Config;
use crate::ids::{AgentName, OutboxId, UserId};
use crate::model::{Body, Kind, Place, Post, Seat, Turn, TurnState};
use crate::rules::format::Formatted;
use crate::rules::phone::{Shown, Timing};
use crate::rules::{route, turn, words};
use crate::store::Change;

impl Session {
    pub(super) fn wake_for_phone(&mut self, ctx: &mut Context<Self>) {
        let Some(running) = self.running.as_mut() else {
            return;
        };
        let pause = running
            .phone
            .next()
            .saturating_duration_since(Instant::now());
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
        let (post, stop, changes) =
            turn::placeholder(&running.turn, agent, &running.progress, &mut ids);
        running.turn.placeholder = Some(post);
        running.turn.stop = Some(stop);
        let said = running.progress.clone();
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let shown = async move {
            if let Err(failure) = commons.commit(&sender, changes).await {
                debug!(%failure, "no placeholder");
            }
        };
        ctx.spawn(shown.into_actor(self).map(move |(), session, ctx| {
            session.catch_up(post, &said, ctx);
        }));
    }

    /// What the agent told while its placeholder was being committed had nowhere to show.
    fn catch_up(&mut self, placeholder: OutboxId, said: &str, ctx: &mut Context<Self>) {
        let newer = self.running.as_ref().filter(|running| {
            running.turn.placeholder == Some(placeholder) && running.progress != said
        });
        if let Some(progress) = newer.map(|running| running.progress.clone()) {
            self.show_progress(&progress, ctx);
        }
    }

    pub(super) fn show_progress(&mut self, progress: &str, ctx: &mut Context<Self>) {
        let Some(running) = &self.running else {
            return;
        };
        let off = self.shows_nothing(&running.turn);
        let Some(running) = self.running.as_mut() else {
            return;
        };
        let over = running.turn.state == TurnState::Detached || running.turn.stopping;
        if off || over {
            return;
        }
        // Its run has masked it.
        progress.clone_into(&mut running.progress);
        let text = words::working(&self.conversation.slot.agent, &running.progress);
        self.show_in_placeholder(text, ctx);
    }

    /// Shows a text in the placeholder, if there is one, with [Stop] while that works.
    pub(super) fn show_in_placeholder(&mut self, text: Formatted, ctx: &mut Context<Self>) {
        let Some(running) = &self.running else {
            return;
        };
        let turn = &running.turn;
        let Some(placeholder) = turn.placeholder else {
            return;
        };
        let show = ShowProgress {
            placeholder,
            place: turn.place,
            text,
            buttons: turn::stop_button(turn.stop.as_ref().filter(|_| !turn.stopping)),
        };
        let shown = self.sender.send(show);
        ctx.spawn(shown.into_actor(self).map(|_, _, _| ()));
    }

    /// What is known of the turn's placeholder.
    pub(super) fn shown(&self, turn: &Turn) -> Shown {
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

    /// The agent's name, unless it is the one that the person's plain text goes to here.
    pub(super) fn label(&self, turn: &Turn, seat: &Seat) -> Option<&AgentName> {
        let commons = &self.commons;
        let agent = &self.conversation.slot.agent;
        let asker = (commons.moves.borrow().place(turn.place), turn.asked_by);
        route::names_itself(&commons.config(), agent, asker, seat, commons.now()).then_some(agent)
    }

    /// What is remembered of who asked. Where the store does not say, an agent names itself
    /// once too often.
    pub(super) fn seat_of(&self, place: Place, user: UserId) -> impl Future<Output = Seat> + use<> {
        let commons = self.commons.clone();
        let place = commons.moves.borrow().place(place);
        async move { commons.store.seat(place, user).await.unwrap_or_default() }
    }
}

/// When something shows of a turn that takes its time.
pub(super) fn timing(config: &Config) -> Timing {
    Timing {
        typing_after: config.chat.typing_after,
        placeholder_after: config.chat.placeholder_after,
        notify_after: config.chat.notify_after,
    }
}

impl Handler<AgentBack> for Session {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: AgentBack, _: &mut Self::Context) -> Self::Result {
        let slot = &self.conversation.slot;
        let body = Body {
            text: words::back(&slot.agent),
            ..Body::default()
        };
        let id = self.commons.store.new_post();
        let word = Change::Post(Post::new(id, slot.place, Kind::Notice, body));
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let told = async move {
            if let Err(failure) = commons.commit(&sender, vec![word]).await {
                debug!(%failure, "nobody was told that the agent is back");
            }
        };
        Box::pin(told.into_actor(self))
    }
}
