import hashlib
import hmac
import time

from deskloft.mailbox import incoming

MAIL = b"""From: Ute Baum <ute@baum.example>
To: hausgarten@in.deskloft.example
Subject: Heating
Authentication-Results: mx.mailroute.example; dkim=pass; dmarc=%s header.from=baum.example

The radiator is cold.
"""


def test_dmarc_decides():
    assert incoming.read(MAIL % b"pass", "hausgarten@in.deskloft.example").trusted
    assert not incoming.read(MAIL % b"fail", "hausgarten@in.deskloft.example").trusted


def test_domain_must_be_the_senders():
    other = (MAIL % b"pass").replace(b"header.from=baum.example", b"header.from=other.example")
    assert not incoming.read(other, "hausgarten@in.deskloft.example").trusted


def test_signature():
    now = str(int(time.time()))
    good = hmac.new(b"test", now.encode() + b".body", hashlib.sha256).hexdigest()
    assert incoming.signed(b"body", now, good)
    assert not incoming.signed(b"other", now, good)
    assert not incoming.signed(b"body", str(int(time.time()) - 900), good)
