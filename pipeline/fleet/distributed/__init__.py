"""Scans on several machines: a coordinator puts orders into a queue, workers take them, the record holds what came of it.

The queue is Redis's, led by Celery; the task is the one that the local executor runs. Whatever is lost on the way (a worker, a message, a
result, the broker for a while), the record says which systems are scanned, and the coordinator orders the rest again.
"""

from __future__ import annotations

from pipeline.fleet.distributed.coordinator import DistributedExecutor
from pipeline.fleet.distributed.worker import is_alive, work

__all__ = ["DistributedExecutor", "is_alive", "work"]
