"""The broker: the Celery application both sides agree on, and what is said where the broker is not there.

Messages are JSON and nothing else is accepted. A message is acknowledged when its task has ended, one at a time is taken, and one whose
process was lost goes back. Workers take no commands by the queue: what has access to it can order scans, and no more.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import redis
from celery import Celery
from redis.backoff import NoBackoff
from redis.retry import Retry

from ingest.errors import UnusableInput
from pipeline.reports.escape import visible

QUEUE: Final = "threatloom"
TASK: Final = "threatloom.scan"
DAY: Final = 86_400  # the longest limit an order may have; how long results and waiting orders are kept
SCHEMES: Final = ("redis", "rediss")
_ANSWERS_WITHIN: Final = 5.0  # seconds


def application(broker: str) -> Celery:
    """Celery, set up for our queue; nothing is asked yet."""
    _checked(broker)
    app = Celery("threatloom", broker=broker, backend=broker, set_as_current=False)
    app.conf.update(
        accept_content=["json"], result_accept_content=["json"], task_serializer="json", result_serializer="json",
        task_default_queue=QUEUE, task_create_missing_queues=False,
        task_acks_late=True, task_reject_on_worker_lost=True, worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_transport_options={
            # What is not acknowledged by then is given again; no task takes that long. Lost workers are noticed sooner, by their leases.
            "visibility_timeout": DAY + 3600, "socket_timeout": 30, "socket_connect_timeout": _ANSWERS_WITHIN, "retry_on_timeout": True,
            "health_check_interval": 10,
        },
        broker_connection_retry_on_startup=True, broker_connection_max_retries=None, broker_connection_timeout=_ANSWERS_WITHIN,
        task_publish_retry_policy={"max_retries": 3, "interval_start": 0.2, "interval_step": 0.5, "interval_max": 2.0},
        result_expires=DAY, result_backend_always_retry=True, result_backend_max_retries=20, redis_socket_timeout=30.0,
        redis_socket_connect_timeout=_ANSWERS_WITHIN, redis_retry_on_timeout=True, redis_backend_health_check_interval=10,
        worker_enable_remote_control=False, worker_hijack_root_logger=False, worker_redirect_stdouts=False,
        worker_max_tasks_per_child=50, worker_send_task_events=False, enable_utc=True, timezone="UTC",
    )  # fmt: skip
    return app


def client_of(broker: str) -> redis.Redis:
    """A connection that fails at once: whoever uses it decides whether and when to ask again."""
    client: redis.Redis = redis.Redis.from_url(
        _checked(broker), socket_timeout=_ANSWERS_WITHIN, socket_connect_timeout=_ANSWERS_WITHIN, retry=Retry(NoBackoff(), 0)
    )
    return client


def require(broker: str) -> None:
    """Raises `UnusableInput` where nothing answers at that address, or does not let us in."""
    try:
        with client_of(broker) as client:
            client.ping()
    except redis.AuthenticationError:
        raise UnusableInput("the broker does not accept the password", shown(broker), "correct THREATLOOM_BROKER") from None
    except redis.RedisError as problem:
        raise UnusableInput(
            f"the broker does not answer ({visible(type(problem).__name__)})", shown(broker), "start Redis, or correct THREATLOOM_BROKER"
        ) from None


def shown(broker: str) -> str:
    """Where it is, without user and password."""
    try:
        parts = urlsplit(broker)
        return visible(f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}")
    except ValueError:
        return "(no URL)"


def _checked(broker: str) -> str:
    try:
        parts = urlsplit(broker)
        well = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well = False
    if not well:
        raise UnusableInput("this is no address of a broker", shown(broker), "write redis://:PASSWORD@HOST:6379/0, or rediss:// for TLS")
    return broker
