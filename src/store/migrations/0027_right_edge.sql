-- A store that has a million old rows takes a new one as a new store does: what is written for each
-- message goes to the end of its index, not to the place of its chat or person among all others, of
-- which each is a page of its own.

-- What people and routes have asked within a day is counted in one pass over that day.
DROP INDEX turns_of_person;
DROP INDEX turns_of_route;
DROP INDEX turns_by_time;
CREATE INDEX turns_of_day ON turns (bot, opened_at, asked_by, route);

-- Only a group becomes another chat. (Of chat < 0, SQLite would look at all groups at once.)
DROP INDEX turns_chat;
CREATE INDEX turns_chat ON turns (bot, chat) WHERE -chat > 0;

-- The ids of messages rise, in private chats over all of them.
DROP INDEX turn_messages_turn;
ALTER TABLE turn_messages RENAME TO turn_messages_by_chat;
CREATE TABLE turn_messages (
    bot          INTEGER NOT NULL,
    chat         INTEGER NOT NULL,
    message      INTEGER NOT NULL,
    turn         INTEGER NOT NULL REFERENCES turns (id),
    edit_told_at INTEGER,           -- when its writer was told that an edit came too late
    PRIMARY KEY (bot, message, chat)
) WITHOUT ROWID;
INSERT INTO turn_messages (bot, chat, message, turn, edit_told_at)
    SELECT bot, chat, message, turn, edit_told_at FROM turn_messages_by_chat
    ORDER BY bot, message, chat;
DROP TABLE turn_messages_by_chat;
CREATE INDEX turn_messages_turn ON turn_messages (turn);
CREATE INDEX turn_messages_chat ON turn_messages (bot, chat) WHERE -chat > 0;
DROP INDEX outbox_message;
CREATE INDEX outbox_message ON outbox (bot, message_id, chat) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_chat ON outbox (bot, chat) WHERE -chat > 0 AND message_id IS NOT NULL;

-- Only what still has to go out has an order.
DROP INDEX outbox_order;
DROP INDEX outbox_open;
CREATE UNIQUE INDEX outbox_order ON outbox (bot, chat, seq) WHERE state IN ('pending', 'sending');

-- A conversation that is used stays where it is: those of a person in a place are few.
DROP INDEX conversations_recent;
DROP INDEX conversations_chat;
CREATE INDEX conversations_place ON conversations (bot, chat, topic, user);
