"""Outgoing mail."""

import smtplib
from email.message import EmailMessage

from support_assistant.config import get_settings


def send_mail(to: str, subject: str, text: str) -> None:
    settings = get_settings()
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message.set_content(text)
    with smtplib.SMTP(settings.smtp_host, 587, timeout=20) as smtp:
        smtp.starttls()
        smtp.send_message(message)
