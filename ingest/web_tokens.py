"""Tokens that open nothing by what they say of themselves: nobody's, over, or plain words that were only written in base64.

Takes the text of a token, reads what it says and believes it; the signature of a JSON Web Token is not looked at.
"""

from __future__ import annotations

import base64
import re

_ANONYMOUS = re.compile(rb'"role"\s*:\s*"anon"')
_OF_A_MANUAL = re.compile(rb'"sub"\s*:\s*"1234567890"\s*,\s*"name"\s*:\s*"John Doe"')  # https://jwt.io shows it to everybody
_TIMES = re.compile(rb'"(exp|iat|nbf)"\s*:\s*(\d{9,10})(?![\d.])')
_DAY = 24 * 60 * 60
_LONG_AGO = 1_767_225_600  # the first of January 2026: in the past wherever this runs, so that no clock is asked
_WORDS = re.compile(rb"[a-z]{2,20}(?:[-_ .][a-z]{2,20}){1,8}|[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,30}){1,4}")
_NAME_OF_TOKEN = re.compile(r"token$", re.IGNORECASE)


def spells_words(name: str, value: str) -> bool:
    """Whether a token is words, or somebody's address, in base64: what a product prints in its manual for everybody to install it with.

    A password or a signing key may be words and still work; a token that a service gives out to one customer is made by chance.
    """
    head = value.split("=", 1)[0]
    if not _NAME_OF_TOKEN.search(name[-100:]) or not 12 <= len(head) <= 400:
        return False
    try:
        said = base64.b64decode(head + "=" * (-len(head) % 4), validate=True)
    except ValueError:
        return False
    return _WORDS.fullmatch(said) is not None


def opens_nothing(value: str) -> bool:
    """Whether a token says of itself that it is nobody's, or no longer anybody's.

    Supabase gives every browser one with the role `anon`. One that is good for a day at most is over before anybody reads it in a
    repository, as one that ended long ago.
    """
    parts = value.split(".")
    if len(parts) != 3 or not value.startswith("eyJ") or len(parts[1]) > 1000:
        return False
    try:
        said = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except ValueError:
        return False
    times = {name: int(seconds) for name, seconds in _TIMES.findall(said)}
    end, begin = times.get(b"exp"), times.get(b"iat", times.get(b"nbf"))
    over = end is not None and (end < _LONG_AGO or (begin is not None and 0 <= end - begin <= _DAY))
    return over or _ANONYMOUS.search(said) is not None or _OF_A_MANUAL.search(said) is not None
