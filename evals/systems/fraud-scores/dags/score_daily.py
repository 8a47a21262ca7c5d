"""Every night: features to the online store, scores, hand-over to the authorisation system."""

import datetime as dt

from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from airflow.sdk import dag, task

DEFAULTS = {"owner": "card-analytics", "retries": 2, "retry_delay": dt.timedelta(minutes=5)}


@dag(schedule="30 3 * * *", start_date=dt.datetime(2024, 5, 5), catchup=False, default_args=DEFAULTS, tags=["fraud"])
def score_daily():
    @task.bash
    def materialize() -> str:
        return "cd /opt/fraudscores/feature_repo && feast materialize-incremental {{ ts }}"

    @task
    def accounts(ds: str | None = None) -> str:
        hook = SnowflakeHook("snowflake_cards")
        frame = hook.get_pandas_df(
            "select account_id, last_merchant_id as merchant_id, last_amount as amount, last_entry_mode as entry_mode,"
            " last_device_family as device_family from cards.core.active_accounts where as_of = %(ds)s",
            parameters={"ds": ds},
        )
        target = f"/tmp/accounts-{ds}.parquet"
        frame.rename(columns=str.lower).to_parquet(target)
        return target

    @task
    def score(path: str, ds: str | None = None) -> str:
        import pandas as pd
        from fraudscores.score import score

        return score(pd.read_parquet(path), dt.date.fromisoformat(ds))

    @task
    def hand_over(target: str) -> None:
        SnowflakeHook("snowflake_cards").run(
            "truncate table cards.auth.scores; copy into cards.auth.scores from %(target)s"
            " storage_integration = s3_shared file_format = (type = parquet) match_by_column_name = case_insensitive",
            parameters={"target": target},
        )

    materialized = materialize()
    listed = accounts()
    materialized >> listed
    hand_over(score(listed))


score_daily()
