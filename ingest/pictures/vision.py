"""Pictures read by a vision model behind an OpenAI-compatible address that the user has named.

The instructions say to copy and to obey nothing that stands in the picture; that they are kept is not relied on: a reply is text of
an unknown author, bounded in size and time, and no more is done with it than with any other text. No redirect is followed, so that
pictures go to the host that was named and to no other; to an endpoint of this machine none goes by a proxy. The key comes from whoever
makes this, and is never shown.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import TYPE_CHECKING, Any

from ingest.addresses import host_of, is_loopback
from ingest.errors import UnusableInput
from ingest.pictures.reader import NotRead, Ocr, Picture
from ingest.text import split_lines

if TYPE_CHECKING:
    from openai import OpenAI

_SECONDS = 120.0  # of one picture
_RETRIES = 2
_MOST_TOKENS = 4_096
_MOST_REPLY = 1_000_000  # bytes, all that belongs to it included
_MOST_LINES, _MOST_LINE = 2_000, 2_000
_NOTHING = "NO TEXT"
_FENCE = re.compile(r"\A```[a-z]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class VisionModel:
    """A model behind an address."""

    told = "a vision model"
    most_side = 2_048

    def __init__(self, client: OpenAI, ocr: Ocr, seconds: float = _SECONDS) -> None:
        self._client, self._ocr, self._seconds = client, ocr, seconds
        self._steady = True  # temperature 0, until a model refuses to be told
        self.sent_to = "" if is_loopback(ocr.endpoint) else host_of(ocr.endpoint)

    @classmethod
    def connected(cls, ocr: Ocr, seconds: float = _SECONDS, retries: int = _RETRIES) -> VisionModel:
        """A client for the address; nothing is asked yet."""
        from openai import DefaultHttpxClient, OpenAI

        if not ocr.key and not ocr.address:
            raise UnusableInput("no key for the vision model", ocr.model, "set OPENAI_API_KEY, or name an endpoint of your own: --ocr-url")
        if ocr.address is not None and not re.match(r"https?://[^/\s]", ocr.address):
            raise UnusableInput("ocr-url is no address", ocr.address[:100], "write it as http://127.0.0.1:11434/v1")
        http = DefaultHttpxClient(follow_redirects=False, trust_env=not is_loopback(ocr.endpoint))
        # The address is always given: the library would take another one from the environment without a word.
        client = OpenAI(api_key=ocr.key or "none", base_url=ocr.endpoint, max_retries=retries, timeout=seconds, http_client=http)
        return cls(client, ocr, seconds)

    @property
    def identity(self) -> str:
        words = hashlib.sha256(self._ocr.instructions.encode()).hexdigest()[:8]
        return f"{self._ocr.model} at {host_of(self._ocr.endpoint)}, prompt {words}"

    def lines(self, picture: Picture) -> tuple[str, ...]:
        content = _content(self._reply(picture))
        fenced = _FENCE.match(content.strip())
        text = (fenced[1] if fenced is not None else content).strip()
        if not text or text.strip("`. ") == _NOTHING:
            return ()
        lines = [_CONTROL.sub(" ", line).rstrip() for line in split_lines(text)]
        if len(lines) > _MOST_LINES or max(map(len, lines)) > _MOST_LINE:
            raise NotRead("the vision model wrote more than stands in a picture")
        return tuple(lines)

    def _reply(self, picture: Picture) -> bytes:
        from openai import BadRequestError, OpenAIError

        try:
            return self._asked(picture)
        except BadRequestError as refused:
            if not self._steady or "temperature" not in str(refused):
                raise NotRead(_told(refused)) from None
            self._steady = False
        except OpenAIError as failure:
            raise NotRead(_told(failure)) from None
        return self._reply(picture)

    def _asked(self, picture: Picture) -> bytes:
        from httpx import HTTPError
        from openai import omit

        address = "data:image/png;base64," + base64.b64encode(picture.png).decode("ascii")
        until, reply = time.monotonic() + self._seconds, bytearray()
        asked = self._client.chat.completions.with_streaming_response.create(
            model=self._ocr.model,
            messages=[
                {"role": "system", "content": self._ocr.instructions},
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": address, "detail": "high"}}]},
            ],
            max_completion_tokens=_MOST_TOKENS,
            temperature=0 if self._steady else omit,
        )
        try:
            with asked as response:
                for piece in response.iter_bytes():
                    reply += piece
                    if len(reply) > _MOST_REPLY:
                        raise NotRead("the endpoint sent more than a reply")
                    if time.monotonic() > until:
                        raise NotRead(f"the endpoint took longer than {self._seconds:g} s")
        except HTTPError as failure:
            raise NotRead(_told(failure)) from None
        return bytes(reply)


def _content(reply: bytes) -> str:
    """The text of a reply. Any: what an endpoint sends may be anything."""
    try:
        choice: Any = json.loads(reply)["choices"][0]
        content, ended = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NotRead("the endpoint sent no reply that can be read") from None
    if ended == "length":
        raise NotRead("the reply of the vision model was cut short")
    if not isinstance(content, str):
        raise NotRead("the vision model gave no text")
    return content


def _told(failure: Exception) -> str:
    """The kind of a failure; what the endpoint says of it may hold anything."""
    status = getattr(failure, "status_code", None)
    return f"the endpoint failed: {type(failure).__name__}" + (f" (status {status})" if isinstance(status, int) else "")
