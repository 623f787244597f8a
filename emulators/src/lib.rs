//! Stand-ins for the two services that Switchboard talks to, on real ports and as strict as the
//! real ones: the Telegram Bot API ([`bot_api`]) and A2A agents ([`agent`]); and for a proxy
//! between them ([`proxy`]).
//!
//! Tests start them on port 0, point the product at their URL, act as the people or the agents
//! through the handle, and look at what came of it. The playground runs on them too.

pub mod agent;
pub mod bot_api;
pub mod proxy;
