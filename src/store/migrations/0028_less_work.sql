-- SQLite makes a table of a list of more than two values each time it compares something with it, and
-- a message is compared thirty times. What is open is what has not ended; the states that a row may
-- have are compared one by one.
DROP INDEX turns_open;
CREATE INDEX turns_open ON turns (bot, id) WHERE ended_at IS NULL;

-- The sums are of what is over. What is open is few, and counted when somebody asks: it was written
-- here with each step of a message. (Whatever ends or begins again says when in `ended_at`; what has
-- ended and ends otherwise says it again.)
DELETE FROM sums WHERE kind = 'update' AND state = 'new';
DELETE FROM sums WHERE kind = 'turn' AND state IN ('queued', 'submitting', 'working', 'detached');
DROP TRIGGER updates_counted;
DROP TRIGGER updates_moved;
DROP TRIGGER turns_counted;
DROP TRIGGER turns_moved;
CREATE TRIGGER updates_ended_so AFTER UPDATE OF ended_at ON updates
    WHEN NEW.ended_at IS NOT NULL AND NEW.state != OLD.state
BEGIN
    INSERT INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'update', NEW.state, 1, 1)
        ON CONFLICT DO UPDATE SET stands = stands + 1, ended = ended + 1;
END;
CREATE TRIGGER updates_stand_no_more AFTER UPDATE OF ended_at ON updates
    WHEN OLD.ended_at IS NOT NULL AND NEW.state != OLD.state
BEGIN
    UPDATE sums SET stands = stands - 1
        WHERE bot = OLD.bot AND kind = 'update' AND state = OLD.state;
END;
CREATE TRIGGER turns_ended_so AFTER UPDATE OF ended_at ON turns
    WHEN NEW.ended_at IS NOT NULL AND NEW.state != OLD.state
BEGIN
    INSERT INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'turn', NEW.state, 1, 1)
        ON CONFLICT DO UPDATE SET stands = stands + 1, ended = ended + 1;
END;
CREATE TRIGGER turns_stand_no_more AFTER UPDATE OF ended_at ON turns
    WHEN OLD.ended_at IS NOT NULL AND NEW.state != OLD.state
BEGIN
    UPDATE sums SET stands = stands - 1
        WHERE bot = OLD.bot AND kind = 'turn' AND state = OLD.state;
END;

-- The rows stay as they are, and so does what is asked of them: only its words change, as
-- https://sqlite.org/lang_altertable.html#otheralter describes. DROP INDEX above has told every other
-- connection that the schema is another one.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'state IN
                    (''new'', ''turn'', ''joined'', ''control'', ''ignored'', ''refused'', ''parked'')',
    'state = ''new'' OR state = ''turn'' OR state = ''joined'' OR state = ''control''
                    OR state = ''ignored'' OR state = ''refused'' OR state = ''parked''')
    WHERE type = 'table' AND name = 'updates';
UPDATE sqlite_schema SET sql = replace(sql, 'state IN
                     (''queued'', ''submitting'', ''working'', ''detached'', ''answered'', ''told_failed'',
                      ''stopped'', ''undeliverable'', ''unknown_told'')',
    'state = ''queued'' OR state = ''submitting'' OR state = ''answered'' OR state = ''working''
                     OR state = ''detached'' OR state = ''told_failed'' OR state = ''stopped''
                     OR state = ''undeliverable'' OR state = ''unknown_told''')
    WHERE type = 'table' AND name = 'turns';
UPDATE sqlite_schema SET sql = replace(sql, 'state IN
                   (''pending'', ''sending'', ''sent'', ''refused'', ''unknown'', ''dropped'')',
    'state = ''pending'' OR state = ''sending'' OR state = ''sent'' OR state = ''refused''
                   OR state = ''unknown'' OR state = ''dropped''')
    WHERE type = 'table' AND name = 'outbox';
PRAGMA writable_schema = RESET;
