"""Replies of models, kept on disk by what was asked, so that nothing is paid for twice.

An interrupted scan goes on from what it has, and a repeated one asks nothing. A reply is written beside its place and then moved there, so
that a reader sees all of it or nothing, and so does whoever comes after a process that was killed: what `put` returned from is the
operating system's by then. It is not forced onto the disk, which would take longer than everything else here; where the power fails
the last replies may be lost or torn, and a torn one is told by its checksum, dropped, and asked for again. Whatever else lies in the
folder is not ours and stays. Replies quote what was scanned: the folder and its files are the user's alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_REPLIES = 20_000  # the longest unused are dropped
MAX_BYTES = 1024**3  # of all replies together
MAX_REPLY_BYTES = 8 * 1024**2  # of one; larger ones are not kept
_MARK = b"threatloom-reply-1"
_KEY = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[0-9a-f]{64}\.reply")
_UNFINISHED = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]{16}\.tmp")
_ABANDONED_S = 3600.0  # a file that is unfinished for so long was left by a process that was killed
_ROOMS = 256  # folders by the first two signs of a key: one of them is looked through at a time, which takes a millisecond
_LOOKED_THROUGH_EVERY = 16  # replies kept
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A model's message (its content, the tools it calls, why it ended), what it took, and when it came (RFC 3339)."""

    message: dict[str, Any]  # JSON, in the form the caller gives it
    input_tokens: int  # as the endpoint said, believed or not
    output_tokens: int
    at: str


def default_folder() -> Path:
    """Where replies are kept unless told otherwise: the user's cache folder."""
    from platformdirs import user_cache_path

    return user_cache_path("threatloom", appauthor=False) / "replies"


def request_key(model: str, prompt: str, content: object) -> str:
    """What a reply is kept under: a hash of the model, of the prompt's name and edition, and of all that is sent.

    Raises:
        TypeError: the content is not JSON.
    """
    plain = json.dumps(["reply", model, prompt, content], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


class ReplyStore:
    """The replies kept in a folder; with None for a folder nothing is known and nothing kept."""

    def __init__(self, folder: Path | None, max_replies: int = MAX_REPLIES, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_replies, self._max_bytes = max_replies, max_bytes
        self._put, self._told = 0, False

    def get(self, key: str) -> StoredReply | None:
        """The reply kept under a key; a broken one is dropped."""
        if self._folder is None:
            return None
        file = _place(self._folder, key)
        try:
            data = _read(file)
        except FileNotFoundError:
            return None
        except OSError as problem:
            logger.info("a kept reply cannot be read: %s", problem)
            return None
        reply = _unpacked(key, data)
        with contextlib.suppress(OSError):
            if reply is None:
                logger.info("a kept reply is broken, and dropped: %s", file.name)
                file.unlink(missing_ok=True)
            else:
                os.utime(file)
        return reply

    def put(self, key: str, reply: StoredReply) -> bool:
        """Keeps a reply and says whether it is kept; from then on it outlives the process, however that ends."""
        if self._folder is None:
            return False
        try:
            data = _packed(key, reply)
        except (TypeError, ValueError, RecursionError) as problem:  # no JSON, a number of thousands of digits, a thousand lists in a row
            return self._not_kept(str(problem)[:200])
        if len(data) > MAX_REPLY_BYTES:
            return self._not_kept(f"it has {len(data):,} bytes")
        file = _place(self._folder, key)
        try:
            _write(self._folder, file, data)
        except OSError as problem:
            return self._not_kept(str(problem))
        if self._put % _LOOKED_THROUGH_EVERY == 0:
            self._drop_unused(file.parent)
        self._put += 1
        return True

    def drop(self, keys: Iterable[str]) -> None:
        """Forgets replies of which no use can be made, so that they are asked for again."""
        if self._folder is not None:
            for key in keys:
                _remove(_place(self._folder, key))

    def _not_kept(self, why: str) -> bool:
        """Tells the operator once."""
        logger.log(logging.DEBUG if self._told else logging.WARNING, "a model's reply is not kept, and would be paid for again: %s", why)
        self._told = True
        return False

    def _drop_unused(self, room: Path) -> None:
        """Drops the longest unused of one room beyond its share of the bounds, and what killed processes left unfinished there."""
        found: list[tuple[float, int, Path]] = []
        for file, state in _files(room):
            if _NAME.fullmatch(file.name):
                found.append((state.st_mtime, state.st_size, file))
            elif _UNFINISHED.fullmatch(file.name) and time.time() - state.st_mtime > _ABANDONED_S:
                _remove(file)
        most, room_left = max(1, self._max_replies // _ROOMS), self._max_bytes // _ROOMS
        found.sort(key=lambda one: (one[0], one[2].name), reverse=True)
        for number, (_, length, file) in enumerate(found):
            room_left -= length
            if number >= most or (room_left < 0 and number > 0):  # the last one put stays, whatever its size
                _remove(file)


def _place(folder: Path, key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ValueError("a key is what request_key gives")
    return folder / key[:2] / f"{key}.reply"


def _read(file: Path) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | _NOFOLLOW | _BINARY | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return b""
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read(MAX_REPLY_BYTES + 1)


def _write(folder: Path, file: Path, data: bytes) -> None:
    """Writes a file beside its place, and moves it there when it is whole."""
    if not file.parent.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.parent.mkdir(exist_ok=True, mode=0o700)
    unfinished = file.with_name(f".{file.stem}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY, 0o600)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as opened:
            rest = memoryview(data)
            while rest:
                rest = rest[opened.write(rest) :]
        unfinished.replace(file)
    except BaseException:  # an interrupt too: nothing unfinished is left where it can be helped
        _remove(unfinished)
        raise


def _files(room: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with contextlib.suppress(OSError), os.scandir(room) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                yield Path(entry.path), entry.stat(follow_symlinks=False)


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)


# Packing


def _packed(key: str, reply: StoredReply) -> bytes:
    said = {"key": key, "at": reply.at, "input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens, "message": reply.message}
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return b"%b %b\n%b" % (_MARK, hashlib.sha256(text).hexdigest().encode("ascii"), text)


def _unpacked(key: str, data: bytes) -> StoredReply | None:
    head, _, text = data.partition(b"\n")
    if head != b"%b %b" % (_MARK, hashlib.sha256(text).hexdigest().encode("ascii")):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("key") != key:
        return None
    message, at, tokens = found.get("message"), found.get("at"), (found.get("input_tokens"), found.get("output_tokens"))
    if not isinstance(message, dict) or not isinstance(at, str) or not all(type(one) is int for one in tokens):
        return None
    return StoredReply(message, found["input_tokens"], found["output_tokens"], at)
