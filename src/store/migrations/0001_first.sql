-- Times are milliseconds since 1970 (UTC). Every key carries the bot, so that one store
-- may serve several bots one day. Text is erased as soon as nothing needs it any more.

-- Who may write: each new owner raises the epoch, each write proves that it still holds.
CREATE TABLE owner (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch    INTEGER NOT NULL,
    taken_at INTEGER NOT NULL
);
INSERT INTO owner (only_row, epoch, taken_at) VALUES (1, 0, 0);

-- What Telegram delivered. Ids jump: only (bot, update_id) tells a duplicate.
CREATE TABLE updates (
    bot         INTEGER NOT NULL,
    update_id   INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    body        TEXT,               -- as delivered; NULL once the update came to its end
    state       TEXT NOT NULL CHECK (state IN
                    ('new', 'turn', 'joined', 'control', 'ignored', 'refused', 'parked')),
    reason      TEXT,
    ended_at    INTEGER,
    PRIMARY KEY (bot, update_id)
) WITHOUT ROWID;
CREATE INDEX updates_new ON updates (bot, update_id) WHERE state = 'new';

CREATE TABLE conversations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    bot        INTEGER NOT NULL,
    chat       INTEGER NOT NULL,
    topic      INTEGER NOT NULL,
    user       INTEGER NOT NULL,    -- 0: shared by the chat
    agent      TEXT NOT NULL,
    principal  TEXT NOT NULL,       -- the user that the agent knows it by
    context_id TEXT,                -- NULL until known; kagent: our own, from the first call
    opened_at  INTEGER NOT NULL,
    closed_at  INTEGER              -- set by /new; a late answer is still delivered
);

-- A slot points at its current conversation.
CREATE TABLE slots (
    bot          INTEGER NOT NULL,
    chat         INTEGER NOT NULL,
    topic        INTEGER NOT NULL,
    user         INTEGER NOT NULL,
    agent        TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    PRIMARY KEY (bot, chat, topic, user, agent)
) WITHOUT ROWID;

-- The agent that plain text of a person goes to, here.
CREATE TABLE current_agents (
    bot    INTEGER NOT NULL,
    chat   INTEGER NOT NULL,
    topic  INTEGER NOT NULL,
    user   INTEGER NOT NULL,
    agent  TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    PRIMARY KEY (bot, chat, topic, user)
) WITHOUT ROWID;

CREATE TABLE turns (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    bot          INTEGER NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    chat         INTEGER NOT NULL,
    topic        INTEGER NOT NULL,
    asked_by     INTEGER NOT NULL,
    first_update INTEGER NOT NULL,  -- its message id to the agent is derived from this one
    reply_to     INTEGER NOT NULL,
    text         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN
                     ('queued', 'submitting', 'working', 'detached', 'answered', 'told_failed',
                      'stopped', 'undeliverable', 'unknown_told')),
    attempt      INTEGER NOT NULL,
    prompt_id    TEXT,              -- A2A message id of this attempt
    endpoint     TEXT,
    protocol     TEXT,
    task_id      TEXT,
    placeholder  INTEGER,           -- the outbox row of its placeholder
    opened_at    INTEGER NOT NULL,
    submitted_at INTEGER,
    ended_at     INTEGER
);
CREATE INDEX turns_open ON turns (bot, id) WHERE state IN ('queued', 'submitting', 'working', 'detached');

-- Updates and turns are joined n to m: an album is one turn.
CREATE TABLE turn_updates (
    bot       INTEGER NOT NULL,
    update_id INTEGER NOT NULL,
    turn      INTEGER NOT NULL REFERENCES turns (id),
    PRIMARY KEY (bot, update_id, turn)
) WITHOUT ROWID;

-- Everything that must arrive at Telegram, committed with the change that it announces.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    bot        INTEGER NOT NULL,
    chat       INTEGER NOT NULL,
    topic      INTEGER NOT NULL,
    seq        INTEGER NOT NULL,    -- order within the chat
    turn       INTEGER REFERENCES turns (id),
    kind       TEXT NOT NULL,       -- decides what is done after an unknown outcome
    body       TEXT,                -- JSON; NULL once it needs no sending any more
    state      TEXT NOT NULL CHECK (state IN
                   ('pending', 'sending', 'sent', 'refused', 'unknown', 'dropped')),
    sends      INTEGER NOT NULL DEFAULT 0,  -- calls begun; beyond the first, a duplicate is possible
    message_id INTEGER,
    reason     TEXT,
    posted_at  INTEGER NOT NULL,
    ended_at   INTEGER
);
CREATE UNIQUE INDEX outbox_order ON outbox (bot, chat, seq);
CREATE INDEX outbox_open ON outbox (bot, id) WHERE state IN ('pending', 'sending');
CREATE INDEX outbox_turn ON outbox (turn) WHERE state = 'pending';

-- What a button does, for whom, until when. The button itself carries only the token.
CREATE TABLE buttons (
    token      TEXT PRIMARY KEY,
    bot        INTEGER NOT NULL,
    chat       INTEGER NOT NULL,
    action     TEXT NOT NULL,
    turn       INTEGER NOT NULL REFERENCES turns (id),
    attempt    INTEGER NOT NULL,    -- the attempt that it was shown for
    post       INTEGER NOT NULL REFERENCES outbox (id),
    for_user   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    used_by    INTEGER
) WITHOUT ROWID;
CREATE INDEX buttons_post ON buttons (post) WHERE used_at IS NULL;

-- Strangers who were told so: one row each, bounded, never any text.
CREATE TABLE strangers (
    bot  INTEGER NOT NULL,
    who  INTEGER NOT NULL,          -- a user, or a group
    day  INTEGER NOT NULL,          -- UTC day of the last refusal that was spoken
    PRIMARY KEY (bot, who)
) WITHOUT ROWID;
CREATE INDEX strangers_day ON strangers (bot, day);

-- Append-only: who asked which agent, what was refused, by which rule. Never message text.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    bot    INTEGER NOT NULL,
    chat   INTEGER NOT NULL,
    user   INTEGER NOT NULL,
    event  TEXT NOT NULL,
    agent  TEXT,
    turn   INTEGER,
    rule   TEXT
);
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit is append-only');
END;
