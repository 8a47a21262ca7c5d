"""Lines as they may be sent, read once, by whoever comes first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from pipeline.agent.files import Files
from pipeline.system.evidence import Lines


def test_threads_that_read_a_file_at_the_same_time_see_all_of_it() -> None:
    together = threading.Barrier(4, timeout=5)

    def hide(text: str) -> str:
        with suppress(threading.BrokenBarrierError):
            together.wait(0.2)
        return text

    def read(_: str) -> Lines:
        return {None: ("one", "two")}

    files = Files(read, ["a.py"], hide)
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda _: (files.pages("a.py"), files.lines("a.py")), range(4)))
    assert seen == [((0,), ("one", "two"))] * 4
