//! Buttons that say something in a person's name: ask this agent, talk to that one.

use actix::Context;

use super::changes::ends;
use super::facts::seat_key;
use super::{Router, Work};
use crate::actors::StoreIds;
use crate::actors::session::Ask;
use crate::config::Route;
use crate::ids::{MessageId, UpdateId, UserId};
use crate::model::{Action, Body, Button, Kind, Piece, Place, Post, UpdateEnd, Whom};
use crate::rules::access::{self, Rule};
use crate::rules::buttons::{self, Under};
use crate::rules::choices::{self, Lines};
use crate::rules::turn::{self, Fresh};
use crate::rules::{route, words};
use crate::store::Change;
use crate::telegram::{Callback, Incoming};

/// A tap by the button's own person, who may use its route now.
struct Said {
    update: UpdateId,
    user: UserId,
    rule: Rule,
    route: Route,
    message: MessageId,
    button: Button,
}

impl Router {
    /// An answer above buttons that are for this person.
    pub(super) fn reply_with(
        &self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        text: String,
        lines: Lines,
    ) -> Vec<Change> {
        let mut changes = super::reply(id, message, text, &self.commons);
        for change in &mut changes {
            let Change::Post(post) = change else { continue };
            let under = Under {
                post: post.id,
                place: post.place,
                whom: Whom::Person(user),
            };
            let made = buttons::together(under, lines, &mut StoreIds(&self.commons));
            post.body.buttons = made.shown;
            changes.extend(made.changes);
            break;
        }
        changes
    }

    /// A route's command alone: its agent is the person's current one, with its examples.
    pub(super) fn switch(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        route: &Route,
    ) -> Vec<Change> {
        let key = seat_key(message);
        self.set_current(key, &route.agent, self.commons.now());
        let lines = choices::examples(route);
        let mut changes = self.reply_with(id, message, user, words::switched(route), lines);
        changes.push(current(key.0, user, route));
        changes
    }

    /// A button about no turn was tapped.
    pub(super) fn say(
        &mut self,
        id: UpdateId,
        tap: Callback,
        button: Button,
        ctx: &mut Context<Self>,
    ) -> Work {
        let user = tap.from.id;
        let (Action::Ask { command, .. } | Action::Switch { command }) = &button.action else {
            return self.answer_tap(id, tap, Some(words::BUTTON_OVER), "button over");
        };
        let commons = self.commons.clone();
        let config = commons.config();
        let found = route::route_of(&config, command);
        let allowed = found.and_then(|route| {
            let rule = access::may_ask(route, user, button.place.chat)?;
            // Nobody speaks in another's name.
            (button.whom == Whom::Person(user)).then(|| (route.clone(), rule))
        });
        let Some((route, rule)) = allowed else {
            let agent = found.map(|route| &route.agent);
            return self.refuse_tap(id, tap, agent);
        };
        let said = Said {
            update: id,
            user,
            rule,
            route,
            message: tap.message,
            button,
        };
        let work = match said.button.action.clone() {
            Action::Ask {
                text,
                reply_to,
                switch,
                ..
            } => self.ask_by_button(&said, text, reply_to, switch, ctx),
            _ => self.switch_by_button(&said),
        };
        self.answer_when_done(id, tap, work)
    }

    fn ask_by_button(
        &mut self,
        said: &Said,
        text: String,
        reply_to: Option<MessageId>,
        switch: bool,
        ctx: &mut Context<Self>,
    ) -> Work {
        let Said { button, route, .. } = said;
        if switch {
            let now = self.commons.now();
            self.set_current((button.place, said.user), &route.agent, now);
        }
        let asked = words::asked(&route.agent, &text);
        let ask = Ask {
            update: said.update,
            user: said.user,
            place: button.place,
            piece: Piece::plain(reply_to.unwrap_or(said.message), text),
            route: route.name(),
            gathering: None,
            follows: None,
            rule: said.rule,
            renews: switch,
            late: None,
            beside: vec![
                used(said),
                turn::decided(button, asked, self.commons.store.new_post()),
            ],
        };
        self.ask(ask, route, ctx)
    }

    /// The message becomes the word that the agent is the current one, with its examples.
    fn switch_by_button(&mut self, said: &Said) -> Work {
        let Said {
            button,
            route,
            user,
            update,
            ..
        } = said;
        let now = self.commons.now();
        self.set_current((button.place, *user), &route.agent, now);
        let under = Under {
            post: button.post,
            place: button.place,
            whom: button.whom,
        };
        let mut fresh = StoreIds(&self.commons);
        let made = buttons::together(under, choices::examples(route), &mut fresh);
        let body = Body {
            text: words::switched(route),
            target: Some(button.post),
            buttons: made.shown,
            ..Body::default()
        };
        let edit = Post::new(fresh.post(), button.place, Kind::Edit, body);
        let mut changes = vec![
            ends(*update, UpdateEnd::Control),
            used(said),
            current(button.place, *user, route),
            Change::Post(edit),
        ];
        changes.extend(made.changes);
        let (commons, sender) = (self.commons.clone(), self.sender.clone().recipient());
        Box::pin(async move { commons.commit(&sender, changes).await })
    }
}

fn used(said: &Said) -> Change {
    Change::UseButton {
        token: said.button.token.clone(),
        by: said.user,
    }
}

fn current(place: Place, user: UserId, route: &Route) -> Change {
    Change::SetCurrent {
        place,
        user,
        agent: route.agent.clone(),
    }
}
