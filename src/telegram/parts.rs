//! The names of what a message may hold, and what they make of it.

use super::lenient::Object;

/// The parts that make a message more than text. An animation also comes as a document,
/// so the order matters.
#[rustfmt::skip]
const MEDIA: [&str; 18] = [
    "animation", "audio", "checklist", "contact", "dice", "document", "game", "invoice",
    "paid_media", "photo", "poll", "sticker", "story", "venue", "location", "video",
    "video_note", "voice",
];

/// The parts that tell of an event in the chat.
#[rustfmt::skip]
const SERVICE: [&str; 42] = [
    "boost_added", "channel_chat_created", "chat_background_set", "chat_shared",
    "checklist_tasks_added", "checklist_tasks_done", "connected_website",
    "delete_chat_photo", "direct_message_price_changed", "forum_topic_closed",
    "forum_topic_created", "forum_topic_edited", "forum_topic_reopened",
    "general_forum_topic_hidden", "general_forum_topic_unhidden", "gift", "giveaway",
    "giveaway_completed", "giveaway_created", "giveaway_winners", "group_chat_created",
    "left_chat_member", "message_auto_delete_timer_changed", "migrate_from_chat_id",
    "migrate_to_chat_id", "new_chat_members", "new_chat_photo", "new_chat_title",
    "paid_message_price_changed", "passport_data", "pinned_message",
    "proximity_alert_triggered", "refunded_payment", "successful_payment",
    "supergroup_chat_created", "unique_gift", "users_shared", "video_chat_ended",
    "video_chat_participants_invited", "video_chat_scheduled", "video_chat_started",
    "write_access_allowed",
];

/// The parts with an inside that belong to any message.
#[rustfmt::skip]
const ENVELOPE: [&str; 17] = [
    "business_connection_id", "caption_entities", "chat", "direct_messages_topic",
    "entities", "external_reply", "forward_origin", "from", "link_preview_options", "quote",
    "reply_markup", "reply_to_message", "reply_to_story", "sender_business_bot",
    "sender_chat", "suggested_post_info", "via_bot",
];

/// Whether the message only tells of an event in the chat.
pub(super) fn is_event(message: &Object<'_>) -> bool {
    message.names().any(|name| SERVICE.contains(&name))
}

/// The kind of media; in a message with neither text nor event, any part with an inside.
pub(super) fn media_of(message: &Object<'_>, something_else: bool) -> Option<String> {
    if let Some(kind) = MEDIA.iter().find(|kind| message.has(kind)) {
        return Some((*kind).to_owned());
    }
    let inside = |name: &&str| {
        message
            .raw(name)
            .is_some_and(|raw| raw.starts_with(['{', '[']))
            && !ENVELOPE.contains(name)
    };
    message
        .names()
        .filter(|_| !something_else)
        .find(inside)
        .map(str::to_owned)
}
