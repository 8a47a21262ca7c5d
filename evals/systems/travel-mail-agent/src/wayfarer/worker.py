"""Reads the mailbox and hands each mail to the agent."""

import logging
import re
import time

from langgraph.errors import GraphRecursionError

from wayfarer import graph, mailbox, store
from wayfarer.settings import settings

log = logging.getLogger("wayfarer")
LOCATOR = re.compile(r"\b(?:booking|reference|PNR|locator)[^A-Z0-9]{1,12}([A-Z0-9]{6})\b", re.I)
EVERY = 30


def handle(mail: mailbox.Mail) -> str:
    """What was done with a mail."""
    if not store.keep_mail(mail.message_id, mail.thread, mail.sender, mail.subject, mail.body):
        return "known"
    if store.mails_today(mail.sender) > settings.mails_a_day:
        return "too many"
    if mail.sender.endswith("@" + settings.mail_domain):
        person = store.traveller_by_mail(mail.sender) if mail.authentic else None
        kind = "traveller"
    else:
        found = LOCATOR.search(f"{mail.subject}\n{mail.body}")
        person = store.traveller_of_booking(found[1].upper()) if found else None
        kind = "supplier"
    if person is None:
        return "nobody"
    try:
        graph.work_on(mail, person, kind)
    except GraphRecursionError:
        mailbox.send(person["mail"], f"Re: {mail.subject}", "I did not get this done and have told Ines and Teodor.", mail.message_id)
        return "too long"
    return kind


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    store.pool.open()
    while True:
        for mail in mailbox.unread():
            try:
                log.info("mail %s: %s", mail.thread, handle(mail))
            except Exception:
                log.exception("mail %s", mail.thread)
        time.sleep(EVERY)
