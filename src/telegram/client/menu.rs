//! The lists of commands that people see when they type a slash.

use teloxide_core::payloads::{
    DeleteMyCommands, DeleteMyCommandsSetters, SetMyCommands, SetMyCommandsSetters,
};
use teloxide_core::types::{BotCommand, BotCommandScope, UserId as TgUserId};

use super::BotApi;
use crate::model::MenuScope;
use crate::telegram::error::TelegramError;
use crate::telegram::outgoing::{Command, recipient};

impl BotApi {
    /// Replaces a list of commands (Bot API: at most 100), or removes it if there are none: then
    /// the list of a wider scope shows.
    ///
    /// # Errors
    /// As [`TelegramError`] says.
    pub async fn set_my_commands(
        &self,
        scope: MenuScope,
        commands: &[Command],
    ) -> Result<(), TelegramError> {
        let scope = as_telegram_says(scope)?;
        if commands.is_empty() {
            return self.done(&DeleteMyCommands::new().scope(scope)).await;
        }
        let list = commands
            .iter()
            .map(|command| BotCommand::new(command.name.as_str(), command.description.as_str()));
        self.done(&SetMyCommands::new(list).scope(scope)).await
    }
}

fn as_telegram_says(scope: MenuScope) -> Result<BotCommandScope, TelegramError> {
    Ok(match scope {
        MenuScope::Everybody => BotCommandScope::Default,
        MenuScope::Chat(chat) => BotCommandScope::Chat {
            chat_id: recipient(chat),
        },
        MenuScope::Member(chat, user) => {
            let refused = || TelegramError::BadRequest(format!("{user} is no valid id"));
            BotCommandScope::ChatMember {
                chat_id: recipient(chat),
                user_id: TgUserId(u64::try_from(user.0).map_err(|_| refused())?),
            }
        }
    })
}
