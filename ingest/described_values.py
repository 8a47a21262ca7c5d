"""Values under the name of a secret that are none: what describes a token instead of being one, and what manuals print for everybody.

Takes a name and a value, says what the form of the value and a short list of settings tell. `jwt,pub-key=/etc/key.pem,ttl=10m` says how
tokens are made; the label of a cluster keeps two of them apart and lets nobody in. Whether a value is in use is not known here.
"""

from __future__ import annotations

import re

# A kind, and what is to be known of it: `jwt,pub-key=/etc/key.pem,ttl=10m`; or nothing but pairs.
_PAIR = r"[A-Za-z][\w.-]{0,40}=[^,=\s]{0,200}"
_DESCRIPTOR = re.compile(rf"(?:[A-Za-z][\w.-]{{0,30}}|{_PAIR})(?:,{_PAIR}){{1,12}}")
_HELD = re.compile(r"(?:^|,)[\w.-]{0,40}(?:pass(?:word|wd|phrase)?|pwd|secret|token|key)=(?!/|\./|~)[^,]{6,}", re.IGNORECASE)  # no path
_ALGORITHM = re.compile(
    r"(?:HS|RS|ES|PS)(?:256|384|512)|EdDSA|Ed25519|secp256k1|AES[-_]?(?:128|192|256)(?:[-_](?:GCM|CBC|CTR|SIV))?|ChaCha20[-_]Poly1305"
    r"|SCRAM[-_]SHA[-_](?:1|256|512)|SHA[-_]?(?:1|256|384|512)|HMAC[-_]?SHA[-_]?(?:1|256|384|512)|bcrypt|scrypt|argon2(?:id|i|d)?"
    r"|pbkdf2(?:[-_:]\w{1,20}){0,3}|caching_sha2_password|mysql_native_password",
    re.IGNORECASE,
)
# Settings of widespread software that end like a secret and are none. Read from: https://etcd.io/docs/latest/op-guide/configuration/,
# the tokenizers of transformers, 2025.
_SETTINGS = re.compile(
    r"(?:.*[_.-])?(?:initial[-_]?cluster[-_]?token|auto[-_]?mount(?:[-_]?service[-_]?account)?[-_]?token"
    r"|(?:pad|eos|bos|unk|sep|cls|mask|stop|image|audio|video)[-_]?token)",
    re.IGNORECASE,
)
# What pages and manuals show: https://jwt.io, https://docs.stripe.com/keys, read 2025. Those that say `your` or `example` are told by that.
_SAMPLES = re.compile(
    r"a-(?:string|valid-string)-secret-at-least-\d{3}-bits(?:-\w{1,12})?-long(?:-\w{1,20}){0,3}"
    r"|sk_test_(?:4eC39HqLyjWDarjtT1zdp7dc|BQokikJOvBiI2HlWgH4olfQ2|26PHem9AhJZvU623DfE1x4sd)"
)
_WORDED = re.compile(r"(?:[a-z]{2,20}[-_ ]){1,6}(?:secret|key|token|password|passphrase|credentials?)", re.IGNORECASE)


def is_sample(value: str) -> bool:
    """Whether a value is one that a page or a manual shows to everybody."""
    return _SAMPLES.fullmatch(value.strip("\"' ")[:100]) is not None


def is_worded(value: str) -> bool:
    """Whether a value is nothing but words that say what belongs there: `internal_secret_key`."""
    return _WORDED.fullmatch(value[:100]) is not None


def is_described(name: str, value: str) -> bool:
    """Whether a value says of what kind something is, or the name is that of a setting which opens nothing."""
    if _SETTINGS.fullmatch(name[-200:]) or _ALGORITHM.fullmatch(value[:60]):
        return True
    return _DESCRIPTOR.fullmatch(value[:2000]) is not None and _HELD.search(value[:2000]) is None
