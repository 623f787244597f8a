-- Groups that have become supergroups: what was known of the old id moved to the new one.
CREATE TABLE moved_chats (
    bot      INTEGER NOT NULL,
    old_chat INTEGER NOT NULL,
    new_chat INTEGER NOT NULL,
    moved_at INTEGER NOT NULL,
    PRIMARY KEY (bot, old_chat)
) WITHOUT ROWID;

-- Whose answer a message is, for whoever replies to it.
CREATE INDEX outbox_message ON outbox (bot, chat, message_id) WHERE message_id IS NOT NULL;
