"""The findings of a system as a list, each by itself with all that bears it out, and what people decide of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from ingest.errors import UnusableInput
from pipeline.findings.model import SEVERITIES, STRIDE
from pipeline.interfaces.web.code import excerpts
from pipeline.interfaces.web.desk import At, Desk, Entry, Posted, field
from pipeline.interfaces.web.filtering import SOURCE_CHOICES, STATUS_CHOICES, counts_of, filter_of
from pipeline.interfaces.web.templating import SOURCES, part
from pipeline.reports.asked import CUSTOM, arguments_of, origin_words

if TYPE_CHECKING:
    from typing import Literal

    from pipeline.record import Event, RecordedDecision, SystemEntry, TrackedFinding

router = APIRouter(include_in_schema=False)
PAGE = 100
MOST_REASON, MOST_NAME = 2000, 120
KINDS: tuple[Literal["accepted", "dismissed", "reopened"], ...] = ("accepted", "dismissed", "reopened")


@router.get("/systems/{system}/findings")
def listed(request: Request, desk: At, entry: Entry, page: int = 1) -> Response:
    """Findings that the address asks for, worst first, a page at a time."""
    wanted = filter_of(request.query_params)
    tracked = in_order(desk, entry)
    shown = [one for one in tracked if wanted.fits(one)]
    unlike = filter_of(request.query_params.__class__({**dict(request.query_params), "severity": ""}))
    pages = max((len(shown) + PAGE - 1) // PAGE, 1)
    page = min(max(page, 1), pages)
    return desk.page(
        request, "findings", entry=entry, tab="findings", wanted=wanted, shown=shown[(page - 1) * PAGE : page * PAGE], total=len(shown),
        of=len(tracked), counts=counts_of(one for one in tracked if unlike.fits(one)), page=page, pages=pages, severities=SEVERITIES,
        stride=STRIDE, choices=STATUS_CHOICES, sources=SOURCE_CHOICES,
    )  # fmt: skip


def in_order(desk: Desk, entry: SystemEntry) -> tuple[TrackedFinding, ...]:
    """All findings that were ever seen in a system, those of now before fixed ones, worst first."""
    from pipeline.findings.listing import in_order as ordered

    by_id = {one.finding.id: one for one in desk.record.tracked(entry.key)}
    return tuple(by_id[finding.id] for finding in ordered(one.finding for one in by_id.values()))


@router.get("/systems/{system}/findings/{finding}")
def finding(request: Request, desk: At, entry: Entry, finding: str, done: str = "", refused: str = "") -> Response:
    """One finding: its lines, its way through the system, why it is as bad as it is, what to do, what became of it."""
    return _page(request, desk, entry, finding, done if done in KINDS else "")


def _page(request: Request, desk: Desk, entry: SystemEntry, finding: str, done: str, refused: str = "", **given: str) -> Response:
    tracked = desk.finding(entry, finding)
    if tracked.finding.id != finding:  # a beginning, or an earlier id
        return RedirectResponse(f"/systems/{request.path_params['system']}/findings/{part(tracked.finding.id)}", 303)
    one = tracked.finding
    ids = {one.id, *tracked.aliases}
    scan = desk.latest(entry)
    known = {element.id for element in scan.system.elements} if scan is not None else set()
    return desk.page(
        request, "finding", 422 if refused else 200, entry=entry, tab="findings", tracked=tracked, finding=one, excerpts=excerpts(one),
        known=known, arguments=arguments_of(one), origin=origin_words(one.origin) if one.origin else "", source=SOURCES[one.source],
        in_catalog=not one.threat.startswith(CUSTOM), taxonomy=one.taxonomy.model_dump(),
        history=_history(desk, entry, ids), decisions=_decisions(desk, entry, ids), done=done, refused=refused,
        by=given.get("by") or desk.settings.decides, reason=given.get("reason", ""), until=given.get("until", ""),
        kind=given.get("kind", ""), today=desk.today(),
    )  # fmt: skip


@router.post("/systems/{system}/findings/{finding}/decision")
def decided(request: Request, desk: At, entry: Entry, finding: str, form: Posted) -> Response:
    """Accept, dismiss or reopen a finding; what cannot be taken comes back with the form as it was."""
    given = {
        "kind": field(form, "kind"), "reason": field(form, "reason", MOST_REASON + 1), "by": field(form, "by", MOST_NAME),
        "until": field(form, "until", 10),
    }  # fmt: skip
    tracked = desk.finding(entry, finding)
    try:
        decide(desk, entry, tracked.finding.id, **given)
    except UnusableInput as failure:
        return _page(request, desk, entry, tracked.finding.id, "", failure.lines[0], **given)
    return RedirectResponse(
        f"/systems/{request.path_params['system']}/findings/{part(tracked.finding.id)}?done={given['kind']}#decision", 303
    )


def decide(desk: Desk, entry: SystemEntry, finding: str, *, kind: str, reason: str, by: str, until: str) -> TrackedFinding:
    """Write a decision into the record.

    Raises:
        UnusableInput: it cannot be taken as it is.
    """
    wanted = next((known for known in KINDS if known == kind), None)
    if wanted is None:
        raise HTTPException(422, f"a decision is one of {', '.join(KINDS)}")
    if not reason.strip():
        raise UnusableInput("a decision needs a reason", kind, "say why in a sentence")
    if len(reason) > MOST_REASON:
        raise UnusableInput("the reason is too long", kind, f"at most {MOST_REASON} characters")
    return desk.record.decide(
        entry.key,
        finding,
        wanted,
        reason=reason.strip(),
        by=by.strip(),
        at=desk.now(),
        until=_until(until, desk.today()) if until else None,
    )


def _until(text: str, today: date) -> date:
    try:
        until = date.fromisoformat(text)
    except ValueError:
        raise UnusableInput("no such day", text, "give it as YYYY-MM-DD") from None
    if until < today:
        raise UnusableInput("this day has passed", text, "give a later one, or none")
    return until


def _history(desk: Desk, entry: SystemEntry, ids: set[str]) -> tuple[Event, ...]:
    """What became of it, newest first."""
    events = [event for event in desk.record.events(entry.key) if event.finding in ids]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


def _decisions(desk: Desk, entry: SystemEntry, ids: set[str]) -> tuple[RecordedDecision, ...]:
    return tuple(one for one in desk.record.decisions(entry.key) if one.finding in ids)
