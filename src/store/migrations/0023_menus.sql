-- The lists of commands that Telegram was last given: for everybody (chat 0, user 0), for a chat
-- (user 0), and for a member of a group. The digest tells whether a list is another one now.
CREATE TABLE menus (
    bot    INTEGER NOT NULL,
    chat   INTEGER NOT NULL,
    user   INTEGER NOT NULL,
    digest TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    PRIMARY KEY (bot, chat, user)
) WITHOUT ROWID;
CREATE INDEX menus_set ON menus (bot, set_at);
