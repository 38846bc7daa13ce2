-- Who is first in a lane is asked for every piece of work that is due. Only what waits stands in a lane, and an index of
-- just that is one that PostgreSQL takes also before it has gathered statistics.

DROP INDEX outbox_lanes;
CREATE INDEX outbox_lanes ON outbox (lane, id) WHERE state = 'waiting';
