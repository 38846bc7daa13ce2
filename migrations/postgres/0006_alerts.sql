-- The alerts that were heard of, each as it is now. `grp` is what belongs together; `body` has the rest.
CREATE TABLE alerts (
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    grp TEXT NOT NULL,
    firing BOOLEAN NOT NULL,
    changed TIMESTAMPTZ NOT NULL,
    incident BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (source, fingerprint)
);
CREATE INDEX alerts_of_group ON alerts (grp, changed);
CREATE INDEX alerts_firing ON alerts (firing, changed);
