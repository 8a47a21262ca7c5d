"""Whether two secrets are one: a short mark of a value, which is the same wherever the value stands and from which nobody reads it.

Takes the value of a variable or literal. Of an address with a login the password counts, as the server has it that is asked there. A mark
is four bytes: enough to tell the few secrets of one tree apart, and too few for a guessed value to be known for the right one.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import unquote

_PASSWORD = re.compile(r"://[^\s:/@]{0,100}:([^\s@/]{3,200})@")
_TELLING = 8  # characters: shorter passwords are alike by chance


def mark_of(value: str) -> str | None:
    """The mark of a secret, None of one that is too short to be told by it."""
    held = password_in(value.strip())
    return blake2b(held.encode("utf-8", "replace"), digest_size=4, person=b"threatloom").hexdigest() if len(held) >= _TELLING else None


def password_in(value: str) -> str:
    """The password of an address with a login, as its server has it; any other value as it is."""
    found = _PASSWORD.search(value[:2000])
    return unquote(found[1]) if found is not None and len(found[1]) >= _TELLING else value
