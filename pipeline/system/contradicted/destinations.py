"""Statements on where data goes, and recipients that they leave out.

Takes statements and the recipients of an assembly, adds a claim of kind "destination" where code or configuration sends data to a company
that a document excludes. Three forms of statement exclude: that nothing leaves, that data goes to the named companies only, and a list
that is called one of sub-processors. "Nobody else receives questions" speaks of those whom the sentence or the one before it names. A text
that merely does not mention a company excludes nobody.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.facts import DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.known_parties import is_among, named_parties
from pipeline.system.contradicted.parties import Recipient, observers, recipients
from pipeline.system.contradicted.stated import Statement
from pipeline.system.documents.documents import claim_id, is_built, speaks_of
from pipeline.system.documents.told import TOLD_OF_OTHERS, rows_of
from pipeline.system.model import Claim, Evidence

_DATA = (
    r"(?:data|documents?|files?|prompts?|conversations?|messages?|content|information|nothing|everything|recordings?|transcripts?|audio"
    r"|images?|pictures?|photos?|e-?mails?|code|texts?|questions?|chats?|notes?|records?)"
)
_HOME = (
    r"(?:machine|computer|device|laptop|servers?|network|infrastructure|premises|cluster|vpc|vnet|data ?cent(?:er|re)|company"
    r"|organi[sz]ation|perimeter|environment|campus|university|hospital|clinic|works|house|building)"
)
_OURS = r"(?:the|our|your|this|their|its|user's|users')"
_SENT = r"(?:sent|shared|transmitted|uploaded|passed|disclosed)"
_OTHERS = r"(?:to|with) (?:any )?(?:third[- ]part\w+|external (?:services?|servers?|providers?|apis?|parties)|the cloud|anyone|outside)\b"
_ANOTHER = (
    r"(?:another|any other|(?:an?y? )?third|other|outside) (?:compan(?:y|ies)|part(?:y|ies)|providers?|organi[sz]ations?|processors?)"
)
_NOTHING_LEAVES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_DATA}\b[^.;:]{{0,40}}(?:\b(?:never|not|cannot)|n['\u2019]t)(?: ever)? leaves? {_OURS} (?:[\w-]+ )?{_HOME}\b",
        rf"\b(?:no|none of (?:the|our|your)) (?:[\w-]+ )?{_DATA} (?:ever )?leaves? {_OURS} (?:[\w-]+ )?{_HOME}\b",
        rf"\bnothing (?:ever )?leaves? {_OURS} (?:[\w-]+ )?{_HOME}\b",
        rf"\b(?:no|none of (?:the|our|your)) (?:[\w-]+ )?{_DATA} (?:is|are|gets?) (?:ever )?{_SENT}[^.;:]{{0,20}} {_OTHERS}",
        rf"\b{_DATA}\b (?:is|are) (?:never|not) {_SENT} {_OTHERS}",
        rf"\bnothing (?:of|in|from|about) (?:[\w'\u2019-]+ ){{1,6}}?(?:ever )?leaves? {_OURS} (?:[\w-]+ )?{_HOME}\b",
        rf"\b(?:nothing|(?:no|none of (?:the|our|your)) (?:[\w-]+ )?{_DATA})\b[^.;:]{{0,50}}? (?:(?:goes|go|passes|is given) to"
        rf"|(?:is|are|gets?) (?:ever )?{_SENT} (?:to|with)) {_ANOTHER}\b",
        rf"\bno (?!other\b)(?:[\w-]+ )?(?:compan(?:y|ies)|(?:sub-?)?processors?|third part(?:y|ies))(?: outside(?: of)? {_OURS} {_HOME})?"
        r" (?:receives?|gets?)\b",
        rf"\b(?:all|your|our) (?:[\w-]+ )?{_DATA} (?:always )?(?:stays?|remains?) (?:on|in|within|inside) {_OURS} (?:[\w-]+ )?{_HOME}\b",
    )
)
# What is no data of those who use the system, and what takes back a part of the sentence.
_BUT = re.compile(
    r"\b(?:keys?|tokens?|passwords?|credentials?|secrets?|weights|telemetry|wallets?|except|apart from|other than|aside from"
    r"|besides|beyond|outside of)\b",
    re.IGNORECASE,
)
_WHERE = re.compile(rf"\boutside(?: of)? {_OURS} {_HOME}\b", re.IGNORECASE)
_GIVEN = r"(?:sent|shared|transmitted|passed|goes|go|forwarded|disclosed)"
_COMPANY = r"(?:third part\w+|sub-?processors?|external (?:services?|providers?|apis?)|recipients?|data processors?)"
_ONLY_TO = re.compile(
    rf"\b(?:only|solely|exclusively)\b[^.;:]{{0,40}}\b{_GIVEN}\b[^.;:]{{0,20}}\b(?:to|with)\b"
    rf"|\b{_GIVEN}\b[^.;:]{{0,20}}\b(?:only|solely|exclusively) (?:to|with)\b"
    rf"|\b{_GIVEN} (?:to|with) [^.;:,]{{2,40}} (?:only|alone|exclusively)(?=[.,;]|$)"
    rf"|\b{_GIVEN} (?:to|with) (?:nobody|no one|no third part\w+|no other) (?:but|except|other than)\b"
    rf"|\b(?:is|are) (?:the|our) only {_COMPANY}\b|\bonly {_COMPANY} (?:is|are)\b",
    re.IGNORECASE,
)
# The same by those who are left out: who is meant is said in the sentence, or in the one before it.
_NOBODY_ELSE = re.compile(
    r"\bno other (?:compan(?:y|ies)|part(?:y|ies)|providers?|(?:sub-?)?processors?|recipients?)\b[^.;:]{0,20}?"
    r"\b(?:sees?|gets?|receives?|reads?|process(?:es)?|ha(?:s|ve) access to)\b"
    r"|\b(?:nobody|no one|no company) else (?:receives?|gets?|process(?:es)?)\b"
    r"|\b(?:processed|received)\b[^.;:]{0,120}\b(?:and|but) by (?:nobody|no one) else\b",
    re.IGNORECASE,
)
_OURSELVES = re.compile(
    r"\b(?:ourselves|our own|in[- ]house|on[- ]premises?|our (?:machines|servers|computers|data ?cent(?:er|re)))\b", re.IGNORECASE
)
_LISTED = re.compile(
    r"\bsub-?processors?\b|\bthird[- ]part(?:y|ies) (?:who|that|which) (?:receive|process|get)\b|\brecipients of (?:personal )?data\b",
    re.IGNORECASE,
)
_NO_CHOICE = 4  # companies that a product can ask for replies: whoever runs it chooses


@dataclass(frozen=True, slots=True)
class _Excludes:
    """What a document says of recipients: those it allows, and the words that exclude all others."""

    text: str
    path: str
    named: frozenset[str]
    evidence: Evidence
    nothing: bool  # that no company gets anything


def add_destinations(assembly: Assembly, documents: Sequence[DocumentFacts], statements: Sequence[Statement]) -> None:
    """A claim for every statement on recipients that code or configuration goes beyond."""
    said = [*_sentences(assembly, statements), *_lists(assembly, documents)]
    if not said:
        return
    found = [recipient for recipient in recipients(assembly, documents) if is_built(assembly.draft(recipient.element))]
    watched = list(observers(assembly))
    for excludes in said:
        beyond = [
            recipient
            for recipient in _allowed_out(assembly, found, excludes)
            if not is_among(recipient.party, excludes.named, recipient.itself)
        ]
        beyond = [recipient for recipient in beyond if not _breaks_promise(assembly, excludes, recipient)]
        for party in sorted({recipient.party for recipient in beyond}):
            told = [recipient for recipient in beyond if recipient.party == party]
            _add(assembly, excludes, party, [one.element for one in told], [one.evidence for one in told])
        for party, evidence in watched:
            if not is_among(party, excludes.named) and party not in {recipient.party for recipient in beyond}:
                element = assembly.drafts.put(
                    "external_service", party, "third_party", {"effect": "write"}, evidence, None, "product"
                )  # fmt: skip
                _add(assembly, excludes, party, [element], [evidence])


def _breaks_promise(assembly: Assembly, excludes: _Excludes, recipient: Recipient) -> bool:
    """Whether the sentence is a promise that nothing leaves, and the recipient a provider in place of a model of one's own.

    Such a promise is broken, and that is one finding: the one of the promise.
    """
    if assembly.draft(recipient.element).attributes.get("overflow") is not True:
        return False
    for at, claim in enumerate(assembly.claims):
        if claim.kind == "promise" and "egress_limit" in claim.promises and claim.evidence[0] == excludes.evidence:
            if claim.kept is not False:
                assembly.claims[at] = claim.model_copy(update={"kept": False, "about": (recipient.element,)})
            return True
    return False


def _sentences(assembly: Assembly, statements: Sequence[Statement]) -> list[_Excludes]:
    found: list[_Excludes] = []
    before: Statement | None = None
    for statement in statements:
        said = before if before is not None and before.told.passage is statement.told.passage else None
        before = statement
        read = _read(statement, said) if statement.is_of_all else None
        evidence = statement.cite(assembly) if read is not None else None
        if read is not None and evidence is not None:
            found.append(_Excludes(read[0], statement.path, read[1], evidence, not read[1]))
    return found


def _read(statement: Statement, before: Statement | None) -> tuple[str, frozenset[str]] | None:
    """What is said of recipients, and the companies that are allowed: none where nothing leaves."""
    text, named = statement.text, named_parties(statement.text)
    if _ONLY_TO.search(text):
        return (text, named) if named else None
    if _NOBODY_ELSE.search(text):
        if named:
            return text, named
        told = named_parties(before.text) if before is not None else frozenset[str]()
        if before is not None and told:
            return f"{before.text} {text}", told
        return (text, frozenset()) if _OURSELVES.search(text) else None
    leaves = any(pattern.search(text) for pattern in _NOTHING_LEAVES)
    return (text, frozenset()) if leaves and not _BUT.search(_WHERE.sub(" ", text)) else None


def _lists(assembly: Assembly, documents: Sequence[DocumentFacts]) -> list[_Excludes]:
    """Lists and tables below a heading that calls them lists of sub-processors: whoever is not in the document is not listed."""
    found = []
    for document in documents:
        if document.purpose in TOLD_OF_OTHERS:
            continue
        listed = [
            passage for passage in document.passages
            if passage.kind in ("list_item", "table_row") and not passage.hidden and passage.section and _LISTED.search(passage.section[-1])
        ]  # fmt: skip
        entries = [row.passage for row in rows_of(listed)] + [passage for passage in listed if passage.kind == "list_item"]
        first = next((passage for passage in entries if named_parties(passage.text)), None)
        evidence = assembly.cite_place(first.place, "claim") if first is not None else None
        if first is None or evidence is None:
            continue
        named = frozenset(party for passage in document.passages for party in named_parties(passage.text))
        listed_here = sorted({party for passage in entries for party in named_parties(passage.text)})
        found.append(_Excludes(f"{first.section[-1]}: {', '.join(listed_here)}", document.path, named, evidence, False))
    return found


def _allowed_out(assembly: Assembly, found: Sequence[Recipient], excludes: _Excludes) -> list[Recipient]:
    """Recipients that a statement can be held against: not those that whoever runs the system chooses."""
    about = [recipient for recipient in found if speaks_of(excludes.path, assembly.draft(recipient.element))]
    asked = {recipient.party for recipient in about if recipient.runs_models}
    own = any(
        draft.kind in ("local_llm", "inference_server") and draft.attributes.get("stated_by") != "document"
        for draft in assembly.drafts.by_id.values()
    )  # fmt: skip
    if len(asked) >= _NO_CHOICE or (excludes.nothing and own):
        return [one for one in about if not one.runs_models or assembly.draft(one.element).attributes.get("overflow") is True]
    return about


def _add(assembly: Assembly, excludes: _Excludes, party: str, about: Sequence[str], against: Sequence[Evidence]) -> None:
    digest = hashlib.sha256(f"{claim_id(excludes.evidence, excludes.text)}\n{party}".encode()).hexdigest()[:12]
    assembly.claims.append(
        Claim(
            id=f"destination:{digest}", text=excludes.text, about=tuple(dict.fromkeys(about)), kept=False, evidence=(excludes.evidence,),
            kind="destination", against=tuple(dict.fromkeys(against))[:3], instead=party,
        )
    )  # fmt: skip
