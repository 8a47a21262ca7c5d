"""Scores open applications once the features of the night are there."""
from datetime import timedelta

import pendulum
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import dag, get_current_context, task

DEFAULTS = {"retries": 1, "retry_delay": timedelta(minutes=15), "owner": "risk-data"}


@dag(schedule="30 1 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Oslo"), catchup=False, max_active_runs=1, default_args=DEFAULTS, tags=["risk"])
def scores_nightly():
    ready = ExternalTaskSensor(task_id="features_ready", external_dag_id="features_nightly", external_task_id="materialise", mode="reschedule", timeout=3 * 3600)

    @task(execution_timeout=timedelta(hours=2))
    def score() -> dict[str, int]:
        from halden import score as step

        context = get_current_context()
        return step.run(context["logical_date"].date(), context["run_id"])

    ready >> score()


scores_nightly()
