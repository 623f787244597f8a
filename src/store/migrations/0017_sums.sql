-- How many updates and turns there ever were, by where they stand, and how many have come to each
-- end. Written in the commit of what it counts, so that it holds at every moment; what is
-- forgotten stays counted. A look at it costs a few rows, however many there are.
CREATE TABLE sums (
    bot    INTEGER NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('update', 'turn')),
    state  TEXT NOT NULL,
    stands INTEGER NOT NULL,        -- as many stand so now
    ended  INTEGER NOT NULL,        -- so many times one has ended so; never falls
    PRIMARY KEY (bot, kind, state)
) WITHOUT ROWID;
INSERT INTO sums (bot, kind, state, stands, ended)
    SELECT bot, 'update', state, count(*), count(ended_at) FROM updates GROUP BY bot, state;
INSERT INTO sums (bot, kind, state, stands, ended)
    SELECT bot, 'turn', state, count(*), count(ended_at) FROM turns GROUP BY bot, state;

CREATE TRIGGER updates_counted AFTER INSERT ON updates
BEGIN
    INSERT OR IGNORE INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'update', NEW.state, 0, 0);
    UPDATE sums SET stands = stands + 1, ended = ended + (NEW.state != 'new')
        WHERE bot = NEW.bot AND kind = 'update' AND state = NEW.state;
END;
CREATE TRIGGER updates_moved AFTER UPDATE OF state ON updates WHEN NEW.state != OLD.state
BEGIN
    INSERT OR IGNORE INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'update', NEW.state, 0, 0);
    UPDATE sums SET stands = stands + 1, ended = ended + (NEW.state != 'new')
        WHERE bot = NEW.bot AND kind = 'update' AND state = NEW.state;
    UPDATE sums SET stands = stands - 1
        WHERE bot = OLD.bot AND kind = 'update' AND state = OLD.state;
END;
CREATE TRIGGER turns_counted AFTER INSERT ON turns
BEGIN
    INSERT OR IGNORE INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'turn', NEW.state, 0, 0);
    UPDATE sums SET stands = stands + 1
        WHERE bot = NEW.bot AND kind = 'turn' AND state = NEW.state;
END;
CREATE TRIGGER turns_moved AFTER UPDATE OF state ON turns WHEN NEW.state != OLD.state
BEGIN
    INSERT OR IGNORE INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'turn', NEW.state, 0, 0);
    UPDATE sums
        SET stands = stands + 1,
            ended = ended + (NEW.state NOT IN ('queued', 'submitting', 'working', 'detached'))
        WHERE bot = NEW.bot AND kind = 'turn' AND state = NEW.state;
    UPDATE sums SET stands = stands - 1
        WHERE bot = OLD.bot AND kind = 'turn' AND state = OLD.state;
END;

-- What agents wait for now, without a look at all that they ever waited for.
CREATE INDEX pauses_waiting ON pauses (bot) WHERE state IN ('open', 'deciding', 'unknown');

-- Conversations that no slot leads to any more since their group moved: they are over.
UPDATE conversations SET closed_at = opened_at
    WHERE closed_at IS NULL AND id NOT IN (SELECT conversation FROM slots);
