CREATE TABLE travellers (
    id int PRIMARY KEY, mail text UNIQUE NOT NULL, name text NOT NULL, manager_mail text NOT NULL, cost_centre text NOT NULL,
    passport text, born_on date, preferences jsonb NOT NULL DEFAULT '{}', active boolean NOT NULL DEFAULT true
);
CREATE TABLE mails (
    id bigserial PRIMARY KEY, message_id text UNIQUE NOT NULL, thread text NOT NULL, sender text NOT NULL, subject text, body text,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE bookings (
    locator text PRIMARY KEY, traveller_id int NOT NULL REFERENCES travellers, kind text NOT NULL, price numeric NOT NULL, state text NOT NULL,
    details jsonb NOT NULL, booked_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit (
    id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), thread text NOT NULL, traveller_id int, tool text NOT NULL,
    arguments jsonb NOT NULL, result text NOT NULL
);
CREATE RULE audit_no_update AS ON UPDATE TO audit DO INSTEAD NOTHING;
CREATE RULE audit_no_delete AS ON DELETE TO audit DO INSTEAD NOTHING;
