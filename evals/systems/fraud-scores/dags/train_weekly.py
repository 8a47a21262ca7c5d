"""Sundays: training set, model, evaluation, promotion."""

import datetime as dt

from airflow.sdk import dag, task

DEFAULTS = {"owner": "card-analytics", "retries": 1, "retry_delay": dt.timedelta(minutes=10)}


@dag(schedule="0 4 * * 0", start_date=dt.datetime(2024, 5, 5), catchup=False, default_args=DEFAULTS, tags=["fraud"])
def train_weekly():
    @task
    def build(ds: str | None = None) -> str:
        from fraudscores import dataset

        return dataset.build(dt.date.fromisoformat(ds))

    @task
    def train(folder: str) -> str:
        from fraudscores.train import train

        return train(folder)

    @task
    def evaluate(run_id: str, folder: str) -> dict:
        from fraudscores.evaluate import evaluate

        return evaluate(run_id, folder)

    @task
    def promote(run_id: str, found: dict) -> str | None:
        from fraudscores.promote import promote

        return promote(run_id, found)

    folder = build()
    run_id = train(folder)
    promote(run_id, evaluate(run_id, folder))


train_weekly()
