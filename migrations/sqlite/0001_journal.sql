-- The journal: what was heard, what happened, what is to be done. The same shape on both databases.

-- Deliveries by what they are, so that the same thing heard twice is known.
CREATE TABLE inbox (
    identity TEXT PRIMARY KEY,
    at TEXT NOT NULL
);

-- The log. `hash` covers `prev` and `body`, so that nothing in the middle can be changed unseen.
CREATE TABLE events (
    incident BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (incident, seq)
);

-- Read models: all of it follows from `events`; `firebell verify` compares.
CREATE TABLE incidents (
    number BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL,
    head TEXT NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    severity TEXT NOT NULL,
    status TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    service TEXT,
    private BOOLEAN NOT NULL,
    commander_id TEXT,
    commander_name TEXT,
    room_id TEXT,
    room_name TEXT,
    declared TEXT NOT NULL,
    ended TEXT,
    update_due TEXT
);
CREATE INDEX incidents_open ON incidents (is_open, title_key);

CREATE TABLE rooms (
    room TEXT PRIMARY KEY,
    incident BIGINT NOT NULL
);
CREATE INDEX rooms_of ON rooms (incident);

CREATE TABLE actions (
    incident BIGINT NOT NULL,
    number BIGINT NOT NULL,
    text TEXT NOT NULL,
    owner_id TEXT,
    owner_name TEXT,
    due TEXT,
    aim TEXT,
    done TEXT,
    PRIMARY KEY (incident, number)
);
CREATE INDEX actions_open ON actions (done, due);

-- The transcript.
CREATE TABLE messages (
    room TEXT NOT NULL,
    id TEXT NOT NULL,
    incident BIGINT NOT NULL,
    thread TEXT,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    at TEXT NOT NULL,
    text TEXT NOT NULL,
    link TEXT,
    edited BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    PRIMARY KEY (room, id)
);
CREATE INDEX messages_in_order ON messages (incident, at, id);

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    handle TEXT NOT NULL
);
CREATE INDEX people_named ON people (name_key);

CREATE TABLE members (
    room TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (room, person)
);

-- Offers to declare from a message, until they are taken or withdrawn.
CREATE TABLE offers (
    room TEXT NOT NULL,
    message TEXT NOT NULL,
    person TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (room, message, person)
);

-- Work to do. `wanted` counts how often it was asked for; `state` is waiting or parked.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    rank BIGINT NOT NULL,
    due TEXT NOT NULL,
    leased_until TEXT NOT NULL,
    wanted BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL,
    changed TEXT NOT NULL,
    incident BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX outbox_due ON outbox (state, due);
CREATE INDEX outbox_lanes ON outbox (lane, id);
