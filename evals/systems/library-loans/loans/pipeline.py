"""The nightly import: records of the union catalogue go through a chain of transformers."""

import logging
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import requests
from defusedxml import ElementTree
from sqlalchemy import select

from .models import Session, Title

log = logging.getLogger("loans.pipeline")
SOURCE = "https://oai.verbund.example/oai"
MARC = "{http://www.loc.gov/MARC21/slim}"
LARGEST = 20_000_000


@dataclass(frozen=True)
class Record:
    number: str
    title: str
    author: str = ""
    language: str = ""
    subjects: tuple[str, ...] = field(default=())


Transformer = Callable[[Record], Record]


class Attention(Exception):
    """A cataloguer should look at this record."""


def normalize(record: Record) -> Record:
    return replace(record, title=unicodedata.normalize("NFC", record.title).strip(" /:"), author=unicodedata.normalize("NFC", record.author))


def tokenize(record: Record) -> Record:
    """Subjects come as one string with semicolons."""
    tokens = [t.strip() for s in record.subjects for t in s.split(";")]
    return replace(record, subjects=tuple(dict.fromkeys(t for t in tokens if t)))


def classify(record: Record) -> Record:
    if record.language and len(record.language) != 3:
        raise Attention(f"language {record.language!r}")
    return replace(record, language=record.language or "ger")


def complete(record: Record) -> Record:
    if not record.title:
        raise Attention("no title")
    return record


class Pipeline:
    """Runs each record through the transformers in turn."""

    def __init__(self, *transformers: Transformer) -> None:
        self.transformers = transformers

    def __call__(self, record: Record) -> Record:
        for transform in self.transformers:
            record = transform(record)
        return record


pipeline = Pipeline(normalize, tokenize, classify, complete)


def harvest(since: str) -> Iterator[Record]:
    answer = requests.get(SOURCE, params={"verb": "ListRecords", "metadataPrefix": "marc21", "from": since}, timeout=60, stream=True)
    answer.raise_for_status()
    body = answer.raw.read(LARGEST + 1, decode_content=True)
    if len(body) > LARGEST:
        raise ValueError("answer too large")
    for element in ElementTree.fromstring(body).iter(f"{MARC}record"):
        yield parse(element)


def parse(element) -> Record:
    def sub(tag: str, code: str) -> list[str]:
        return [s.text or "" for d in element.iter(f"{MARC}datafield") if d.get("tag") == tag for s in d if s.get("code") == code]

    number = next((c.text or "" for c in element.iter(f"{MARC}controlfield") if c.get("tag") == "001"), "")
    return Record(number, "".join(sub("245", "a")), "".join(sub("100", "a")), "".join(sub("041", "a")), tuple(sub("650", "a")))


def train_of(since: str) -> tuple[int, list[str]]:
    """The night's train of records: how many went through, and which need attention."""
    done, attention = 0, []
    for raw in harvest(since):
        try:
            record = pipeline(raw)
        except Attention as reason:
            attention.append(f"{raw.number}: {reason}")
            continue
        title = Session.scalar(select(Title).where(Title.record == record.number)) or Title(record=record.number)
        title.title, title.author, title.language = record.title[:500], record.author[:300], record.language
        title.subjects = "; ".join(record.subjects)
        Session.add(title)
        done += 1
    Session.commit()
    log.info("%d records, %d need attention", done, len(attention))
    return done, attention
