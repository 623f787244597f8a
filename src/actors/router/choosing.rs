//! Buttons that say something in a person's name: ask this agent, talk to that one.

use actix::Context;

use super::{Router, Work};
use crate::actors::session::Ask;
use crate::config::Route;
use crate::ids::{MessageId, UpdateId, UserId};
use crate::model::{Action, Button, Piece, Place, Whom};
use crate::rules::access::{self, Rule};
use crate::rules::{route, turn, words};
use crate::store::Change;
use crate::telegram::Callback;

/// A tap by the button's own person, who may use its route now.
pub(super) struct Said {
    pub(super) update: UpdateId,
    pub(super) user: UserId,
    rule: Rule,
    pub(super) route: Route,
    message: MessageId,
    pub(super) button: Button,
}

impl Router {
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
            _ => self.switch_by_button(said),
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
            begun_after: None,
            beside: vec![
                used(said),
                turn::decided(button, asked, self.commons.store.new_post()),
            ],
        };
        self.ask(ask, route, ctx)
    }
}

pub(super) fn used(said: &Said) -> Change {
    Change::UseButton {
        token: said.button.token.clone(),
        by: said.user,
    }
}

pub(super) fn current(place: Place, user: UserId, route: &Route) -> Change {
    Change::SetCurrent {
        place,
        user,
        agent: route.agent.clone(),
    }
}
