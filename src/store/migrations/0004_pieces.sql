-- A turn may be made of several messages: an album, or a text that was split.

-- JSON: its pieces, where they are more than one plain text. Erased with the text.
ALTER TABLE turns ADD COLUMN pieces TEXT;
-- JSON: what it waits for before it may begin; NULL where it waits for nothing.
ALTER TABLE turns ADD COLUMN gathering TEXT;

-- Which turn a message belongs to: whoever edits the message means that turn.
CREATE TABLE turn_messages (
    bot          INTEGER NOT NULL,
    chat         INTEGER NOT NULL,
    message      INTEGER NOT NULL,
    turn         INTEGER NOT NULL REFERENCES turns (id),
    edit_told_at INTEGER,           -- when its writer was told that an edit came too late
    PRIMARY KEY (bot, chat, message)
) WITHOUT ROWID;
INSERT OR IGNORE INTO turn_messages (bot, chat, message, turn)
    SELECT bot, chat, reply_to, id FROM turns WHERE reply_to != 0;
