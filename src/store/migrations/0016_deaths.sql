-- How many processes, one after the other, have ended without a word: neither in order nor by a
-- panic that was written down. One row while a process runs and after it has died.
CREATE TABLE deaths (
    bot      INTEGER PRIMARY KEY,
    running  INTEGER NOT NULL,      -- 1 from the start of a process until it ends in order
    in_a_row INTEGER NOT NULL,      -- before this one
    began_at INTEGER NOT NULL
);

-- What was in work at such deaths, is let in alone now, and at how many deaths in a row it was alone.
CREATE TABLE suspects (
    bot      INTEGER NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('update', 'turn')),
    id       INTEGER NOT NULL,
    deaths   INTEGER NOT NULL,
    alone_at INTEGER,               -- since when; NULL while it waits
    PRIMARY KEY (bot, kind, id)
) WITHOUT ROWID;
