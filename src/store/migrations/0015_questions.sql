-- A question that an agent has asked in words: JSON with its task, the version of the protocol that
-- the task was made in, and who is to answer. It leaves its conversation with the answer, so that
-- one message alone carries it.
ALTER TABLE conversations ADD COLUMN awaited TEXT;
ALTER TABLE turns ADD COLUMN answers TEXT;
