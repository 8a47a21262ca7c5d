CREATE SCHEMA IF NOT EXISTS features;
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE features.payments_daily (
    applicant_id bigint NOT NULL,
    as_of timestamptz NOT NULL,
    arrears_12m int, max_days_late_24m int, overdraft_days_90d int, utilisation real, salary_regularity real, months_of_history int,
    built_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (applicant_id, as_of)
);

CREATE TABLE features.application_facts (
    application_id bigint PRIMARY KEY,
    applicant_id bigint NOT NULL,
    applied_at timestamptz NOT NULL,
    income_to_instalment real, income_verified boolean, months_employed int, amount real, term_months int, district_late_rate real,
    built_at timestamptz NOT NULL DEFAULT now()
);

CREATE ROLE features_writer NOLOGIN;
GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA features TO features_writer;
CREATE ROLE analyst NOLOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA features TO analyst;
