-- How many turns a route has taken is counted in an index, not in the turns of everybody.
CREATE INDEX turns_of_route ON turns (bot, route, opened_at);
