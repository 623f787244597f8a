-- The file that a row of the outbox carries, apart from its body: a start reads all bodies
-- that wait, and a file only when it is sent.
CREATE TABLE outbox_files (
    post       INTEGER PRIMARY KEY REFERENCES outbox (id),
    bot        INTEGER NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes      BLOB NOT NULL
);

-- The bytes go with the text, however the row comes to its end.
CREATE TRIGGER outbox_files_end AFTER UPDATE OF body ON outbox WHEN NEW.body IS NULL
BEGIN
    DELETE FROM outbox_files WHERE post = NEW.id;
END;
