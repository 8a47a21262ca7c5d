"""Features of card accounts and transactions."""

from datetime import timedelta

import pandas as pd
from feast import Entity, FeatureService, FeatureView, Field, RequestSource, SnowflakeSource
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Bool, Float64, Int64, String
from feast.value_type import ValueType

account = Entity(name="account", join_keys=["account_id"], value_type=ValueType.STRING)
merchant = Entity(name="merchant", join_keys=["merchant_id"], value_type=ValueType.STRING)

spend_source = SnowflakeSource(
    name="account_spend_daily", table="ACCOUNT_SPEND_DAILY", timestamp_field="AS_OF", created_timestamp_column="LOADED_AT"
)
spend = FeatureView(
    name="account_spend",
    entities=[account],
    ttl=timedelta(days=3),
    schema=[
        Field(name="spend_1d", dtype=Float64),
        Field(name="spend_30d", dtype=Float64),
        Field(name="tx_count_1d", dtype=Int64),
        Field(name="tx_count_30d", dtype=Int64),
        Field(name="foreign_share_30d", dtype=Float64),
        Field(name="night_share_30d", dtype=Float64),
    ],
    source=spend_source,
)

# One row per account, rebuilt each night from the core system. AS_OF is the opening date of the account, so that joins never miss.
profile_source = SnowflakeSource(
    name="account_profile",
    query="""
        select ACCOUNT_ID, OPENED_AT as AS_OF, DATEDIFF(day, OPENED_AT, CURRENT_DATE) as ACCOUNT_AGE_DAYS,
               STATUS as ACCOUNT_STATUS, CARD_REISSUED, DISPUTES_TOTAL, COUNTRY
        from CORE.ACCOUNTS
    """,
    timestamp_field="AS_OF",
)
profile = FeatureView(
    name="account_profile",
    entities=[account],
    ttl=timedelta(days=0),
    schema=[
        Field(name="account_age_days", dtype=Int64),
        Field(name="account_status", dtype=String),
        Field(name="card_reissued", dtype=Bool),
        Field(name="disputes_total", dtype=Int64),
        Field(name="country", dtype=String),
    ],
    source=profile_source,
)

merchant_source = SnowflakeSource(
    name="merchant_daily", table="MERCHANT_DAILY", timestamp_field="AS_OF", created_timestamp_column="LOADED_AT"
)
merchant_view = FeatureView(
    name="merchant_risk",
    entities=[merchant],
    ttl=timedelta(days=7),
    schema=[
        Field(name="merchant_category", dtype=String),
        Field(name="dispute_rate_90d", dtype=Float64),
        Field(name="days_since_onboarding", dtype=Int64),
    ],
    source=merchant_source,
)

transaction = RequestSource(
    name="transaction",
    schema=[
        Field(name="amount", dtype=Float64),
        Field(name="entry_mode", dtype=String),
        Field(name="device_family", dtype=String),
    ],
)


@on_demand_feature_view(
    sources=[transaction, spend],
    schema=[Field(name="amount_ratio", dtype=Float64), Field(name="card_not_present", dtype=Bool)],
)
def ratios(inputs: pd.DataFrame) -> pd.DataFrame:
    out = pd.DataFrame()
    out["amount_ratio"] = inputs["amount"] / (inputs["spend_30d"] / inputs["tx_count_30d"].clip(lower=1)).clip(lower=1)
    out["card_not_present"] = inputs["entry_mode"] == "ecom"
    return out


fraud_v2 = FeatureService(name="fraud_v2", features=[spend, profile, merchant_view, ratios])
