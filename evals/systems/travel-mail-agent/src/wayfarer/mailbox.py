"""Mail in and out."""

import email
import hashlib
import imaplib
import io
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

from pypdf import PdfReader

from wayfarer.settings import settings

MOST_TEXT, MOST_PAGES = 30_000, 20


@dataclass(frozen=True)
class Mail:
    message_id: str
    thread: str
    sender: str
    subject: str
    body: str
    authentic: bool
    attachments: list[str] = field(default_factory=list)


def unread() -> Iterator[Mail]:
    with imaplib.IMAP4_SSL(settings.imap_host, ssl_context=ssl.create_default_context()) as box:
        box.login(settings.mail_user, settings.mail_password.get_secret_value())
        box.select("INBOX")
        _, found = box.search(None, "UNSEEN")
        for number in found[0].split():
            _, parts = box.fetch(number, "(RFC822)")
            yield read(parts[0][1])


def read(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, policy=default)
    _, sender = parseaddr(str(message["From"]))
    body = message.get_body(preferencelist=("plain", "html"))
    references = str(message.get("References") or message["Message-ID"]).split()
    return Mail(
        message_id=str(message["Message-ID"]),
        thread=hashlib.sha1(references[0].encode(), usedforsecurity=False).hexdigest()[:16],
        sender=sender.lower(),
        subject=str(message["Subject"] or ""),
        body=(body.get_content() if body else "")[:MOST_TEXT],
        authentic=is_authentic(message),
        attachments=[text for part in message.iter_attachments() if (text := pdf_text(part))],
    )


def is_authentic(message: EmailMessage) -> bool:
    """What our mail server found when it took the mail."""
    verdicts = [str(header) for header in message.get_all("Authentication-Results", [])]
    return any("dkim=pass" in verdict and "dmarc=pass" in verdict for verdict in verdicts)


def pdf_text(part: EmailMessage) -> str:
    if part.get_content_type() != "application/pdf":
        return ""
    pages = PdfReader(io.BytesIO(part.get_payload(decode=True))).pages[:MOST_PAGES]
    return "\n".join(page.extract_text() for page in pages)[:MOST_TEXT]


def send(to: str, subject: str, text: str, in_reply_to: str = "") -> None:
    """Plain text, and to our own people only."""
    if not to.lower().endswith("@" + settings.mail_domain):
        raise ValueError(f"not one of us: {to}")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_user, to, " ".join(subject.split())[:200]
    if in_reply_to:
        message["In-Reply-To"] = message["References"] = in_reply_to
    message.set_content(text)
    with smtplib.SMTP(settings.smtp_host, 587) as server:
        server.starttls(context=ssl.create_default_context())
        server.login(settings.mail_user, settings.mail_password.get_secret_value())
        server.send_message(message)
