"""Nightly: what is old goes."""

import logging

from wayfarer import store
from wayfarer.settings import settings

log = logging.getLogger("wayfarer.housekeeping")


def purge(days: int) -> int:
    return store.run("DELETE FROM mails WHERE received_at < now() - make_interval(days => %s)", days)


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    store.pool.open()
    log.info("deleted %d mails", purge(settings.keep_days))
