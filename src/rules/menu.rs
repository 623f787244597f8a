//! The lists of commands that Telegram shows to people who type a slash: each sees what they may
//! use there.
//!
//! Telegram shows the list of the narrowest scope that has one (Bot API, `BotCommandScope`). So
//! everybody gets what a stranger may know of, a person in private their own list, a group what
//! all of its members may use, and a member who may use more or less than that a list of their
//! own. Where there is nothing to add the list is empty: then the wider one shows.

use crate::config::{Config, Route};
use crate::ids::{ChatId, UserId};
use crate::model::MenuScope;
use crate::rules::access;
use crate::rules::words::{MENU, MENU_OF_STRANGERS};
use crate::telegram::Command;

/// The most commands of a list (Bot API, `setMyCommands`).
const COMMANDS_MAX: usize = 100;

/// The scopes in which somebody who writes in a chat sees a list of their own.
#[must_use]
pub fn scopes(chat: ChatId, user: UserId) -> Vec<MenuScope> {
    if chat.is_group() {
        vec![MenuScope::Chat(chat), MenuScope::Member(chat, user)]
    } else {
        vec![MenuScope::Chat(chat)]
    }
}

/// The list of a scope; empty where it has none.
#[must_use]
pub fn menu(config: &Config, scope: MenuScope) -> Vec<Command> {
    match scope {
        MenuScope::Everybody => built_in(&MENU_OF_STRANGERS).collect(),
        // The private chat with a person has the person's id (Bot API).
        MenuScope::Chat(chat) if !chat.is_group() => of_person(config, UserId(chat.0), chat),
        MenuScope::Chat(chat) => of_all(config, chat),
        MenuScope::Member(chat, user) => {
            let own = of_person(config, user, chat);
            if own == of_all(config, chat) {
                return Vec::new();
            }
            own
        }
    }
}

/// A digest of a list, to tell two of them apart.
#[must_use]
pub fn digest(commands: &[Command]) -> String {
    let id = uuid::Uuid::new_v5(
        &uuid::Uuid::NAMESPACE_OID,
        format!("{commands:?}").as_bytes(),
    );
    id.simple().to_string()
}

fn of_person(config: &Config, user: UserId, chat: ChatId) -> Vec<Command> {
    if access::is_stranger(config, user, chat) {
        return Vec::new();
    }
    of_routes(access::routes_for(config, user, chat))
}

/// What every member of a group may use.
fn of_all(config: &Config, chat: ChatId) -> Vec<Command> {
    // A right that nobody has as a person is the group's own.
    let mut routes = access::routes_for(config, UserId::SHARED, chat).peekable();
    if routes.peek().is_none() {
        return Vec::new();
    }
    of_routes(routes)
}

fn of_routes<'a>(routes: impl Iterator<Item = &'a Route>) -> Vec<Command> {
    let routes = routes.map(|route| Command {
        name: route.command.to_string(),
        description: route.description.clone(),
    });
    let routes = routes.take(COMMANDS_MAX - MENU.len());
    routes.chain(built_in(&MENU)).collect()
}

fn built_in(
    menu: &'static [(&'static str, &'static str)],
) -> impl Iterator<Item = Command> + 'static {
    menu.iter().map(|(name, description)| Command {
        name: (*name).to_owned(),
        description: (*description).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Allow;
    use crate::rules::testing::{ADMIN, BEN, CLEO, DORA, ELSEWHERE, GROUP, STRANGER, config};

    /// The commands of routes in a list, and whether the bot's own are there as well.
    fn seen(scope: MenuScope) -> (Vec<String>, bool) {
        let config = config();
        let menu = menu(&config, scope);
        let own = menu.iter().any(|command| command.name == "status");
        let names = menu.into_iter().map(|command| command.name);
        let routes = ["k8s", "istio", "security"];
        (
            names.filter(|name| routes.contains(&&**name)).collect(),
            own,
        )
    }

    #[test]
    fn everybody_sees_what_they_may_use_where_they_are() {
        let private = |user: UserId| MenuScope::Chat(ChatId(user.0));
        let member = MenuScope::Member;
        let table: [(MenuScope, &[&str], bool); 11] = [
            (MenuScope::Everybody, &[], false),
            (private(BEN), &["k8s", "istio"], true),
            (private(CLEO), &["security"], true),
            (private(ADMIN), &[], true),
            (private(STRANGER), &[], false),
            (MenuScope::Chat(GROUP), &["k8s"], true),
            (MenuScope::Chat(ELSEWHERE), &[], false),
            (member(GROUP, DORA), &["k8s", "istio", "security"], true),
            // The same as all members.
            (member(GROUP, STRANGER), &[], false),
            (member(ELSEWHERE, BEN), &["k8s", "istio"], true),
            (member(ELSEWHERE, STRANGER), &[], false),
        ];
        for (scope, routes, own) in table {
            let expected: Vec<String> = routes.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(seen(scope), (expected, own), "{scope:?}");
        }
        let strangers = menu(&config(), MenuScope::Everybody);
        let names: Vec<&str> = strangers.iter().map(|command| &*command.name).collect();
        assert_eq!(names, ["start", "help", "whoami"]);
    }

    #[test]
    fn a_list_has_at_most_a_hundred_and_the_own_commands_are_among_them() {
        let mut config = config();
        let route = config.routes[0].clone();
        config.routes = (0..300)
            .map(|n| Route {
                command: format!("r{n}").into(),
                allow: vec![Allow::Person(BEN)],
                ..route.clone()
            })
            .collect();
        let menu = menu(&config, MenuScope::Chat(ChatId(BEN.0)));
        assert_eq!(menu.len(), 100);
        assert_eq!(menu[0].name, "r0");
        assert_eq!(menu[99].name, "help");
    }

    #[test]
    fn another_list_has_another_digest() {
        let mut config = config();
        let scope = MenuScope::Chat(ChatId(BEN.0));
        let before = digest(&menu(&config, scope));
        assert_eq!(before, digest(&menu(&config, scope)));
        config.routes[0].description.push('!');
        assert_ne!(before, digest(&menu(&config, scope)));
    }
}
