"""Where personal data stands in a text: addresses of e-mail, telephone numbers, IBANs, numbers of payment cards, numbers of persons.

Takes text, gives spans. What a number is, phonenumbers and python-stdnum say, with their check digits; which forms are looked for stands
in `pipeline/knowledge/personal_data.yaml`. It needs no model, so it does not find what has no form: names of people, postal addresses,
dates of birth; nor telephone numbers that are written without `+` and the code of their country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, Protocol

from pydantic import Field

from pipeline.agent.egress.sightings import Span, united
from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

PersonalKind = Literal["EMAIL", "PHONE", "IBAN", "CARD", "ID"]

_FILE = KNOWLEDGE / "personal_data.yaml"
_LOCAL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}$")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9-])")
_PHONE = re.compile(r"(?<![\w+])\+[1-9](?:[ ()./-]{0,2}\d){6,14}(?!\w)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
_CARD = re.compile(r"(?<![\w.-])[3-6]\d{3}(?:[ -]?\d){8,14}\d(?![\w-])")
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|2[2-7]\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:6011|65\d\d)\d{12}|35\d{14}|62\d{14,17}"
)
_DIGITS = re.compile(r"\d(?:[ ./+A-Z-]?\d){3,}")  # every number has as many close together,
_HEAD, _TAIL = 12, 24  # and no more characters before and behind them
_BEFORE = 40  # characters in which the name of a number stands


class _Checking(Protocol):
    """A module of python-stdnum."""

    def is_valid(self, number: str) -> bool: ...


class PersonalNumber(Frozen):
    """A number that a state gives to a person."""

    name: str
    country: str = Field(description="Package of python-stdnum.")
    number: str = Field(description="Its module, which knows the check digits.")
    form: str = Field(description="Pattern of how it is written.")
    words: tuple[str, ...] = Field(default=(), description="One of these stands shortly before it.")


class Nobody(Frozen):
    """E-mail addresses that are no person's."""

    locals: tuple[str, ...]
    domains: tuple[str, ...]
    endings: tuple[str, ...]


class PersonalData(Frozen):
    numbers: tuple[PersonalNumber, ...]
    nobody: Nobody


@lru_cache(maxsize=1)
def load_personal_data() -> PersonalData:
    return read_knowledge(_FILE, PersonalData)


def personal_spans(text: str) -> list[tuple[int, int, PersonalKind]]:
    """Where personal data stands, in order and apart from each other; of what overlaps, the longest counts."""
    found: list[tuple[int, int, PersonalKind]] = [(*span, "EMAIL") for span in _addresses(text)]
    found += [(*span, "PHONE") for span in _phones(text)]
    for window in united((max(0, digits.start() - _HEAD), digits.end() + _TAIL) for digits in _DIGITS.finditer(text)):
        found += [(*span, "IBAN") for span in _ibans(text, window)]
        found += [(*span, "CARD") for span in _cards(text, window)]
        found += [(*span, "ID") for span in _numbers(text, window)]
    apart: list[tuple[int, int, PersonalKind]] = []
    for start, end, kind in sorted(found, key=lambda one: (one[0] - one[1], one)):
        if all(end <= other[0] or other[1] <= start for other in apart):
            apart.append((start, end, kind))
    return sorted(apart)


def _addresses(text: str) -> Iterator[Span]:
    nobody = load_personal_data().nobody
    at = text.find("@")
    while at >= 0:
        local, domain = _LOCAL.search(text[max(0, at - 64) : at]), _DOMAIN.match(text, at + 1)
        if local is not None and domain is not None:
            name, host = local[0].lower(), domain[0].lower()
            known = name in nobody.locals or any(
                host == other or host.endswith(f".{other}") for other in (*nobody.domains, *nobody.endings)
            )
            if not known:
                yield at - len(local[0]), domain.end()
        at = text.find("@", at + 1)


def _phones(text: str) -> Iterator[Span]:
    if "+" not in text:
        return
    from phonenumbers import NumberParseException, is_valid_number, parse

    for match in _PHONE.finditer(text):
        try:
            if is_valid_number(parse(match[0], None)):
                yield match.span()
        except NumberParseException:
            continue


def _ibans(text: str, window: Span) -> Iterator[Span]:
    from stdnum import iban

    for match in _IBAN.finditer(text, *window):
        for end in range(match.end(), match.start() + 14, -1):  # a word may stand behind it
            if not text[end : end + 1].isalnum() and iban.is_valid(text[match.start() : end]):
                yield match.start(), end
                break


def _cards(text: str, window: Span) -> Iterator[Span]:
    from stdnum import luhn

    for match in _CARD.finditer(text, *window):
        digits = re.sub(r"[ -]", "", match[0])
        if _ISSUED.fullmatch(digits) and luhn.is_valid(digits) and len(set(digits)) > 1:
            yield match.span()


def _numbers(text: str, window: Span) -> Iterator[Span]:
    for number, form, module in _checked():
        for match in form.finditer(text, *window):
            before = text[max(0, match.start() - _BEFORE) : match.start()].casefold()
            if number.words and not any(_stands_in(word, before) for word in number.words):
                continue
            if module.is_valid(match[0]):
                yield match.span()


def _stands_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?![^\W_])", text) is not None


@lru_cache(maxsize=1)
def _checked() -> tuple[tuple[PersonalNumber, re.Pattern[str], _Checking], ...]:
    from stdnum.util import get_cc_module

    made: list[tuple[PersonalNumber, re.Pattern[str], _Checking]] = []
    for number in load_personal_data().numbers:
        module = get_cc_module(number.country, number.number)
        if module is None:
            raise ValueError(f"{number.name}: python-stdnum has no {number.country}.{number.number}")
        made.append((number, re.compile(rf"(?<![\w.-])(?:{number.form})(?![\w-])"), module))
    return tuple(made)
