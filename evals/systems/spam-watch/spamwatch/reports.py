"""Reads reports@ and notspam@ and teaches the model."""
import email.utils
import imaplib
import logging

from . import db, model, settings
from .features import parse

log = logging.getLogger("spamwatch")
BOXES = {"Reports": True, "NotSpam": False}


def attached(message):
    """The mails that hang on a report."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            yield part.get_payload(0).as_bytes()


def read(box, spam, imap):
    imap.select(box)
    _, found = imap.search(None, "UNSEEN")
    taught = 0
    for number in found[0].split():
        _, data = imap.fetch(number, "(RFC822)")
        report = parse(data[0][1])
        who = email.utils.parseaddr(report.get("from", ""))[1].lower()
        for raw in attached(report):
            model.learn(parse(raw), spam=spam, times=5)
            db.keep(raw, who, "", None, "reported", int(spam), "report:" + who)
            taught += 1
        imap.store(number, "+FLAGS", "\\Seen")
    return taught


def main():
    logging.basicConfig(level=logging.INFO)
    conf = settings()["reports"]
    with open(conf["password_file"]) as f:
        password = f.read().strip()
    with imaplib.IMAP4(conf["imap"]) as imap:
        imap.login(conf["user"], password)
        for box, spam in BOXES.items():
            log.info("%s: %d", box, read(box, spam, imap))


if __name__ == "__main__":
    main()
