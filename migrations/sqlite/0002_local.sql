-- The local chat: people, rooms, messages, and the stream of changes that browsers and the bot follow.
-- Ids are the chat's own, without `local:`. A message's id is the number of the change that made it.

CREATE TABLE local_people (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT,
    -- When they first signed in; empty for somebody who was only invited.
    seen TEXT
);

CREATE TABLE local_sessions (
    -- SHA-256 of the cookie: who reads the database cannot sign in with it.
    token TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE TABLE local_rooms (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    topic TEXT NOT NULL,
    private BOOLEAN NOT NULL,
    archived BOOLEAN NOT NULL,
    -- The work of the bot's that made it.
    effect TEXT UNIQUE
);

CREATE TABLE local_members (
    room TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (room, person)
);

CREATE TABLE local_messages (
    id BIGINT NOT NULL PRIMARY KEY,
    room TEXT NOT NULL,
    thread BIGINT,
    -- Empty: the bot.
    author TEXT,
    only_for TEXT,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    doc TEXT,
    mentions TEXT NOT NULL,
    edited BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    pinned BOOLEAN NOT NULL,
    effect TEXT UNIQUE
);

CREATE INDEX local_messages_by_room ON local_messages (room, id);
CREATE INDEX local_messages_by_thread ON local_messages (thread, id);

CREATE TABLE local_reactions (
    message BIGINT NOT NULL,
    emoji TEXT NOT NULL,
    person TEXT NOT NULL,
    room TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (message, emoji, person)
);

-- What browsers have asked for already, so that a request that is sent again is done once.
CREATE TABLE local_requests (
    person TEXT NOT NULL,
    nonce TEXT NOT NULL,
    at TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (person, nonce)
);

CREATE TABLE local_changes (
    seq BIGINT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    room TEXT,
    only_for TEXT,
    message BIGINT,
    -- What the message said from then on; emptied when the message is deleted.
    body TEXT,
    what TEXT NOT NULL
);

CREATE INDEX local_changes_by_message ON local_changes (message, seq);

-- `change`: the newest change. `heard`: the newest change that the bot has heard.
CREATE TABLE local_counters (
    name TEXT NOT NULL PRIMARY KEY,
    n BIGINT NOT NULL
);

INSERT INTO local_counters (name, n) VALUES ('change', 0);
INSERT INTO local_counters (name, n) VALUES ('heard', 0);
