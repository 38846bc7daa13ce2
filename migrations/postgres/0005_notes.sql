-- What an adapter has to remember between two starts: how far it has heard, what an event was that a later one only
-- names.
CREATE TABLE notes (
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (source, key)
);
