"""What of a file a model is shown: whole blocks, whatever the language, and nothing of files that may not leave."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.agent.files import Files, Span, block_of, joined, without
from pipeline.system.evidence import Lines

PYTHON = [
    "import os",
    "",
    "LIMIT = 3",
    "",
    "",
    '@app.post("/x")',
    "def pay(order):",
    "    check(order)",
    "    if order.big:",
    "        ask(order)",
    "",
    "    return bank.pay(order)",
    "",
    "",
    "def other():",
    "    pass",
    "",
]
BRACES = [
    "class Pay {",
    "  private Bank bank;",
    "",
    '  @Post("/x")',
    "  public String pay(Order order) {",
    "    check(order);",
    "    return bank.pay(order);",
    "  }",
    "",
    "  void other() {",
    "  }",
    "}",
    "",
]


@pytest.mark.parametrize(
    ("lines", "said", "first", "last"),
    [
        (PYTHON, "def pay(order):", "@app.post", "return bank.pay"),
        (PYTHON, "    return bank.pay(order)", "@app.post", "return bank.pay"),
        (PYTHON, '@app.post("/x")', "@app.post", "@app.post"),
        (BRACES, "    return bank.pay(order);", "@Post", "}"),
        (BRACES, "  public String pay(Order order) {", "@Post", "}"),
        (PYTHON, "LIMIT = 3", "LIMIT", "LIMIT"),
    ],
)
def test_a_line_is_shown_with_the_block_it_stands_in(lines: list[str], said: str, first: str, last: str) -> None:
    number = lines.index(said) + 1
    start, end = block_of(lines, number, number)
    assert lines[start - 1].strip().startswith(first) and lines[end - 1].strip().startswith(last)


@given(st.lists(st.text(alphabet=" ab{}@#\t", max_size=12), min_size=1, max_size=40), st.data())
def test_a_block_holds_the_lines_it_was_asked_for(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    first, last = block_of(lines, start, end)
    assert 1 <= first <= start <= end <= last <= len(lines)


def test_a_file_that_may_not_be_sent_has_no_lines() -> None:
    files = Files(lambda path: {None: ("a", "b")}, ["shown.py"], lambda text: text)
    assert files.lines("shown.py") == ("a", "b") and files.lines("other.py") == () and files.pages("other.py") == ()


spans = st.builds(
    lambda path, start, size: Span(path, 0, start, start + size), st.sampled_from("ab"), st.integers(1, 30), st.integers(0, 9)
)


@given(st.lists(spans), st.lists(spans))
def test_what_is_left_and_what_is_taken_share_no_line(some: list[Span], taken: list[Span]) -> None:
    def lines(of: list[Span]) -> set[tuple[str, int]]:
        return {(span.path, number) for span in of for number in range(span.start, span.end + 1)}

    left = list(without(some, taken))
    assert not lines(left) & lines(taken) and lines(left) | lines(taken) >= lines(some)
    assert lines(list(joined(some))) >= lines(some)


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
