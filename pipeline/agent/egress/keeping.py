"""Answers kept by text, as many as a bound on characters allows; the longest unused goes first. Threads may ask at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """What was found for which text."""

    def __init__(self, characters: int) -> None:
        self._most, self._held = characters, 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str) -> Answer | None:
        with self._lock:
            answer = self._answers.get(text)
            if answer is not None:
                self._answers.move_to_end(text)
            return answer

    def put(self, text: str, answer: Answer) -> None:
        with self._lock:
            if text not in self._answers:
                self._held += len(text)
            self._answers[text] = answer
            while self._held > self._most and self._answers:
                dropped, _ = self._answers.popitem(last=False)
                self._held -= len(dropped)
