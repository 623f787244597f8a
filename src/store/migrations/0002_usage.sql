-- Tokens, as the agent of the turn counted them; NULL where it tells nothing. They are those of
-- the task of its last attempt: a turn that goes on in the task of another one has that one's, too.
ALTER TABLE turns ADD COLUMN prompt_tokens INTEGER;
ALTER TABLE turns ADD COLUMN answer_tokens INTEGER;
ALTER TABLE turns ADD COLUMN total_tokens INTEGER;
