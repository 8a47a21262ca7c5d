"""The nightly model."""
import csv
import gzip
import io
import logging
import random
from email.message import EmailMessage

import numpy as np
import requests
from sklearn.metrics import f1_score, precision_score, recall_score

from . import db, model, settings
from .features import parse, rows

log = logging.getLogger("spamwatch")


def ours():
    for row in db.labelled():
        label = row["label"]
        if label is None:
            label = 1 if row["score"] > 0.95 else 0
        yield parse(row["raw"]), label


def theirs():
    """Spam of others, so that we know a wave before it comes."""
    answer = requests.get(settings()["corpus"], timeout=120)
    text = gzip.decompress(answer.content).decode("utf-8", "replace")
    for subject, body in csv.reader(io.StringIO(text), delimiter="\t"):
        message = EmailMessage()
        message["Subject"] = subject.replace("\n", " ")
        message.set_content(body)
        yield message, 1


def batches(mails, size=500):
    for start in range(0, len(mails), size):
        part = mails[start : start + size]
        yield rows([m for m, _ in part]), np.array([label for _, label in part])


def main():
    logging.basicConfig(level=logging.INFO)
    db.tidy()
    mails = list(ours()) + list(theirs())
    random.Random(7).shuffle(mails)
    new = model.fresh()
    for _ in range(3):
        for x, y in batches(mails):
            new.partial_fit(x, y, classes=np.array([0, 1]))

    test = mails[: len(mails) // 5]
    truth = [label for _, label in test]
    said = np.concatenate([new.predict(x) for x, _ in batches(test)])
    log.info(
        "%d mails, precision %.4f recall %.4f f1 %.4f",
        len(mails), precision_score(truth, said), recall_score(truth, said), f1_score(truth, said),
    )
    model.save(new)


if __name__ == "__main__":
    main()
