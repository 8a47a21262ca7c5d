"""Builds and checks features, hands them to Feast, deletes what is due."""
from datetime import timedelta

import pendulum
from airflow.sdk import dag, get_current_context, task

DEFAULTS = {"retries": 2, "retry_delay": timedelta(minutes=10), "owner": "risk-data"}


def _day():
    return get_current_context()["logical_date"].date()


@dag(schedule="30 1 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Oslo"), catchup=False, max_active_runs=1, default_args=DEFAULTS, tags=["risk"])
def features_nightly():
    @task
    def payments() -> int:
        from halden import build

        return build.payments(_day())

    @task
    def facts() -> int:
        from halden import build

        return build.facts(_day())

    @task(retries=0)
    def check() -> None:
        from halden import checks

        checks.payments(_day())

    @task
    def materialise() -> None:
        from feast import FeatureStore

        FeatureStore(repo_path="/opt/halden/feature_repo").materialize_incremental(end_date=pendulum.now("UTC"))

    @task
    def purge() -> int:
        from halden import build

        return build.purge(_day())

    [payments(), facts()] >> check() >> materialise() >> purge()


features_nightly()
