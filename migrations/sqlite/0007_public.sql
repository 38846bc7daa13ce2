-- The status page asks for what is public of all incidents, and nothing else.
ALTER TABLE incidents ADD COLUMN public BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX incidents_public ON incidents (public, number);
