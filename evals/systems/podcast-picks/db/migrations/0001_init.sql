CREATE TABLE shows (
    id            bigserial PRIMARY KEY,
    creator_id    bigint NOT NULL,
    title         text NOT NULL,
    description   text NOT NULL,
    category      text NOT NULL DEFAULT 'other',
    notes_style   text NOT NULL DEFAULT '',
    contact_email text NOT NULL,
    artwork_key   text NOT NULL DEFAULT '',
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'listed', 'rejected'))
);

CREATE TABLE episodes (
    id          bigserial PRIMARY KEY,
    show_id     bigint NOT NULL REFERENCES shows (id),
    title       text NOT NULL,
    audio_url   text NOT NULL,
    transcript  text NOT NULL,
    publish_at  timestamptz NOT NULL,
    summary     text NOT NULL DEFAULT '',
    notes       text NOT NULL DEFAULT '',
    notes_model text,
    notes_at    timestamptz
);

CREATE TABLE events (
    subject     text NOT NULL,
    episode_id  bigint NOT NULL,
    kind        text NOT NULL,
    seconds     double precision NOT NULL DEFAULT 0,
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_received ON events (received_at);
CREATE INDEX events_subject ON events (subject);
