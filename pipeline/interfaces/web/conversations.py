"""Conversations of visits, in memory and bounded: each about one scan, for nobody else to read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.chat import Conversation

MOST_CONVERSATIONS, MOST_QUESTIONS = 40, 60


@dataclass
class Talk:
    """A conversation, and the lock that makes it answer one question at a time."""

    conversation: Conversation
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_full(self) -> bool:
        return len(self.conversation.history) >= MOST_QUESTIONS


class Conversations:
    def __init__(self) -> None:
        self._talks: OrderedDict[tuple[str, str, int], Talk] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, visit: str, system: str, scan: int, make: Callable[[], Conversation]) -> Talk:
        """What was spoken of in this visit about this scan; begun anew where nothing was, or where it has become long."""
        key = (visit, system, scan)
        with self._lock:
            known = self._talks.get(key)
            if known is not None and not known.is_full:
                self._talks.move_to_end(key)
                return known
        made = Talk(make())
        with self._lock:
            self._talks[key] = made
            while len(self._talks) > MOST_CONVERSATIONS:
                self._talks.popitem(last=False)
        return made

    def leave(self, visit: str) -> None:
        """Everything of a visit."""
        with self._lock:
            for key in [one for one in self._talks if one[0] == visit]:
                del self._talks[key]

    def forget(self, visit: str, system: str) -> None:
        with self._lock:
            for key in [one for one in self._talks if one[:2] == (visit, system)]:
                del self._talks[key]
