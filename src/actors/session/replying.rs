//! What people write while the agent waits: replies to a card, and words that answer its question.

use actix::{ActorFutureExt, Handler, Message, ResponseActFuture, WrapFuture, fut};

use super::deciding::{Answered, Said};
use super::{Ask, Session};
use crate::ids::{PauseId, TurnId, UpdateId, UserId};
use crate::model::{Body, Kind, Post};
use crate::pause::Asks;
use crate::rules::approval::{self, Denied, Tapped, Waiting};
use crate::rules::words::approvals;
use crate::store::{Change, StoreError};

/// Somebody has replied to a card.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Answered")]
pub struct ReplyToPause {
    /// The update that it came with.
    pub update: UpdateId,
    /// Who.
    pub user: UserId,
    /// What it says; none if it is something else than words.
    pub text: Option<String>,
    /// The turn that waits.
    pub turn: TurnId,
    /// What it waits for.
    pub pause: PauseId,
}

impl Session {
    fn replied(&self, waiting: &Waiting, text: &str, user: UserId) -> Tapped {
        let config = self.commons.config();
        let case = Self::case(&config, waiting);
        approval::replied(&case, waiting, text, user, self.commons.now())
    }

    /// Whether a message is the answer to the question at hand: words of whoever asked, where the
    /// agent wants words.
    pub(super) fn is_answer(&self, ask: &Ask) -> bool {
        let Some(waiting) = self.waits_for().filter(|it| it.state.asks()) else {
            return false;
        };
        let Asks::Answers { questions, .. } = &waiting.pause.asks else {
            return false;
        };
        let question = questions.get(waiting.picks.question());
        let words = !ask.piece.by_command && ask.piece.file.is_none() && ask.follows.is_none();
        words && ask.user == waiting.asked_by && question.is_some_and(|it| it.choices.is_empty())
    }

    /// A message that is the answer to the question at hand.
    pub(super) fn answers(&self, ask: &Ask) -> ResponseActFuture<Self, Result<(), StoreError>> {
        let Some(waiting) = self.waits_for() else {
            return Box::pin(fut::ready(Ok(())));
        };
        let tapped = self.replied(waiting, &ask.piece.text, ask.user);
        let said = Said {
            update: ask.update,
            user: ask.user,
            turn: waiting.turn,
            below: None,
        };
        let (place, message) = (ask.place, ask.piece.message);
        let taken = self.take(tapped, said);
        Box::pin(taken.then(move |done, session, _| {
            let why = match done {
                Ok(Some(why)) => why,
                other => {
                    let done: ResponseActFuture<Self, _> = Box::pin(fut::ready(other.map(|_| ())));
                    return done;
                }
            };
            let body = Body {
                text: why.into_owned(),
                reply_to: Some(message),
                ..Body::default()
            };
            let id = session.commons.store.new_post();
            let told = vec![Change::Post(Post::new(id, place, Kind::Notice, body))];
            let commons = session.commons.clone();
            let sender = session.sender.clone();
            let told = async move { commons.commit(&sender, told).await };
            Box::pin(told.into_actor(session))
        }))
    }
}

impl Handler<ReplyToPause> for Session {
    type Result = ResponseActFuture<Self, Answered>;

    fn handle(&mut self, reply: ReplyToPause, _: &mut Self::Context) -> Self::Result {
        self.seen += 1;
        let ReplyToPause {
            update,
            user,
            text,
            turn,
            pause,
        } = reply;
        let about = |waiting: &&Waiting| waiting.id == pause && waiting.state.asks();
        let Some(waiting) = self.waits_for().filter(about) else {
            return self.too_late(update, user, turn, approvals::REPLY_LATE);
        };
        let tapped = match text {
            Some(text) => self.replied(waiting, &text, user),
            None => Tapped::Nothing(Denied::no_words(waiting)),
        };
        let said = Said {
            update,
            user,
            turn,
            below: None,
        };
        self.take(tapped, said)
    }
}
