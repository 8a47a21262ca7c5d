"""Questions about a system: each statement of an answer cites what it rests on, and the citation opens it.

Complete without script, where the whole answer comes with the next page; with it, statements come as they are made.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from pipeline.chat import Answer, Citation, Conversation, Piece, Statement
from pipeline.handbook.site import anchor
from pipeline.interfaces.web.changes import compared
from pipeline.interfaces.web.conversations import Talk
from pipeline.interfaces.web.desk import At, Desk, Entry, Posted, digest, field
from pipeline.interfaces.web.lines import cited_of
from pipeline.interfaces.web.templating import part, render
from pipeline.reports.wording import open_findings

if TYPE_CHECKING:
    from pipeline.findings.model import Scan
    from pipeline.record import SystemEntry

router = APIRouter(include_in_schema=False)
LONGEST_QUESTION = 500
MOST_CITATIONS = 8  # shown of one statement


@dataclass(frozen=True, slots=True)
class Shown:
    """A citation, and where it opens."""

    said: str
    quote: str
    link: str  # empty: nowhere


@router.get("/systems/{system}/ask")
def talk(request: Request, desk: At, entry: Entry) -> Response:
    scan = desk.latest(entry)
    if scan is None:
        return desk.page(request, "unscanned", entry=entry, tab="ask")
    history = _talk(request, desk, entry, scan).conversation.history
    return desk.page(request, "ask", entry=entry, tab="ask", history=history, examples=examples(scan), cited=_cited(desk, entry, scan))


@router.post("/systems/{system}/ask")
def asked(request: Request, desk: At, entry: Entry, form: Posted) -> Response:
    """The answer, on the page with those before it."""
    if field(form, "forget"):
        desk.conversations.forget(request.state.visit, entry.key)
        return RedirectResponse(f"/systems/{request.path_params['system']}/ask", 303)
    scan = desk.latest(entry)
    question = field(form, "question", LONGEST_QUESTION)
    if scan is not None and question:
        one = _talk(request, desk, entry, scan)
        with one.lock:
            one.conversation.ask(question)
    return RedirectResponse(f"/systems/{request.path_params['system']}/ask#last", 303)


@router.post("/systems/{system}/ask/stream")
def streamed(request: Request, desk: At, entry: Entry, form: Posted) -> Response:
    """The same, a line of JSON for each piece, with the markup that shows it."""
    scan = desk.latest(entry)
    question = field(form, "question", LONGEST_QUESTION)
    if scan is None or not question:
        raise HTTPException(422, "there is no question, or no scan to ask")
    one, cited = _talk(request, desk, entry, scan), _cited(desk, entry, scan)

    def lines() -> Iterator[str]:
        with one.lock:
            for piece in _run(one.conversation.stream(question)):
                shown = render("piece", piece=piece, entry=entry, cited=cited)
                yield json.dumps({"kind": piece.kind, "html": shown}) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def _run(pieces: AsyncIterator[Piece]) -> Iterator[Piece]:
    """The pieces one by one, in a loop of their own: what makes them may take its time without holding up other pages."""
    loop = asyncio.new_event_loop()
    try:
        while True:
            try:
                yield loop.run_until_complete(anext(pieces))
            except StopAsyncIteration:
                return
    finally:
        loop.close()


def conversation_of(desk: Desk, entry: SystemEntry, scan: Scan) -> Conversation:
    """A conversation about the last scan, which knows what changed since the one before."""
    scans = tuple(one for one in desk.record.scans(entry.key, limit=10) if not one.late)[:2]
    if len(scans) == 2 and all(one.whole for one in scans):
        return Conversation(
            scan, earlier=compared(desk, entry, scans[1].id, scans[0].id), earlier_name=f"the scan of {scans[1].at:%Y-%m-%d %H:%M}"
        )
    return Conversation(scan)


def examples(scan: Scan) -> tuple[str, ...]:
    """Questions that this system has an answer to."""
    found = open_findings(scan)
    names = {element.id: element.name for element in scan.system.elements}
    worst = next((names[one.element] for one in found if one.element in names and len(names[one.element]) < 50), "")
    about = (f"What can go wrong with {worst}?", f"Who can reach {worst}?", f"What protects {worst}?") if worst else ()
    return (*about, "Who can poison the training data?", "What changed since the last scan?", "What was not examined?")


def _talk(request: Request, desk: Desk, entry: SystemEntry, scan: Scan) -> Talk:
    assert entry.last is not None  # a scan is there
    visit: str = request.state.visit
    return desk.conversations.of(visit, entry.key, entry.last.id, lambda: conversation_of(desk, entry, scan))


def _cited(desk: Desk, entry: SystemEntry, scan: Scan) -> Citations:
    assert entry.last is not None
    return desk.kept(("cited", entry.key, entry.last.id), lambda: Citations(scan, digest(entry.key)))


class Citations:
    """Where the citations of answers about one scan open."""

    def __init__(self, scan: Scan, system: str) -> None:
        self._here = f"/systems/{system}"
        self._paths = frozenset(one.path for one in cited_of(scan))
        self._elements = frozenset(one.id for one in scan.system.elements)
        self._findings = frozenset(one.id for one in scan.findings)

    def of(self, statement: Statement) -> tuple[Shown, ...]:
        shown = dict.fromkeys(self._shown(one) for one in statement.citations)
        return tuple(shown)[:MOST_CITATIONS]

    def findings(self, statement: Statement) -> tuple[str, ...]:
        """Addresses of the findings that a statement is about; none where they are too many to be one thing."""
        ids = dict.fromkeys(one.id for one in statement.citations if one.kind == "finding" and one.id in self._findings)
        return tuple(f"{self._here}/findings/{part(one)}" for one in ids) if len(ids) <= 2 else ()

    def more(self, statement: Statement) -> int:
        return max(len(dict.fromkeys(self._shown(one) for one in statement.citations)) - MOST_CITATIONS, 0)

    def _shown(self, one: Citation) -> Shown:
        if one.path:
            place = one.where or (f"{one.path}:{one.lines[0]}" if one.lines else one.path)
            said = place if place.startswith(one.path) else f"{one.path}, {place}"
            line = one.lines[0] if one.lines else 1
            asked = urlencode({"path": one.path, "line": line}, errors="replace")
            return Shown(said, one.quote, f"{self._here}/lines?{asked}#L{line}" if one.path in self._paths else "")
        return Shown(f"{one.kind} {one.id}", one.quote, self._link(one))

    def _link(self, one: Citation) -> str:
        if one.kind == "finding" and one.id in self._findings:
            return f"{self._here}/findings/{part(one.id)}"
        if one.kind in ("element", "coverage") and one.id in self._elements:
            return f"{self._here}/elements/{digest(one.id)}"
        if one.kind == "threat" and not one.id.startswith("custom/"):
            return f"/catalog/threats/{part(one.id)}.html"
        if one.kind == "control":
            return ""
        return (
            f"/catalog/words.html#{anchor(one.id)}"
            if one.kind == "word"
            else {"path": f"{self._here}/paths", "change": f"{self._here}/changes"}.get(one.kind, "")
        )


def answer_of(desk: Desk, entry: SystemEntry, question: str) -> Answer | None:
    """One answer without a conversation; None where there is no scan to ask."""
    scan = desk.latest(entry)
    return conversation_of(desk, entry, scan).ask(question) if scan is not None else None
