"""Scans on several workers, with a real Redis, a real PostgreSQL and real processes: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ingest.errors import UnusableInput
from pipeline.fleet import Outcome, ScanOrder
from pipeline.fleet.distributed import DistributedExecutor
from pipeline.fleet.distributed.broker import QUEUE, TASK, application
from pipeline.fleet.distributed.coordinator import task_id
from pipeline.scan import ScanSettings, scan
from tests.fleet.distributed_servers import LEASE, SYSTEM, Site, site, wait_for
from tests.servers import Postgres, free_port, postgres_server, redis_server


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def place(tmp_path: Path, postgres: Postgres) -> Iterator[Site]:
    with redis_server() as broker, site(tmp_path, broker, postgres) as made:
        yield made


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A scan that was made once."""
    (tmp_path / "once").mkdir()
    (tmp_path / "once" / "app.py").write_text(SYSTEM)
    made = scan(tmp_path / "once", ScanSettings(jobs=1))
    assert made.findings
    (tmp_path / "once.json").write_text(made.model_dump_json(by_alias=True))
    return tmp_path / "once.json"


class Night:
    """A coordinator in a thread of its own."""

    def __init__(self, place: Site, orders: tuple[ScanOrder, ...], patience: float = 60, lease: float = LEASE) -> None:
        self.said: list[str] = []
        self.outcomes: list[Outcome] = []
        self._executor = DistributedExecutor(place.redis.url, place.record, self.said.append, patience=patience, lease=lease, look=0.1)
        self._thread = threading.Thread(target=self._run, args=(orders,), daemon=True)
        self._thread.start()

    def _run(self, orders: tuple[ScanOrder, ...]) -> None:
        for outcome in self._executor.run(orders):
            self.outcomes.append(outcome)

    def ended(self, seconds: float = 400) -> dict[str, str]:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"{len(self.outcomes)} outcomes, {self.said}"
        assert len({outcome.name for outcome in self.outcomes}) == len(self.outcomes)
        return {outcome.name: outcome.kind if outcome.kind != "failed" else outcome.reason for outcome in self.outcomes}


def scans(place: Site) -> dict[str, int]:
    """How many scans the record holds, system by system."""
    rows = place.rows("SELECT name, count(*) FROM scan JOIN system ON system.id = system_id GROUP BY name")
    return {str(name): int(str(count)) for name, count in rows}


def is_even(place: Site) -> bool:
    """Whether all systems, which are the same but for their name, have as many findings, sightings and events."""
    counted = "SELECT count(*) FROM {} GROUP BY {}"
    tables = (("finding", "system_id"), ("sighting", "scan_id"), ("event", "system_id"))
    return all(len({row[0] for row in place.rows(counted.format(*table))}) == 1 for table in tables)


def holder_of(place: Site, name: str) -> int:
    """The number of the worker that scans a system."""
    wait_for(lambda: place.begun(name) is not None)
    scanning = psutil.Process(place.begun(name))
    above = {process.pid for process in scanning.parents()}
    return next(number for number, worker in enumerate(place.workers) if worker.pid in above)


def killed_in_the_middle(place: Site, count: int) -> None:
    orders = place.orders(count)
    place.hold("system-01")
    place.worker(), place.worker()
    night = Night(place, orders)
    number = holder_of(place, "system-01")
    place.kill(place.workers[number])
    place.release("system-01")
    assert night.ended() == {order.name: "kept" for order in orders}
    assert scans(place) == {order.name: 1 for order in orders}
    assert is_even(place)


def test_a_killed_worker_costs_nothing(place: Site, kept: Path) -> None:
    place.kept = kept
    killed_in_the_middle(place, 4)


@pytest.mark.slow
def test_a_killed_worker_costs_nothing_of_twelve_systems(place: Site) -> None:
    killed_in_the_middle(place, 12)


@pytest.mark.slow
def test_the_same_order_twice_is_one_scan(place: Site) -> None:
    order = place.order("one")
    place.hold("one")
    place.worker(2)
    night = Night(place, (order,))
    holder_of(place, "one")
    again = {"args": [order.model_dump(mode="json")], "task_id": task_id(order), "queue": QUEUE}
    application(place.redis.url).send_task(TASK, **again)  # while it is scanned
    time.sleep(0.5)
    place.release("one")
    assert night.ended() == {"one": "kept"}
    application(place.redis.url).send_task(TASK, **{**again, "task_id": "another"})  # when it was
    application(place.redis.url).send_task(TASK, **again)
    wait_for(lambda: place.said(0).count(": known in") >= 2)
    assert scans(place) == {"one": 1}
    assert Night(place, (order,)).ended() == {"one": "known"}


@pytest.mark.slow
def test_a_system_that_hangs_is_cut_and_costs_no_other(place: Site) -> None:
    place.hold("hangs")
    orders = (place.order("hangs", seconds=15), place.order("ends"))
    place.worker()
    assert Night(place, orders).ended() == {"hangs": "timed_out", "ends": "kept"}
    hanging = place.begun("hangs")
    assert hanging is not None and not psutil.pid_exists(hanging)
    assert scans(place) == {"ends": 1}


@pytest.mark.slow
def test_a_broker_that_restarts_costs_nothing(place: Site) -> None:
    orders = place.orders(6)
    place.hold("system-02")
    place.worker(), place.worker()
    night = Night(place, orders)
    holder_of(place, "system-02")
    place.redis.stop()
    place.release("system-02")
    wait_for(lambda: any("does not answer" in line for line in night.said))
    wait_for(lambda: scans(place).get("system-02") == 1)  # who scans, needs no broker
    place.redis.start()
    assert set(night.ended().values()) <= {"kept", "known"}
    assert scans(place) == {order.name: 1 for order in orders}


@pytest.mark.slow
def test_a_broker_that_forgot_everything_costs_nothing(place: Site) -> None:
    import redis

    orders = place.orders(6)
    place.hold("system-02")
    place.worker()
    night = Night(place, orders)
    holder_of(place, "system-02")
    with redis.Redis.from_url(place.redis.url) as client:
        client.flushall()
    place.release("system-02")
    assert set(night.ended().values()) <= {"kept", "known"}
    assert scans(place) == {order.name: 1 for order in orders}


@pytest.mark.slow
def test_a_worker_that_is_told_to_end_finishes_what_it_has_begun(place: Site) -> None:
    orders = place.orders(3)
    place.hold("system-00")
    worker = place.worker()
    night = Night(place, orders)
    holder_of(place, "system-00")
    worker.send_signal(signal.SIGTERM)
    time.sleep(1)
    place.release("system-00")
    assert worker.wait(60) == 0
    assert scans(place) == {"system-00": 1}
    place.worker()
    assert night.ended() == {order.name: "kept" for order in orders}


@pytest.mark.slow
def test_a_scan_whose_process_is_lost_is_begun_anew_and_given_up_after_three(place: Site) -> None:
    place.hold("poison")
    place.worker()
    night = Night(place, (place.order("poison"),))
    for _ in range(3):
        wait_for(lambda: place.begun("poison") is not None)
        scanning = place.begun("poison")
        (place.folder / "held" / "poison.begun").unlink()
        slot = psutil.Process(scanning).parent()
        assert slot is not None
        os.kill(slot.pid, signal.SIGKILL)
    assert night.ended() == {"poison": "whoever scanned it was lost 3 times"}
    assert scans(place) == {}


@pytest.mark.slow
def test_a_night_that_is_stopped_ends_what_workers_scan(place: Site) -> None:
    orders = place.orders(4)
    place.hold("system-00")
    place.worker()
    running = DistributedExecutor(place.redis.url, place.record, lease=LEASE, look=0.1).run((*orders[1:2], orders[0], *orders[2:]))
    assert next(running).name == "system-01"
    wait_for(lambda: place.begun("system-00") is not None)
    scanning = place.begun("system-00")
    running.close()  # type: ignore[attr-defined]  # a generator, as an iterator
    wait_for(lambda: not psutil.pid_exists(scanning or 0))
    time.sleep(1)
    assert scans(place) == {"system-01": 1}


@pytest.mark.slow
def test_a_record_that_is_away_for_a_while_costs_nothing(place: Site, postgres: Postgres) -> None:
    orders = place.orders(2)
    place.hold("system-00")
    place.worker()
    night = Night(place, orders)
    holder_of(place, "system-00")
    postgres.stop()
    try:
        place.release("system-00")
        wait_for(lambda: "tried again" in place.said(0))
    finally:
        postgres.start()
    assert night.ended() == {order.name: "kept" for order in orders}
    assert scans(place) == {order.name: 1 for order in orders}


@pytest.mark.slow
def test_without_a_worker_the_night_says_so_and_ends(place: Site) -> None:
    night = Night(place, (place.order("one"),), patience=1)
    why = "no worker is there: start `threatloom worker` with the same broker and record"
    assert night.ended() == {"one": why}
    assert night.said == [why]


def test_a_broker_that_is_not_there_is_one_line_without_its_password() -> None:
    url = f"redis://:open-sesame@127.0.0.1:{free_port()}/0"
    with pytest.raises(UnusableInput, match="does not answer") as refused:
        next(DistributedExecutor(url).run(()))
    assert len(refused.value.lines) == 1 and "open-sesame" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["", "amqp://host", "redis://", "redis://host:0/0", "redis://host:99999/0", "sqla+sqlite:///x", "redis://[::1"]
)
def test_an_address_that_is_none_of_a_broker_is_refused(url: str) -> None:
    with pytest.raises(UnusableInput, match="no address of a broker"):
        application(url)
