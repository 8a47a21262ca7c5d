"""Reminders. The first prompt is friendly, the third costs money."""

import datetime as dt
import os
import smtplib
from email.message import EmailMessage

from sqlalchemy import select

from .models import Loan, Session, note

SYSTEM_PROMPT = "This mail was sent by the system. Please do not answer."
PROMPTS = {
    1: "Dear {name},\n\nthe following is due: {title} ({due}). Please bring it back or renew it.\n\n{system}",
    2: "Dear {name},\n\nwe are still waiting for {title}, due {due}. There are other readers who would like it.\n\n{system}",
    3: "Dear {name},\n\n{title} was due on {due}. A fee of 5 euros has been added to your account.\n\n{system}",
}


def prompt(loan: Loan) -> EmailMessage:
    number = min(loan.prompts + 1, 3)
    mail = EmailMessage()
    mail["From"] = os.environ.get("MAIL_FROM", "bibliothek@kreis.example")
    mail["To"] = loan.reader.mail
    mail["Subject"] = f"Reminder {number}"
    mail.set_content(PROMPTS[number].format(name=loan.reader.name, title=loan.item.title.title, due=loan.due, system=SYSTEM_PROMPT))
    return mail


def send_prompts() -> int:
    today = dt.date.today()
    late = Session.scalars(select(Loan).where(Loan.due < today, Loan.returned.is_(None), Loan.prompts < 3)).all()
    sent = 0
    with smtplib.SMTP(os.environ.get("MAIL_HOST", "localhost"), timeout=30) as server:
        for loan in late:
            if loan.reader is None or not loan.reader.mail or (today - loan.due).days < 7 * (loan.prompts + 1):
                continue
            server.send_message(prompt(loan))
            loan.prompts += 1
            note("system", "prompt", str(loan.id))
            Session.commit()
            sent += 1
    return sent
