CREATE TABLE risk.scores (
    application_id bigint NOT NULL,
    scored_on date NOT NULL,
    score real NOT NULL,
    decision text NOT NULL CHECK (decision IN ('accept', 'officer', 'decline')),
    model_name text NOT NULL,
    model_version int NOT NULL,
    frame_sha256 char(64) NOT NULL,
    features jsonb NOT NULL,
    reasons jsonb NOT NULL DEFAULT '[]',
    run_id text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (application_id, scored_on)
);

CREATE FUNCTION risk.never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'risk.scores is append-only'; END $$;
CREATE TRIGGER scores_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON risk.scores FOR EACH STATEMENT EXECUTE FUNCTION risk.never();

CREATE ROLE scores_writer NOLOGIN;
GRANT SELECT, INSERT ON risk.scores TO scores_writer;

-- an officer sees a case over this view, with what the model saw
CREATE VIEW risk.open_cases AS
    SELECT application_id, scored_on, score, features, reasons FROM risk.scores WHERE decision = 'officer';

CREATE TABLE risk.score_shares (day date PRIMARY KEY, shares real[] NOT NULL);
GRANT SELECT, INSERT ON risk.score_shares TO scores_writer;
