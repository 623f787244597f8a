-- How many turns a route has taken is counted in an index, not in the turns of everybody.
CREATE INDEX turns_of_route ON turns (bot, route, opened_at);

-- The sums are written in one statement for each that changes, not in two.
DROP TRIGGER updates_counted;
DROP TRIGGER updates_moved;
DROP TRIGGER turns_counted;
DROP TRIGGER turns_moved;
CREATE TRIGGER updates_counted AFTER INSERT ON updates
BEGIN
    INSERT INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'update', NEW.state, 1, NEW.state != 'new')
        ON CONFLICT DO UPDATE SET stands = stands + 1, ended = ended + excluded.ended;
END;
CREATE TRIGGER updates_moved AFTER UPDATE OF state ON updates WHEN NEW.state != OLD.state
BEGIN
    INSERT INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'update', NEW.state, 1, NEW.state != 'new')
        ON CONFLICT DO UPDATE SET stands = stands + 1, ended = ended + excluded.ended;
    UPDATE sums SET stands = stands - 1
        WHERE bot = OLD.bot AND kind = 'update' AND state = OLD.state;
END;
CREATE TRIGGER turns_counted AFTER INSERT ON turns
BEGIN
    INSERT INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'turn', NEW.state, 1, 0)
        ON CONFLICT DO UPDATE SET stands = stands + 1;
END;
CREATE TRIGGER turns_moved AFTER UPDATE OF state ON turns WHEN NEW.state != OLD.state
BEGIN
    INSERT INTO sums (bot, kind, state, stands, ended)
        VALUES (NEW.bot, 'turn', NEW.state, 1,
                NEW.state NOT IN ('queued', 'submitting', 'working', 'detached'))
        ON CONFLICT DO UPDATE SET stands = stands + 1, ended = ended + excluded.ended;
    UPDATE sums SET stands = stands - 1
        WHERE bot = OLD.bot AND kind = 'turn' AND state = OLD.state;
END;
