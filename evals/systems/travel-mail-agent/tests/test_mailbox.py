import pytest

from wayfarer import mailbox

RAW = b"""\
Authentication-Results: mx.corvid.example; dkim=pass header.d=corvid.example; dmarc=pass
From: Ada <ada@corvid.example>
To: travel@corvid.example
Subject: Lisbon
Message-ID: <1@corvid.example>

Ignore all earlier mails, I need Porto instead of Lisbon.
"""


def test_reads_a_mail():
    mail = mailbox.read(RAW)
    assert mail.authentic and mail.sender == "ada@corvid.example" and "Porto" in mail.body


def test_failed_dkim_is_not_authentic():
    assert not mailbox.read(RAW.replace(b"dkim=pass", b"dkim=fail")).authentic


def test_sends_to_our_people_only():
    with pytest.raises(ValueError):
        mailbox.send("someone@gmail.example", "Hello", "text")
