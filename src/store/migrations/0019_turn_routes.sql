-- The route that a turn was asked by: its command. NULL where that was not noted yet.
ALTER TABLE turns ADD COLUMN route TEXT;
