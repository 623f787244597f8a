//! What is said past the outbox, because the store keeps nothing: that it does not.

use std::time::Duration;

use actix::{Context, Handler, Message, ResponseFuture};
use futures_util::future::join_all;
use tokio::time::timeout;
use tracing::{debug, info};

use super::Sender;
use crate::ids::{ChatId, TopicId};
use crate::telegram::OutMessage;

/// The longest that one such call may take; whoever asked for it tries again later.
const SAY_MAX: Duration = Duration::from_secs(10);

/// Says this now, once and at the same time in each of a few chats. Answers whether any of them got
/// it. It has no row: a death loses it, and it keeps to no pace.
#[derive(Message)]
#[rtype(result = "bool")]
pub struct SayUnkept {
    /// Where.
    pub chats: Vec<ChatId>,
    /// What.
    pub text: String,
}

impl Handler<SayUnkept> for Sender {
    type Result = ResponseFuture<bool>;

    fn handle(&mut self, say: SayUnkept, _: &mut Context<Self>) -> Self::Result {
        let (commons, api) = (self.commons.clone(), self.api.clone());
        Box::pin(async move {
            // A store that cannot even be read may be another process's by now.
            if let Err(failure) = commons.store.prove_ownership().await {
                debug!(%failure, "not said: the store cannot be read");
                return false;
            }
            let said = say.chats.into_iter().map(|chat| {
                let (api, text) = (api.clone(), say.text.clone());
                async move {
                    let message = OutMessage::text(chat, TopicId::NONE, text);
                    match timeout(SAY_MAX, api.send_message(&message)).await {
                        Ok(Ok(_)) => true,
                        Ok(Err(error)) => {
                            info!(%chat, %error, "telegram did not take it");
                            false
                        }
                        Err(_) => false,
                    }
                }
            });
            join_all(said).await.contains(&true)
        })
    }
}
