-- What a button does, for whom, until when. The button itself carries only the token.
DROP TABLE buttons;
CREATE TABLE buttons (
    token      TEXT PRIMARY KEY,
    bot        INTEGER NOT NULL,
    chat       INTEGER NOT NULL,
    topic      INTEGER NOT NULL,
    action     TEXT,                -- JSON; NULL once used up: it may hold somebody's words
    turn       INTEGER REFERENCES turns (id),  -- NULL: about no turn
    for_user   INTEGER,             -- NULL: for admins alone
    post       INTEGER NOT NULL REFERENCES outbox (id),
    beside     INTEGER NOT NULL,    -- those of a post with the same number are used up together
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    used_by    INTEGER
) WITHOUT ROWID;
CREATE INDEX buttons_post ON buttons (post, beside);
CREATE INDEX buttons_expire ON buttons (bot, expires_at);

-- Somebody asked for its end, which the agent may not know yet.
ALTER TABLE turns ADD COLUMN stop_asked_at INTEGER;
-- A queued turn that waits for somebody's word: why, until when, and the post that asks.
ALTER TABLE turns ADD COLUMN held TEXT CHECK (held IN ('stale', 'stop'));
ALTER TABLE turns ADD COLUMN held_until INTEGER;
ALTER TABLE turns ADD COLUMN held_post INTEGER;
