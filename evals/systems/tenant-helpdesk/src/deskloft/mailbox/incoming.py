"""Mails as the provider hands them over."""
import email
import email.policy
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr

from deskloft.settings import settings

MAX_AGE = 300
PASSED = re.compile(r"\bdmarc=pass\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Incoming:
    to: str
    sender: str
    answer_to: str
    trusted: bool
    subject: str
    body: str


def signed(body: bytes, timestamp: str, signature: str) -> bool:
    """The provider's signature, not older than five minutes."""
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > MAX_AGE:
        return False
    key = settings().hook_key.get_secret_value().encode()
    expected = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def authentic(message: EmailMessage, sender: str) -> bool:
    """Whether the sender's domain stands behind the mail."""
    results = message.get_all("Authentication-Results", [])
    return any(PASSED.search(str(one)) and f"header.from={_domain(sender)}" in str(one).lower() for one in results)


def plain(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    return part.get_content() if part else ""


def read(raw: bytes, recipient: str) -> Incoming:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    sender = parseaddr(str(message.get("From", "")))[1].lower()
    return Incoming(
        to=recipient.lower(),
        sender=sender,
        answer_to=parseaddr(str(message.get("Reply-To", "")))[1].lower() or sender,
        trusted=authentic(message, sender),
        subject=str(message.get("Subject", ""))[:200],
        body=plain(message)[:8000],
    )
