-- What people find a conversation again by: when it was last used (a turn of it began or ended, or
-- somebody went back to it), and its first words, which go when the text of their question would
-- have to. The next question gives such a conversation its words again.
ALTER TABLE conversations ADD COLUMN used_at INTEGER;   -- NULL: nothing was asked in it yet
ALTER TABLE conversations ADD COLUMN words TEXT;
ALTER TABLE conversations ADD COLUMN words_at INTEGER;
ALTER TABLE conversations ADD COLUMN words_of INTEGER;  -- the turn that they are of
UPDATE conversations SET used_at =
    (SELECT max(coalesce(t.ended_at, t.opened_at)) FROM turns t
     WHERE t.conversation = conversations.id);
CREATE INDEX conversations_recent ON conversations (bot, chat, topic, user, used_at)
    WHERE used_at IS NOT NULL;
CREATE INDEX conversations_words ON conversations (bot, words_at) WHERE words IS NOT NULL;
