//! `getMe` and the webhook methods. A webhook is only remembered: nothing is delivered to it.

use serde_json::{Value, json};

use super::super::params::Params;
use super::super::refusal::Refused;
use super::super::world::World;

/// The bot itself.
pub(super) fn get_me(world: &World) -> Value {
    let mut me = world.me();
    let more = json!({
        "can_join_groups": true,
        "can_read_all_group_messages": !world.settings.privacy_mode,
        "supports_inline_queries": false,
        "can_connect_to_business": false,
        "has_main_web_app": false,
        "has_topics_enabled": world.settings.private_topics,
        "allows_users_to_create_topics": world.settings.private_topics,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        me[name] = value.clone();
    }
    me
}

/// Sets a webhook, which ends an open long poll; an empty URL removes it.
pub(super) fn set_webhook(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let url = params.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete_webhook(world, params));
    }
    if !url.starts_with("https://") {
        return Err(Refused::bad(
            "bad webhook: An HTTPS URL must be provided for webhook",
        ));
    }
    drop_pending(world, params);
    world.webhook = url;
    world.abort_poll_for_webhook();
    Ok(Value::Bool(true))
}

/// Removes the webhook.
pub(super) fn delete_webhook(world: &mut World, params: &Params) -> Value {
    drop_pending(world, params);
    world.webhook.clear();
    Value::Bool(true)
}

fn drop_pending(world: &mut World, params: &Params) {
    if params.flag("drop_pending_updates") {
        world.queue.clear();
    }
}

/// Tells about the webhook and the queue.
pub(super) fn webhook_info(world: &World) -> Value {
    let mut info = json!({
        "url": world.webhook,
        "has_custom_certificate": false,
        "pending_update_count": world.queue.len(),
    });
    if let Some(kinds) = world.queue.allowed() {
        info["allowed_updates"] = json!(kinds);
    }
    info
}
