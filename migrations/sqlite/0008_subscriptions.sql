-- What people want to hear of, or no more: `who` is an account or an address, `topic` an incident, a service, a severity,
-- everything, or what is public.
CREATE TABLE subscriptions (
    who TEXT NOT NULL,
    topic TEXT NOT NULL,
    wanted BOOLEAN NOT NULL,
    changed TEXT NOT NULL,
    PRIMARY KEY (who, topic)
);
CREATE INDEX subscriptions_of_topic ON subscriptions (topic, who);
