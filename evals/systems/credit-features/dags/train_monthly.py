"""A candidate on the first Sunday, and the approval rates of the month."""
from datetime import timedelta

import pendulum
from airflow.sdk import dag, get_current_context, task


@dag(schedule="0 6 * * SUN#1", start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Oslo"), catchup=False, default_args={"retries": 0, "owner": "risk-data"}, tags=["risk"])
def train_monthly():
    @task(execution_timeout=timedelta(hours=6))
    def candidate() -> int:
        from halden import train

        today = get_current_context()["logical_date"].date()
        return train.candidate(until=today - timedelta(days=365), holdout_from=today - timedelta(days=365 + 120))

    @task
    def approval_rates() -> dict[str, float]:
        from halden import fairness

        first = get_current_context()["logical_date"].subtract(months=1).start_of("month").date()
        return fairness.month(first)

    candidate() >> approval_rates()


train_monthly()
