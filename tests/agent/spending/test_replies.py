"""Replies on disk: whole or not at all, whoever writes at once and whenever a process dies."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.agent.spending import ReplyStore, StoredReply, replies, request_key

KEY = request_key("openai:m", "analyse-element@1:0123", {"messages": []})
OTHER = request_key("openai:m", "analyse-element@2:0123", {"messages": []})


def reply(content: Any = "text", tokens: int = 10) -> StoredReply:  # any JSON
    return StoredReply({"content": content, "tool_calls": [], "finish": "stop"}, tokens, 5, "2026-01-02T03:04:05Z")


OLD, NEW = reply("old"), reply("new and longer")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec=None, categories=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.fixture
def store(tmp_path: Path) -> ReplyStore:
    return ReplyStore(tmp_path / "replies")


def file_of(store_folder: Path, key: str = KEY) -> Path:
    return store_folder / "replies" / key[:2] / f"{key}.reply"


def test_what_was_put_is_got_by_another_store_too(store: ReplyStore, tmp_path: Path) -> None:
    assert store.get(KEY) is None
    assert store.put(KEY, NEW)
    assert store.get(KEY) == NEW == ReplyStore(tmp_path / "replies").get(KEY)
    assert store.get(OTHER) is None
    assert store.put(KEY, OLD) and store.get(KEY) == OLD


def test_without_a_folder_nothing_is_kept() -> None:
    store = ReplyStore(None)
    assert not store.put(KEY, NEW) and store.get(KEY) is None


@settings(max_examples=100)
@given(JSON, st.integers(-(10**30), 10**30))
def test_any_message_comes_back_as_it_was(content: Any, tokens: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ReplyStore(Path(folder))
        assert store.put(KEY, reply(content, tokens))
        assert store.get(KEY) == reply(content, tokens)


def test_only_the_user_can_read(store: ReplyStore, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store.put(KEY, NEW)
    finally:
        os.umask(before)
    file = file_of(tmp_path)
    assert [stat.S_IMODE(place.stat().st_mode) for place in (file, file.parent, file.parent.parent)] == [0o600, 0o700, 0o700]


def test_keys_tell_requests_apart() -> None:
    asked: list[tuple[str, str, object]] = [
        ("m", "p@1", {"a": 1}),
        ("m2", "p@1", {"a": 1}),
        ("m", "p@2", {"a": 1}),
        ("mp", "@1", {"a": 1}),
        ("m", "p@1", {"a": "1"}),
        ("m", "p@1", {"a": [1]}),
        ("m", "p@1", {"a": 1, "b": None}),
        ("m", "p@1", [{"a": 1}]),
    ]
    assert len({request_key(*one) for one in asked}) == len(asked)
    assert request_key("m", "p", {"a": 1, "b": {"c": 2, "d": 3}}) == request_key("m", "p", {"b": {"d": 3, "c": 2}, "a": 1})
    with pytest.raises(TypeError):
        request_key("m", "p", {"a": object()})


@pytest.mark.parametrize("key", ["", "../../etc/passwd", KEY[:-1], KEY.upper(), f"{KEY}\n", "/" + KEY[1:]])
def test_nothing_but_a_key_is_a_key(store: ReplyStore, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        store.get(key)
    with pytest.raises(ValueError, match="key"):
        store.put(key, NEW)


# What is broken


def test_a_file_cut_at_any_byte_is_dropped(store: ReplyStore, tmp_path: Path) -> None:
    store.put(KEY, reply("short"))
    file = file_of(tmp_path)
    whole = file.read_bytes()
    for cut in range(len(whole)):
        file.write_bytes(whole[:cut])
        assert store.get(KEY) is None and not file.exists()
    file.write_bytes(whole)
    assert store.get(KEY) == reply("short")


@settings(max_examples=200)
@given(st.data())
def test_a_file_changed_in_any_byte_is_dropped(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ReplyStore(Path(folder) / "replies")
        store.put(KEY, OLD)
        file = file_of(Path(folder))
        whole = bytearray(file.read_bytes())
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] ^= data.draw(st.integers(1, 255))
        file.write_bytes(whole)
        assert store.get(KEY) is None and not file.exists()


def _foreign(text: bytes) -> bytes:
    return b"threatloom-reply-1 " + hashlib.sha256(text).hexdigest().encode() + b"\n" + text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\0" * 100,
        b"not ours",
        _foreign(b""),
        _foreign(b"null"),
        _foreign(b"[]"),
        _foreign(b"{}"),
        _foreign(b"[" * 100_000),
        _foreign(b"9" * 10_000),
        _foreign(b"\xff"),
        _foreign(b'{"key":"%b","message":[],"input_tokens":1,"output_tokens":1,"at":""}' % KEY.encode()),
        _foreign(b'{"key":"%b","message":{},"input_tokens":"1","output_tokens":1,"at":""}' % KEY.encode()),
        _foreign(b'{"key":"%b","message":{},"input_tokens":true,"output_tokens":1,"at":""}' % KEY.encode()),
        _foreign(b'{"key":"%b","message":{},"input_tokens":1,"output_tokens":1,"at":""}' % OTHER.encode()),
    ],
)
def test_a_foreign_file_is_dropped(store: ReplyStore, tmp_path: Path, content: bytes) -> None:
    file = file_of(tmp_path)
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert store.get(KEY) is None and not file.exists()


def test_a_reply_under_the_name_of_another_is_dropped(store: ReplyStore, tmp_path: Path) -> None:
    store.put(KEY, NEW)
    file_of(tmp_path, OTHER).parent.mkdir(exist_ok=True)
    file_of(tmp_path).rename(file_of(tmp_path, OTHER))
    assert store.get(OTHER) is None and store.get(KEY) is None


def test_links_and_pipes_are_not_followed(store: ReplyStore, tmp_path: Path) -> None:
    store.put(KEY, NEW)
    file = file_of(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert store.get(KEY) is None
    assert store.put(KEY, OLD) and store.get(KEY) == OLD
    assert ReplyStore(tmp_path / "elsewhere").get(KEY) is None and elsewhere.exists()
    file.unlink()
    os.mkfifo(file)
    assert store.get(KEY) is None  # and does not wait for a writer
    file.mkdir()
    assert store.get(KEY) is None and not store.put(KEY, NEW)


def test_a_folder_that_cannot_be_written_costs_the_reply_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "replies").write_text("a file")
    store = ReplyStore(tmp_path / "replies")
    assert not store.put(KEY, NEW) and store.get(KEY) is None
    assert "not kept" in caplog.text


def test_what_no_file_can_hold_is_not_kept(store: ReplyStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert not store.put(KEY, reply(deep))
    assert not store.put(KEY, reply(10**5_000))
    assert not store.put(KEY, reply(b"no JSON"))
    monkeypatch.setattr(replies, "MAX_REPLY_BYTES", 1_000)
    assert not store.put(KEY, reply("x" * 1_000)) and store.get(KEY) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]  # once


# Bounds


def _of_one_room(number: int) -> str:
    return "00" + request_key("m", "p", number)[2:]


def test_the_longest_unused_are_dropped_beyond_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_LOOKED_THROUGH_EVERY", 1)
    store = ReplyStore(tmp_path / "replies", max_replies=17 * replies._ROOMS)
    keys = [_of_one_room(number) for number in range(21)]
    for age, key in enumerate(keys[:20]):
        store.put(key, NEW)
        os.utime(file_of(tmp_path, key), (age, age))
    assert store.get(keys[3]) == NEW  # used: no longer among the oldest
    store.put(keys[20], NEW)
    assert [number for number, key in enumerate(keys) if file_of(tmp_path, key).exists()] == [3, *range(5, 21)]


def test_replies_are_bounded_in_bytes_but_the_last_one_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_LOOKED_THROUGH_EVERY", 1)
    store = ReplyStore(tmp_path / "replies", max_bytes=3_900 * replies._ROOMS)
    for number in range(10):
        store.put(_of_one_room(number), reply("x" * 1_000))
        assert sum(file.stat().st_size for file in (tmp_path / "replies").glob("*/*.reply")) <= 3_900
    assert len(list((tmp_path / "replies").glob("*/*.reply"))) == 3
    assert store.put(_of_one_room(11), reply("x" * 10_000)) and store.get(_of_one_room(11)) is not None
    assert len(list((tmp_path / "replies").glob("*/*.reply"))) == 1


def test_a_full_store_stays_within_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_LOOKED_THROUGH_EVERY", 1)
    store = ReplyStore(tmp_path / "replies", max_replies=256)
    for number in range(600):
        store.put(request_key("m", "p", number), reply("x"))
    assert 200 < len(list((tmp_path / "replies").glob("*/*.reply"))) <= 256


def test_what_killed_processes_left_is_removed_later_and_what_is_not_ours_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_LOOKED_THROUGH_EVERY", 1)
    folder = file_of(tmp_path).parent
    folder.mkdir(parents=True)
    unfinished, recent, theirs = folder / f".{OTHER}.{'0' * 16}.tmp", folder / f".{KEY}.{'1' * 16}.tmp", folder / "notes.txt"
    for file in (unfinished, recent, theirs):
        file.write_bytes(b"x")
    for file in (unfinished, theirs):
        os.utime(file, (1, 1))
    ReplyStore(tmp_path / "replies", max_replies=1).put(KEY, NEW)
    assert not unfinished.exists() and recent.exists() and theirs.exists()


# Killed


class Killed(BaseException):
    """Stands for the end of the process."""


def _cut_off(monkeypatch: pytest.MonkeyPatch, left: int, end: Callable[[], None]) -> None:
    """Makes files take so many bytes, seven at a time, before the end."""

    class Cut:
        def __init__(self, descriptor: int) -> None:
            self.descriptor = descriptor

        def write(self, data: memoryview) -> int:
            nonlocal left
            taken = os.write(self.descriptor, data[: min(left, 7)])
            left -= taken
            if left == 0:
                end()
            return taken

        def __enter__(self) -> Cut:
            return self

        def __exit__(self, *_: object) -> None:
            os.close(self.descriptor)

    monkeypatch.setattr(os, "fdopen", lambda descriptor, *_, **__: Cut(descriptor))


@pytest.mark.parametrize("before", [None, OLD])
def test_a_writer_that_ends_at_any_byte_leaves_the_old_the_new_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: StoredReply | None
) -> None:
    def end() -> None:
        raise Killed

    store = ReplyStore(tmp_path / "replies")
    length = len(replies._packed(KEY, NEW))
    for cut in range(1, length + 2):
        if before is not None:
            store.put(KEY, before)
        with monkeypatch.context() as patched:
            _cut_off(patched, cut, end)
            patched.setattr(replies, "_remove", lambda _: None)  # who is killed does not tidy up
            try:
                ReplyStore(tmp_path / "replies").put(KEY, NEW)
            except Killed:
                assert cut <= length
            else:
                assert cut > length
        assert ReplyStore(tmp_path / "replies").get(KEY) == (before if cut <= length else NEW)
    assert len(list(file_of(tmp_path).parent.iterdir())) == length + 1


@pytest.mark.parametrize("cut", [1, 60, 86, 200])
def test_a_writer_killed_while_it_writes_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    ReplyStore(tmp_path / "replies").put(KEY, OLD)
    child = os.fork()
    if child == 0:  # nothing of pytest runs here
        try:
            _cut_off(monkeypatch, cut, lambda: os.kill(os.getpid(), signal.SIGKILL))
            ReplyStore(tmp_path / "replies").put(KEY, NEW)
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert ReplyStore(tmp_path / "replies").get(KEY) == OLD


def _killed_before(step: int, folder: Path) -> bool:
    """Whether a process that writes is killed by its own hand before one of its system calls, or ends."""
    child = os.fork()
    if child == 0:
        count = 0

        def dies(event: str, _: object) -> None:
            nonlocal count
            if event.startswith("os.") or event == "open":
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(dies)
        try:
            ReplyStore(folder / "replies").put(KEY, NEW)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_writer_killed_before_any_of_its_system_calls_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    store, seen, step = ReplyStore(tmp_path / "replies"), set[str](), 0
    while True:
        store.put(KEY, OLD)
        step += 1
        killed = _killed_before(step, tmp_path)
        found = ReplyStore(tmp_path / "replies").get(KEY)
        assert found in (OLD, NEW)
        seen.add("old" if found == OLD else "new")
        if not killed:
            break
    assert found == NEW and seen == {"old", "new"} and step > 3


_WRITER = """
import sys
from pathlib import Path
from pipeline.agent.spending import ReplyStore, StoredReply, request_key
store, name = ReplyStore(Path(sys.argv[1]), max_replies=1), sys.argv[2]
for turn in range(int(sys.argv[3])):
    key = request_key("m", "p", turn % 400)
    store.put(key, StoredReply({"content": f"{name} {turn} " * 200}, turn, 1, name))
    print(turn, flush=True)
    got = store.get(key)
    assert got is None or got.message["content"] == f"{got.at} {got.input_tokens} " * 200, got
"""


def _writers(folder: Path, turns: int, names: str) -> list[subprocess.Popen[bytes]]:
    return [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(folder), name, str(turns)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in names
    ]


def test_two_processes_write_one_store(tmp_path: Path) -> None:
    running = _writers(tmp_path / "replies", 450, "AB")
    store = ReplyStore(tmp_path / "replies")
    while any(one.poll() is None for one in running):
        for number in range(0, 400, 7):
            got = store.get(request_key("m", "p", number))
            assert got is None or got.message["content"] == f"{got.at} {got.input_tokens} " * 200
        time.sleep(0.001)
    told = [one.communicate()[1] for one in running]
    assert [one.returncode for one in running] == [0, 0], told
    assert not list((tmp_path / "replies").glob("*/.*"))
    assert len(list((tmp_path / "replies").glob("*/*.reply"))) > 30


def test_what_put_returned_from_outlives_a_kill(tmp_path: Path) -> None:
    [running] = _writers(tmp_path / "replies", 1_000_000, "K")
    assert running.stdout is not None
    last = -1
    while last < 200:
        last = int(running.stdout.readline())
    running.send_signal(signal.SIGKILL)
    last = int((running.stdout.read().splitlines() or [str(last).encode()])[-1])
    running.communicate()
    got = ReplyStore(tmp_path / "replies").get(request_key("m", "p", last % 400))
    assert got is not None and got.input_tokens >= last


def test_keeping_a_reply_is_cheap(store: ReplyStore) -> None:
    each: list[float] = []
    for number in range(100):
        key = request_key("m", "p", number)
        began = time.perf_counter()
        store.put(key, reply("x" * 20_000))
        each.append(time.perf_counter() - began)
    assert sorted(each)[50] < 0.02  # a few hundred microseconds; the bound is for a machine that is busy
