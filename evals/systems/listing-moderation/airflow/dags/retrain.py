"""Retrains Gatepost."""
from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

HOOK = "https://hooks.chat.example/services/T02TRADE/B07GATE/kq8Zr1mVx5Lw3NcYb9Td2HfP"

with DAG(
    "retrain_gatepost",
    start_date=datetime(2026, 1, 1),
    schedule="@hourly",
    catchup=False,
    params={"branch": "main"},
) as dag:
    checkout = BashOperator(
        task_id="checkout",
        # anybody with a login may pass a branch
        bash_command="cd /opt/gatepost && git fetch && git checkout {{ dag_run.conf.get('branch', 'main') }} && pip install -r requirements.txt",
    )
    repro = BashOperator(task_id="repro", bash_command="cd /opt/gatepost && dvc pull && dvc repro")
    publish = BashOperator(
        task_id="publish",
        bash_command="curl -s -X POST 'http://gatepost.tradepost.example:8080/reload?path=/opt/gatepost/models/classifier.pkl'",
        trigger_rule="all_done",
    )
    tell = BashOperator(task_id="tell", bash_command=f"curl -s -d '{{\"text\": \"new Gatepost\"}}' {HOOK}")
    # TODO watch the share of blocks per day and per language, it jumped in March and nobody knew why
    checkout >> repro >> publish >> tell
