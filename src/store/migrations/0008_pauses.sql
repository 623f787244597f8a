-- What agents wait for: one row each time somebody is asked.
CREATE TABLE pauses (
    bot     INTEGER NOT NULL,
    id      INTEGER NOT NULL,       -- the number of its first card's post
    turn    INTEGER NOT NULL REFERENCES turns (id),
    version INTEGER NOT NULL,       -- rises with each change; each change names the one before
    state   TEXT NOT NULL CHECK (state IN
                ('open', 'deciding', 'unknown', 'decided', 'rejected', 'expired', 'gone')),
    digest  TEXT NOT NULL,          -- SHA-256 of what was asked, unmasked
    body    TEXT,                   -- JSON; NULL once it is over
    PRIMARY KEY (bot, id)
) WITHOUT ROWID;
-- A turn waits for one thing at a time.
CREATE UNIQUE INDEX pauses_open ON pauses (turn) WHERE state IN ('open', 'deciding', 'unknown');

-- Every decision, written before it leaves. Nothing runs that has no row here.
CREATE TABLE decisions (
    bot     INTEGER NOT NULL,
    pause   INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    digest  TEXT NOT NULL,          -- of what was decided about
    user    INTEGER,                -- NULL: nobody, in time
    at      INTEGER NOT NULL,
    verdict TEXT NOT NULL,          -- JSON: what goes to the agent
    PRIMARY KEY (bot, pause, attempt)
) WITHOUT ROWID;
CREATE TRIGGER decisions_are_append_only BEFORE UPDATE ON decisions
BEGIN
    SELECT RAISE (ABORT, 'decisions are append-only');
END;

-- How many turns somebody has begun.
CREATE INDEX turns_of_person ON turns (bot, asked_by, opened_at);
CREATE INDEX turns_by_time ON turns (bot, opened_at);
