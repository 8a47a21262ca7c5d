"""Feast definitions. `feast plan` in a merge request shows what changes."""
from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource
from feast.types import Bool, Float32, Int32

applicant = Entity(name="applicant", join_keys=["applicant_id"], description="A person who applied at least once")
application = Entity(name="application", join_keys=["application_id"])

# --- behaviour with us -------------------------------------------------------------------------------------------------

payments_source = PostgreSQLSource(
    name="payments_daily",
    query="SELECT * FROM features.payments_daily",
    timestamp_field="as_of",
    created_timestamp_column="built_at",
)
payments = FeatureView(
    name="payments",
    entities=[applicant],
    ttl=timedelta(days=3),
    schema=[
        Field(name="arrears_12m", dtype=Int32),
        Field(name="max_days_late_24m", dtype=Int32),
        Field(name="overdraft_days_90d", dtype=Int32),
        Field(name="utilisation", dtype=Float32),
        Field(name="salary_regularity", dtype=Float32),
        Field(name="months_of_history", dtype=Int32),
    ],
    source=payments_source,
    tags={"owner": "risk-data", "pii": "none"},
)

# --- bureau ------------------------------------------------------------------------------------------------------------

bureau_source = PostgreSQLSource(
    name="bureau_monthly",
    query="SELECT applicant_id, report_month::timestamptz AS report_month, received_at, score, open_loans, queries_6m FROM bureau.reports",
    timestamp_field="report_month",
    created_timestamp_column="received_at",
)
bureau = FeatureView(
    name="bureau",
    entities=[applicant],
    ttl=timedelta(days=120),
    schema=[
        Field(name="score", dtype=Int32),
        Field(name="open_loans", dtype=Int32),
        Field(name="queries_6m", dtype=Int32),
    ],
    source=bureau_source,
    tags={"owner": "risk-data", "pii": "none"},
)

# --- the application ---------------------------------------------------------------------------------------------------

application_source = PostgreSQLSource(
    name="application_facts",
    query="SELECT * FROM features.application_facts",
    timestamp_field="applied_at",
    created_timestamp_column="built_at",
)
application_facts = FeatureView(
    name="application_facts",
    entities=[application],
    ttl=timedelta(days=90),
    schema=[
        Field(name="income_to_instalment", dtype=Float32),
        Field(name="income_verified", dtype=Bool),
        Field(name="months_employed", dtype=Int32),
        Field(name="amount", dtype=Float32),
        Field(name="term_months", dtype=Int32),
        Field(name="district_late_rate", dtype=Float32),
    ],
    source=application_source,
    tags={"owner": "risk-data", "pii": "none"},
)

credit_default = FeatureService(
    name="credit_default_v3",
    features=[payments, bureau, application_facts],
    tags={"model": "credit_default"},
)
