"""Who is logged in, how often a wrong token was tried, and the tokens that forms carry; all of it in memory, all of it bounded."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MOST_SESSIONS, MOST_ADDRESSES = 1000, 10_000
MOST_FAILURES = 60  # wrong tokens from all addresses together in a minute


class Sessions:
    """Sessions live in this process alone: a restart ends them."""

    def __init__(self, token: str | None, hours: int, failures: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = token.encode() if token is not None else None
        self._lasts, self._failures, self._clock = hours * 3600, failures, clock
        self._secret = secrets.token_bytes(32)
        self._open: OrderedDict[str, float] = OrderedDict()
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()
        self._lock = threading.Lock()

    @property
    def needed(self) -> bool:
        return self._token is not None

    def fits(self, given: str, address: str) -> bool | None:
        """Whether a token is the right one; None where too many wrong ones came lately, and it was not looked at."""
        if self._token is None:
            return True
        now = self._clock()
        with self._lock:
            tried = self._failed.setdefault(address, deque())
            self._failed.move_to_end(address)
            while len(self._failed) > MOST_ADDRESSES:
                self._failed.popitem(last=False)
            for times in (tried, self._all):
                while times and times[0] < now - 60:
                    times.popleft()
            if len(tried) >= self._failures or len(self._all) >= MOST_FAILURES:
                return None
            fits = hmac.compare_digest(hashlib.sha256(given.encode("utf-8", "replace")).digest(), hashlib.sha256(self._token).digest())
            if not fits:
                tried.append(now)
                self._all.append(now)
        return fits

    def begin(self) -> str:
        """A new session, as the value of its cookie."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._open[name] = self._clock() + self._lasts
            while len(self._open) > MOST_SESSIONS:
                self._open.popitem(last=False)
        return name

    def is_open(self, name: str) -> bool:
        with self._lock:
            return self._open.get(name, 0.0) > self._clock()

    def end(self, name: str) -> None:
        with self._lock:
            self._open.pop(name, None)

    def form_token(self, visit: str) -> str:
        """What a form of this visit has to carry; nobody can make it who does not know this process' secret."""
        return hmac.new(self._secret, visit.encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, visit: str, given: str) -> bool:
        return bool(visit) and hmac.compare_digest(self.form_token(visit).encode(), given.encode("utf-8", "replace"))
