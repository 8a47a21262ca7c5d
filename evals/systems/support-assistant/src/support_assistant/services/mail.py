"""Outgoing mail."""

import smtplib
from email.message import EmailMessage

from support_assistant.config import get_settings


def send_mail(to: str, subject: str, html: str) -> None:
    settings = get_settings()
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Please open this message in a mail program that shows HTML.")
    message.add_alternative(html, subtype="html")
    with smtplib.SMTP(settings.smtp_host, 587, timeout=20) as smtp:
        smtp.starttls()
        smtp.send_message(message)
