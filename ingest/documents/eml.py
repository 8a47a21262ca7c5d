"""Mails (.eml) as passages; a page is a part of the mail, the first its headers, and lines count inside a part as it reads when decoded.

The standard library takes the mail apart. Of the headers the subject, the people and the date are read. Each text part goes to the
reader of its format, and so does an attachment that has one, mails inside of mails included, up to some depth and number; what has
no reader is named as not examined. Nothing is fetched: pictures and links stay where they are.
Left out: signatures, delivery headers, calendars.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from importlib import import_module
from types import ModuleType

from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.outline import squeezed
from ingest.documents.position import positioned
from ingest.documents.reading import FORMATS
from ingest.facts import Passage
from ingest.purpose import kind_of
from ingest.source import Place, SourceKind
from ingest.text import decode

_HEADERS = ("Subject", "From", "To", "Cc", "Reply-To", "Date", "Comments", "Keywords")
_FOR_CLIENTS = frozenset({"Reply-To", "Comments", "Keywords"})  # read by programs, shown by hardly any
_TEXTS: dict[str, SourceKind] = {"text/html": "html", "text/plain": "text"}
_MAX_DEPTH = 3  # mails and documents inside of mails
_MAX_PARTS = 200
_LONGEST_HEADER = 2_000  # characters
_LONGEST_CONTENT_HEADER = 8_000  # bytes; what the parser itself takes apart
_CONTENT_HEADER = re.compile(rb"^content-[\w-]+[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part: its lines, and what its reader found in them."""

    name: str
    pages: Pages
    passages: tuple[Passage, ...]


@dataclass(slots=True)
class _Mail:
    """A mail while it is read."""

    path: str
    limits: DocumentLimits
    deadline: Deadline
    parts: list[_Part] = field(default_factory=list)
    unexamined: dict[str, None] = field(default_factory=dict)
    subject: str = ""


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of each part."""
    return dict(_numbered(_read("", data, limits, deadline, 0)))


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The headers, then the parts in their order."""
    mail = _read(path, data, limits, deadline, 0)
    passages: list[Passage] = []
    page = 0
    for part in mail.parts:
        numbers = {own: page + at for at, own in enumerate(part.pages, start=1)}
        page += len(part.pages)
        for passage in part.passages:
            place = replace(passage.place, page=numbers[passage.place.page], where=_where(part, passage))
            passages.append(replace(passage, place=place))
    if len(passages) > limits.max_passages:
        raise LimitReached(f"has more than {limits.max_passages} passages")
    lines = sum(len(text) for _, text in _numbered(mail))
    return Reading(mail.subject, tuple(passages), (), lines, unexamined=tuple(mail.unexamined))


def _numbered(mail: _Mail) -> Iterator[tuple[int, tuple[str, ...]]]:
    yield from enumerate((lines for part in mail.parts for lines in part.pages.values()), start=1)


def _where(part: _Part, passage: Passage) -> str:
    counted = passage.place.where or ("" if part.name.startswith("header") else f"line {passage.place.start_line}")
    return ", ".join(filter(None, (part.name, counted)))


def _read(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline, depth: int) -> _Mail:
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = decode(data).encode("utf-8", "replace")
    longest = max((len(found[0]) for found in _CONTENT_HEADER.finditer(data)), default=0)
    if longest > _LONGEST_CONTENT_HEADER:
        raise LimitReached(f"has a header of {longest} bytes (limit {_LONGEST_CONTENT_HEADER})")
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
    if not message.keys() and not message.is_multipart():
        raise Unreadable("is no mail: it has no headers")
    mail = _Mail(path, limits, deadline)
    mail.subject = _header(message, "Subject")
    mail.parts.append(_headers(message, path))
    for number, part in enumerate(message.walk(), start=1):
        deadline.check()
        if number > _MAX_PARTS:
            raise LimitReached(f"has more than {_MAX_PARTS} parts")
        if part.get_content_type() == "message/rfc822":
            mail.parts += [_headers(inner, path) for inner in part.iter_parts()]
        elif not part.is_multipart():
            _read_part(part, mail, depth)
    return mail


def _headers(message: Message, path: str) -> _Part:
    texts: list[str] = []
    passages: list[Passage] = []
    for name in _HEADERS:
        text = _header(message, name)
        if text:
            texts.append(f"{name}: {text}")
            place = Place(path, len(texts), len(texts), where=name)
            passages.append(Passage(text, "other", (), place, "metadata" if name in _FOR_CLIENTS else ""))
    return _Part("header", {None: tuple(texts)}, tuple(passages))


def _header(message: Message, name: str) -> str:
    """A header as text; of a long one the beginning, for lists of people are parsed in quadratic time."""
    raw = next((str(value) for given, value in message.raw_items() if given.lower() == name.lower()), "")
    return squeezed(str(policy.default.header_factory(name, " ".join(raw[:_LONGEST_HEADER].split())))) if raw else ""


def _read_part(part: EmailMessage, mail: _Mail, depth: int) -> None:
    name = squeezed(part.get_filename() or "")[:200]
    kind = (kind_of(name.rsplit("/", 1)[-1]) if name else None) or _TEXTS.get(part.get_content_type())
    label = f"attachment {name}" if name else part.get_content_type()
    if kind not in FORMATS or depth >= _MAX_DEPTH:
        mail.unexamined[f"attachments in it were not examined: {part.get_content_type()[:60]}"] = None
        return
    data = _decoded(part)
    if not data.strip():
        return
    try:
        if kind == "eml":
            inner = _read(mail.path, data, mail.limits, mail.deadline, depth + 1)
            mail.parts += inner.parts
            mail.unexamined.update(inner.unexamined)
            return
        reader: ModuleType = import_module(f"ingest.documents.{kind}")
        reading: Reading = reader.read_passages(mail.path, data, mail.limits, mail.deadline)
        pages: Pages = reader.read_pages(data, mail.limits, mail.deadline)
    except (LimitReached, Unreadable) as reason:
        mail.unexamined[f"a part of it was not examined: {label} {reason}"] = None
        return
    mail.parts.append(_Part(label, pages, positioned(reading.passages, kind)))
    mail.unexamined.update(dict.fromkeys(reading.unexamined))


def _decoded(part: EmailMessage) -> bytes:
    """The bytes of a part; those of a text in UTF-8, as its readers know no other label."""
    given = part.get_payload(decode=True)
    data = given if isinstance(given, bytes) else b""
    charset = part.get_content_charset()
    if part.get_content_maintype() != "text" or charset is None:
        return data
    try:
        return data.decode(charset, "replace").encode("utf-8", "replace")
    except (LookupError, ValueError):
        return data
