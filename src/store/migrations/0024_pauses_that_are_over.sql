-- What is left of a pause that is over: its cards, and who decided what, so that whoever replies to
-- one of them can be told. JSON; NULL while somebody is asked, and for what was over before this.
ALTER TABLE pauses ADD COLUMN closed TEXT;
