-- Until when Telegram wants nothing of us, in a chat or (chat 0) at all: a new process has been told
-- so, too. What is over goes with the next that comes.
CREATE TABLE penalties (
    bot      INTEGER NOT NULL,
    chat     INTEGER NOT NULL,      -- 0: every chat
    until_at INTEGER NOT NULL,
    PRIMARY KEY (bot, chat)
) WITHOUT ROWID;
CREATE INDEX penalties_until ON penalties (bot, until_at);

-- Somebody's words, kept only where the configuration says so, and as long as the line.
ALTER TABLE audit ADD COLUMN text TEXT;
