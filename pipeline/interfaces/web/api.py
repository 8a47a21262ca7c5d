"""The same for programs: JSON under /api/v1/. What a page can do, a program can, with the token in `Authorization: Bearer`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Body, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ingest.errors import UnusableInput
from pipeline.interfaces.web.asking import LONGEST_QUESTION, answer_of
from pipeline.interfaces.web.changes import compared
from pipeline.interfaces.web.desk import At, Entry, digest
from pipeline.interfaces.web.filtering import filter_of
from pipeline.interfaces.web.findings import MOST_NAME, MOST_REASON, decide, in_order
from pipeline.record import ScanEntry, SystemEntry, TrackedFinding
from pipeline.reports.escape import Json, json_text, model_json

router = APIRouter(prefix="/api/v1", tags=["record"])
MOST = 500
Fields = dict[str, Any]  # Any: what JSON can say


def told(value: Json) -> Response:
    """A value as JSON in which every character can be shown."""
    return Response(json_text(value), media_type="application/json")


class Wanted(BaseModel):
    """A decision about a finding."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(description="accepted, dismissed or reopened")
    reason: str = Field(min_length=1, max_length=MOST_REASON)
    by: str = Field(default="", max_length=MOST_NAME)
    until: date | None = Field(default=None, description="Last day it holds.")


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)


@router.get("/systems")
def systems(desk: At) -> Response:
    """Every system with its last scan in figures; `id` is what the other addresses take."""
    return told([_system(entry) for entry in desk.record.systems()])


@router.get("/systems/{system}")
def system(entry: Entry) -> Response:
    return told(_system(entry))


@router.get("/systems/{system}/scans")
def scans(desk: At, entry: Entry, limit: int = 50) -> Response:
    """Its scans, newest first."""
    return told([_scan(one) for one in desk.record.scans(entry.key, limit=min(max(limit, 1), MOST))])


@router.get("/systems/{system}/scans/{scan}")
def scan(desk: At, entry: Entry, scan: int) -> Response:
    """A whole scan, as `threatloom scan --format json` wrote it, with the statuses it was kept with."""
    return Response(model_json(desk.scan(entry, scan)), media_type="application/json")


@router.get("/systems/{system}/latest")
def latest(desk: At, entry: Entry) -> Response:
    """The last scan, with statuses and decisions of now."""
    found = desk.latest(entry)
    if found is None:
        raise HTTPException(404, "this system was not scanned yet")
    return Response(model_json(found), media_type="application/json")


@router.get("/systems/{system}/findings")
def findings(request: Request, desk: At, entry: Entry) -> Response:
    """Findings by the same fields of the query as the page: severity, stride, status (default: open), source, threat, q."""
    wanted = filter_of(request.query_params)
    return told([_finding(one) for one in in_order(desk, entry) if wanted.fits(one)])


@router.get("/systems/{system}/findings/{finding}")
def finding(desk: At, entry: Entry, finding: str) -> Response:
    return told(_finding(desk.finding(entry, finding)))


@router.post("/systems/{system}/findings/{finding}/decision")
def decision(desk: At, entry: Entry, finding: str, wanted: Wanted = Body()) -> Response:  # noqa: B008 - how FastAPI names a body
    """Accept, dismiss or reopen a finding."""
    tracked = desk.finding(entry, finding)
    try:
        decided = decide(
            desk, entry, tracked.finding.id, kind=wanted.kind, reason=wanted.reason, by=wanted.by,
            until=wanted.until.isoformat() if wanted.until else "",
        )  # fmt: skip
    except UnusableInput as failure:
        raise HTTPException(422, str(failure)) from None
    return told(_finding(decided))


@router.get("/systems/{system}/decisions")
def decisions(desk: At, entry: Entry) -> Response:
    """All decisions, newest first, ended ones too."""
    return told([_plain(asdict(one)) for one in desk.record.decisions(entry.key)])


@router.post("/systems/{system}/ask")
def ask(desk: At, entry: Entry, asked: Question = Body()) -> Response:  # noqa: B008 - how FastAPI names a body
    """One answer about the last scan, every statement cited."""
    answer = answer_of(desk, entry, asked.question)
    if answer is None:
        raise HTTPException(404, "this system was not scanned yet")
    return Response(model_json(answer), media_type="application/json")


@router.get("/systems/{system}/changes")
def changes(desk: At, entry: Entry, old: int, new: int) -> Response:
    """What became of every finding between two of its scans."""
    return told(
        [{"kind": one.kind, "reason": one.reason, "finding": one.finding.id, "threat": one.finding.threat, "title": one.finding.title,
          "severity": one.finding.severity, "was": one.before.severity if one.before else None} for one in compared(desk, entry, old, new)]
    )  # fmt: skip


def _system(entry: SystemEntry) -> Fields:
    return {
        "id": digest(entry.key), "key": entry.key, "name": entry.name, "owner": entry.owner, "tags": list(entry.tags),
        "criticality": entry.criticality, "scans": entry.scans, "last": _scan(entry.last) if entry.last is not None else None,
    }  # fmt: skip


def _scan(entry: ScanEntry) -> Fields:
    return _plain({name: value for name, value in asdict(entry).items() if name != "system"})


def _finding(tracked: TrackedFinding) -> Fields:
    return {
        **tracked.finding.model_dump(mode="json"), "first_seen": tracked.first_seen.isoformat(), "last_seen": tracked.last_seen.isoformat(),
        "closed_at": tracked.closed_at.isoformat() if tracked.closed_at else None, "aliases": list(tracked.aliases),
    }  # fmt: skip


def _plain(fields: Fields) -> Fields:
    return {name: value.isoformat() if isinstance(value, datetime | date) else value for name, value in fields.items()}
