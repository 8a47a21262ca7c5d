"""Credentials that stand in documents of a system that only they describe: in runbooks, wiki pages, tables of access.

Takes documents, gives one element per secret with its place, and has the values masked wherever they are quoted. Beside the formats and
assignments that `ingest/secrets.py` knows, a cell beside "Admin password" and "the key is ..." say what their value is. Placeholders, paths
into a vault and words are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.documents.position import cell_place
from ingest.facts import DocumentFacts, Passage
from ingest.secrets import find_secrets, is_placeholder, is_public_identifier
from ingest.told_secrets import told_secrets
from pipeline.system.assembly import Assembly
from pipeline.system.documents.told import TOLD_OF_OTHERS, rows_of

_NOUN = r"(?:(?:api|access|secret|service|admin|root|master|license)[ -]?key|key|password|passphrase|passwort|token|secret|credentials?)"
_LABEL = re.compile(rf"\b{_NOUN}s?\W*$", re.IGNORECASE)
_SAID = re.compile(
    rf"\b({_NOUN})(?: (?:for|of|to) [\w .-]{{2,30}}?)?(?: is| =|:| \u2192|=)\s*[`\"'\u201c]?([^\s`\"'\u201c\u201d<>(){{}}|,;]{{8,200}})",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"\b(?:log ?in|credentials|account|user)\b(?:[^:\n]{0,40}:)? ?[\w.@-]{2,40} ?/ ?([^\s`\"'<>()|,;/]{8,60})(?=\s|$|[.,;])", re.IGNORECASE
)
_WORDS = re.compile(r"[A-Za-z]+\d{0,4}(?:[-_.:][A-Za-z]*\d{0,4})*")  # `expires-after-30-days`, `JWT-RS256`
_ELSEWHERE = re.compile(r"[/\\]|^(?:vault|env|ssm|kms|arn|secret|op):|\*\*|\u2026|\.\.\.$", re.IGNORECASE)
_SAMPLE = re.compile(r"\bexample\.(?:com|org|net)\b|\blocalhost\b|\bcurl\b|\bfor example\b|\be\.g\.", re.IGNORECASE)
_BY_CHANCE = 16  # characters of a value that nobody types by hand
_LONGEST = 20_000  # characters of a passage that are searched


@dataclass(frozen=True, slots=True)
class _Held:
    value: str
    detector: str
    passage: Passage
    label: str  # what it is said to be the secret of; empty where nothing says


def add_told_secrets(assembly: Assembly, documents: Sequence[DocumentFacts]) -> None:
    """An element per secret that documents hold; its value is masked from here on."""
    held = [each for document in documents if document.purpose not in TOLD_OF_OTHERS for each in _held_in(document)]
    assembly.book.hide(each.value for each in held)
    names: dict[str, str] = {}  # a value in several papers is one to revoke
    for each in held:
        evidence = assembly.cite_place(cell_place(each.passage, each.passage.text), "sink")
        if evidence is not None:
            name = names.setdefault(each.value, f"{each.label or each.detector} in {each.passage.place.path}")
            attributes = {"where": "document", "detector": each.detector}
            assembly.drafts.put("secret", name, None, attributes, evidence, None, "documentation")


def _held_in(document: DocumentFacts) -> Iterator[_Held]:
    seen: set[str] = set()
    rows = {id(row.passage): row for row in rows_of(document.passages)}
    for passage in document.passages:
        text = passage.text[:_LONGEST]
        found = [(text[span.start : span.end], span.detector) for span in find_secrets(text)]
        found += [(match[2].rstrip("."), "Secret Keyword") for match in _SAID.finditer(text) if _is_secret(match[1], match[2].rstrip("."))]
        found += [
            (match[1].rstrip("."), "Secret Keyword") for match in _PAIR.finditer(text) if _is_secret("password", match[1].rstrip("."))
        ]
        found += [(value, "Secret Keyword") for value in told_secrets(text)]
        shown = _SAMPLE.search(text) is not None  # how something is called is shown with values that open nothing
        if shown or passage.kind == "code":
            found = [(value, said) for value, said in found if said != "Secret Keyword" or (not shown and len(value) >= _BY_CHANCE)]
        row = rows.get(id(passage))
        if row is not None and _LABEL.search(row.cells[0]):
            found += [(value, "Secret Keyword") for cell in row.cells[1:] if (value := _first(cell)) and _is_secret(row.cells[0], value)]
        for value, detector in found:
            if value not in seen:
                seen.add(value)
                yield _Held(value, detector, passage, row.cells[0][:60] if row is not None and _LABEL.search(row.cells[0]) else "")


def _first(cell: str) -> str:
    word = cell.split(maxsplit=1)[0] if cell.split() else ""
    return word.strip("`\"'*,;")


def _is_secret(label: str, value: str) -> bool:
    """Whether a value that stands where a secret would is one."""
    if is_placeholder(value) or is_public_identifier(label, value) or _ELSEWHERE.search(value):
        return False
    is_password = "pass" in label.lower() or "credential" in label.lower()
    if not is_password and _WORDS.fullmatch(value):
        return False
    name = "password" if is_password else "api_key"
    return bool(find_secrets(f'{name} = "{value}"'))
