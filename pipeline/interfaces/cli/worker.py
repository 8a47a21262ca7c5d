"""`threatloom worker`: takes orders of a fleet from the queue, scans, keeps the scans in the record."""

from __future__ import annotations

import os
import sys

import click


@click.command(short_help="Scan what `landscape --workers celery` orders.")
@click.option("--concurrency", type=click.IntRange(1, 256), default=1, show_default=True, help="Scans at a time.")
@click.option("--record", help="URL of the record that scans are kept in; THREATLOOM_RECORD, else your own record.")
@click.option("--broker", help="URL of Redis: redis://HOST:6379/0; THREATLOOM_BROKER.")
@click.option("--check", is_flag=True, help="Say by the exit code whether the worker of this machine is alive, and leave.")
def worker(concurrency: int, record: str | None, broker: str | None, check: bool) -> int:
    """Take orders until told to end. SIGTERM lets running scans finish; SIGQUIT gives them back to others.

    Both addresses may hold a password, so name them in the environment, or in files that THREATLOOM_BROKER_FILE and THREATLOOM_RECORD_FILE
    name; so are tokens for repositories, THREATLOOM_GIT_TOKENS.
    """
    from pipeline.interfaces.distributed import distributed
    from pipeline.interfaces.fleet_settings import broker_address, workplace

    engine = distributed()
    address = broker_address(broker, os.environ)
    if check:
        return 0 if engine.is_alive(address) else 1
    place = workplace(record, os.environ)
    if place.record == "off":
        raise click.UsageError("a worker keeps its scans in a record (give --record URL)")
    import logging

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    return int(engine.work(address, place, concurrency=concurrency))
