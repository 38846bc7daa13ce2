-- What chats have delivered, as it came: acknowledged once it is here, gone once it is taken in. `state` is waiting, or
-- aside for what nobody understands. Letters of one lane are taken in one after the other.
CREATE TABLE mail (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source TEXT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    held_until TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL
);
CREATE INDEX mail_waiting ON mail (source, state, id);
CREATE INDEX mail_held ON mail (source, held_until, lane);

-- Until when a chat was heard: what it said later, while nobody listened, is read back.
CREATE TABLE heard_from (
    source TEXT NOT NULL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL
);
