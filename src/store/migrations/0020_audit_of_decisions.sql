-- What a line of the audit is about: the route that was asked by, and of a decision the SHA-256 of the
-- calls, unmasked, and their tools with the verdict on each.
ALTER TABLE audit ADD COLUMN route TEXT;
ALTER TABLE audit ADD COLUMN digest TEXT;
ALTER TABLE audit ADD COLUMN tools TEXT;
