-- What is over is pruned a few rows at a time: each table by the time of its end, and each row
-- that others refer to without a look at all of them.
CREATE INDEX updates_ended ON updates (bot, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX updates_text ON updates (bot, ended_at) WHERE ended_at IS NOT NULL AND body IS NOT NULL;
CREATE INDEX turns_ended ON turns (bot, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX turns_text ON turns (bot, ended_at)
    WHERE ended_at IS NOT NULL AND (text != '' OR pieces IS NOT NULL);
CREATE INDEX turns_conversation ON turns (conversation);
CREATE INDEX turns_chat ON turns (bot, chat);
CREATE INDEX turns_held ON turns (held_post) WHERE held_post IS NOT NULL;
CREATE INDEX turn_updates_turn ON turn_updates (turn);
CREATE INDEX turn_messages_turn ON turn_messages (turn);
CREATE INDEX pauses_turn ON pauses (turn);
CREATE INDEX decisions_at ON decisions (bot, at);
CREATE INDEX outbox_ended ON outbox (bot, ended_at) WHERE ended_at IS NOT NULL;
DROP INDEX outbox_turn;
CREATE INDEX outbox_turn ON outbox (turn);
CREATE INDEX buttons_turn ON buttons (turn);
CREATE INDEX buttons_chat ON buttons (bot, chat);
CREATE INDEX slots_conversation ON slots (conversation);
CREATE INDEX conversations_chat ON conversations (bot, chat);
CREATE INDEX conversations_closed ON conversations (bot, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX current_agents_set ON current_agents (bot, set_at);
CREATE INDEX audit_at ON audit (bot, at);

-- Whoever asked was told that the question waits for a restart; said once.
ALTER TABLE turns ADD COLUMN restart_told_at INTEGER;

-- What an update or a turn was doing to the process: each panic that ended one, until it is parked.
CREATE TABLE panics (
    bot  INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('update', 'turn')),
    id   INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    line TEXT NOT NULL,             -- of the program; never anybody's words
    PRIMARY KEY (bot, kind, id, at)
) WITHOUT ROWID;
CREATE INDEX panics_at ON panics (bot, at);

-- What was set aside, and who asked for another try. The one table that another process than the
-- owner writes to, and only that: retry_asked_at.
CREATE TABLE parked (
    bot            INTEGER NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('update', 'turn')),
    id             INTEGER NOT NULL,
    why            TEXT NOT NULL,   -- never anybody's words
    parked_at      INTEGER NOT NULL,
    retry_asked_at INTEGER,
    PRIMARY KEY (bot, kind, id)
) WITHOUT ROWID;
CREATE INDEX parked_at ON parked (bot, parked_at);
CREATE INDEX parked_retry ON parked (bot) WHERE retry_asked_at IS NOT NULL;

-- When this file was made as a copy; NULL once a process has begun on it.
ALTER TABLE owner ADD COLUMN copied_at INTEGER;
