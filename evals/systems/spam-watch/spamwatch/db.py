"""What was seen and learned."""
import hashlib
import os
import sqlite3
import time

from . import settings

SCHEMA = """
create table if not exists mail (
  number integer primary key, digest text unique, at real, sender text, rcpt text, raw blob,
  score real, verdict text, label integer, source text
);
create index if not exists mail_at on mail (at);
"""


def connect():
    db = sqlite3.connect(os.path.join(settings()["data"], "mails.sqlite"), timeout=30)
    db.row_factory = sqlite3.Row
    db.executescript(SCHEMA)
    return db


def keep(raw, sender, rcpt, score, verdict, label=None, source="front"):
    digest = hashlib.md5(raw).hexdigest()
    with connect() as db:
        db.execute(
            "insert into mail (digest, at, sender, rcpt, raw, score, verdict, label, source) values (?,?,?,?,?,?,?,?,?)"
            " on conflict (digest) do update set label = coalesce(excluded.label, label), source = excluded.source",
            (digest, time.time(), sender, rcpt, raw, score, verdict, label, source),
        )
        return db.execute("select number from mail where digest = ?", (digest,)).fetchone()[0]


def search(words, limit=100):
    with connect() as db:
        return db.execute(
            "select number, at, sender, rcpt, score, verdict, label, source from mail where sender like ? or rcpt like ? order by at desc limit ?",
            ("%" + words + "%", "%" + words + "%", limit),
        ).fetchall()


def one(number):
    with connect() as db:
        return db.execute("select * from mail where number = ?", (number,)).fetchone()


def labelled():
    with connect() as db:
        return db.execute("select raw, label, source, score from mail where label is not null or score > 0.95 or score < 0.05").fetchall()


def tidy(days=180):
    with connect() as db:
        db.execute("delete from mail where at < ?", (time.time() - days * 86400,))
