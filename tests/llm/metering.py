"""What a request is charged for, and what of it a provider's cache would have known already."""

from __future__ import annotations

import hashlib
import json
import threading

from tests.llm.scripts import Reply, Request
from tests.llm.wire import Counted

_BLOCK = 512  # bytes of a prefix that are cached together: 128 tokens
_FROM = 1024  # tokens; shorter prefixes are not cached


class Meter:
    """Four bytes to a token, at least one. What begins as an earlier request did is cached in blocks, as providers do it: tools and
    schema first, then the messages."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._lock = threading.Lock()

    def count(self, request: Request, reply: Reply) -> Counted:
        given = json.dumps([request.get("tools"), request.get("response_format"), request.get("messages")]).encode()
        digest, known, cached, blocks = hashlib.sha256(), True, 0, []
        with self._lock:
            for start in range(0, len(given) - _BLOCK, _BLOCK):
                digest.update(given[start : start + _BLOCK])
                blocks.append(digest.digest())
                known = known and blocks[-1] in self._seen
                cached += (_BLOCK // 4) * known
            self._seen.update(blocks)
        words = [reply.text or reply.refusal or "", *(call.name + call.words for call in reply.calls)]
        said = sum(len(word.encode("utf-8", "surrogatepass")) for word in words)
        return Counted(max(1, len(given) // 4), max(1, said // 4), cached if cached >= _FROM else 0)
