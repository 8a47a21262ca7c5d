"""Ed25519 over JSON. The private key is a file that only the jobs have."""

import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shelf.settings import RELEASE_KEY, settings


class NotOurs(Exception):
    """The signature is missing or wrong."""


def sign(content: dict[str, Any]) -> bytes:
    key = load_pem_private_key(Path(settings.signing_key_file).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 key")
    text = json.dumps(content, sort_keys=True)
    return json.dumps({"content": text, "signature": key.sign(text.encode()).hex()}).encode()


def opened(raw: bytes, public: str = RELEASE_KEY) -> dict[str, Any]:
    """The content, if the signature is right."""
    try:
        wrapped = json.loads(raw)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(wrapped["signature"]), wrapped["content"].encode())
    except (InvalidSignature, KeyError, ValueError):
        raise NotOurs("signature does not fit") from None
    return json.loads(wrapped["content"])
