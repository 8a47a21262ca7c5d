"""The distributed engine, where it is installed: one line says how to get it where it is not."""

from __future__ import annotations

from types import ModuleType

from ingest.errors import UnusableInput


def distributed() -> ModuleType:
    """`pipeline.fleet.distributed`; it takes Celery and Redis's client, which come with an extra."""
    try:
        import pipeline.fleet.distributed
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] in ("celery", "kombu", "billiard", "redis"):
            raise UnusableInput(
                "workers need Celery and Redis's client", f"{problem.name} is not installed", "pip install 'threatloom[distributed]'"
            ) from None
        raise
    return pipeline.fleet.distributed
