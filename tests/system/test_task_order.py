"""Steps of a pipeline in the order their code gives them: by operators, by calls, by what one gives the next."""

from __future__ import annotations

import pytest

from pipeline.system.model import System
from tests.system.small import system_of

OPERATORS = """
import openai
from airflow import DAG
from airflow.models.baseoperator import chain
from airflow.operators.python import PythonOperator

def fetch(): ...
def clean(): ...
def fit(): ...

with DAG("nightly", schedule="@daily") as dag:
    a = PythonOperator(task_id="fetch", python_callable=fetch)
    b = PythonOperator(task_id="clean", python_callable=clean)
    c = PythonOperator(task_id="fit", python_callable=fit)
    {order}
"""


def order(system: System) -> set[str]:
    return {f"{flow.source} {flow.target}".replace("scheduled_job:", "") for flow in system.flows if flow.role is None}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a >> b >> c", {"fetch clean", "clean fit"}),
        ("c << b << a", {"fetch clean", "clean fit"}),
        ("[a, b] >> c", {"fetch fit", "clean fit"}),
        ("a >> [b, c]", {"fetch clean", "fetch fit"}),
        ("chain(a, b, c)", {"fetch clean", "clean fit"}),
        ("a.set_downstream(b); c.set_upstream(b)", {"fetch clean", "clean fit"}),
        ("size = 8 >> 1", set()),
    ],
)
def test_operators_follow_each_other_as_written(written: str, expected: set[str]) -> None:
    system = system_of(OPERATORS.format(order=written))
    assert order(system) == expected
    assert all(flow.steps and not flow.carries for flow in system.flows if flow.role is None)


def test_steps_that_give_each_other_their_result_follow_each_other() -> None:
    system = system_of("""
        import openai
        from airflow.decorators import dag, task

        @task
        def fetch():
            return 1

        @task
        def fit(rows): ...

        @dag(schedule="@daily")
        def nightly():
            rows = fetch()
            fit(rows)
        """)
    assert order(system) == {"fetch fit"}


def test_components_of_a_kubeflow_pipeline_follow_what_they_take() -> None:
    system = system_of("""
        from kfp import dsl

        @dsl.component
        def clean(out: dsl.Output[dsl.Dataset]): ...

        @dsl.component
        def fit(rows: dsl.Input[dsl.Dataset]): ...

        @dsl.pipeline(name="nightly")
        def nightly():
            cleaned = clean()
            fit(rows=cleaned.outputs["out"])
        """)
    assert {f"{flow.source} {flow.target}" for flow in system.flows} == {"component:clean component:fit"}


def test_functions_that_call_each_other_inside_a_step_are_no_order() -> None:
    system = system_of("""
        import openai
        from airflow.decorators import task

        def read():
            return 1

        def keep(rows): ...

        @task
        def fit():
            keep(read())
        """)
    assert order(system) == set()
