"""What pages work with: the record, the templates, the names that systems and elements have in addresses.

Addresses carry digests, never paths or names of scanned things: there is nothing in them to traverse, escape or guess by.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from ingest.errors import UnusableInput
from pipeline.interfaces.web.conversations import Conversations
from pipeline.interfaces.web.gate import SESSION
from pipeline.interfaces.web.sessions import Sessions
from pipeline.interfaces.web.settings import WebSettings
from pipeline.interfaces.web.templating import render
from pipeline.record import Record, SystemEntry, TrackedFinding

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pipeline.findings.model import Finding, Scan
    from pipeline.interfaces.web.systems import Spark
    from pipeline.system.model import Element

Kept = TypeVar("Kept")
MOST_KEPT = 12  # scans and what was made of them, the largest of which take some tens of megabytes
MOST_FIELDS = 20
MOST_SCANS = 200  # of a system that may be looked at; older ones are kept in figures alone


def digest(name: str) -> str:
    """A name as it stands in addresses."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Desk:
    """One for the application; handlers get it by `At`."""

    def __init__(self, record: Record, settings: WebSettings, sessions: Sessions) -> None:
        self.record, self.settings, self.sessions = record, settings, sessions
        self.conversations = Conversations()
        self._keys: dict[str, str] = {}  # of systems, by how they stand in addresses
        self.sparks: dict[str, tuple[int, Spark | None]] = {}  # by key of a system: how many scans it had, and their trend
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()  # Any: values of the kind that the key's maker gave
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self.settings.clock()

    def today(self) -> date:
        return self.now().date()

    def system(self, token: str) -> SystemEntry:
        """The system of an address, or of a name that only one has.

        Raises:
            HTTPException: there is none.
        """
        if token not in self._keys:
            self._keys = {digest(entry.key): entry.key for entry in self.record.systems()}
        try:
            return self.record.system(self._keys.get(token, token))
        except UnusableInput:
            raise HTTPException(404, "the record has no such system") from None

    def latest(self, entry: SystemEntry) -> Scan | None:
        """The last scan of a system, with the decisions of now."""
        if entry.last is None:
            return None
        decided = tuple((one.finding, one.kind, one.at) for one in self.record.decisions(entry.key))
        return self.kept(("latest", entry.key, entry.last.id, decided, self.today()), lambda: self.record.latest(entry.key))

    def scan(self, entry: SystemEntry, scan_id: int) -> Scan:
        """An earlier scan as it was.

        Raises:
            HTTPException: this system has none of that number.
        """
        if scan_id not in {one.id for one in self.record.scans(entry.key, limit=MOST_SCANS)}:
            raise HTTPException(404, "this system has no such scan")
        return self.kept(("scan", scan_id), lambda: self.record.scan(scan_id))

    def finding(self, entry: SystemEntry, finding: str) -> TrackedFinding:
        """A finding by its id.

        Raises:
            HTTPException: this system has none of that id.
        """
        try:
            return self.record.find(finding, entry.key)
        except UnusableInput:
            raise HTTPException(404, "this system has no such finding") from None

    def kept(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """A value that was made before, or is made now; the oldest ones are let go."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                value: Kept = self._kept[key]
                return value
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def page(self, request: Request, template: str, status: int = 200, **given: Any) -> Response:  # Any: what that template asks for
        visit: str = request.state.visit
        return HTMLResponse(
            render(
                template, form_token=self.sessions.form_token(visit), at=request.url.path, now=self.now(),
                logged_in=self.sessions.needed and self.sessions.is_open(request.cookies.get(SESSION, "")), **given,
            ),
            status,
        )  # fmt: skip


def element_of(scan: Scan, token: str) -> Element:
    """The element of an address.

    Raises:
        HTTPException: the scan has none.
    """
    for element in scan.system.elements:
        if digest(element.id) == token:
            return element
    raise HTTPException(404, "the last scan has no such element")


def is_open(finding: Finding) -> bool:
    from pipeline.reports.wording import CLOSED

    return finding.status not in CLOSED


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _entry(request: Request, system: str) -> SystemEntry:
    return _desk(request).system(system)


async def _posted(request: Request) -> FormData:
    """The fields of a form of ours: small, plain, and with the token that this visit's pages carry."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "a form is expected here")
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    visit: str = request.state.visit
    if not _desk(request).sessions.is_form_token(visit, field(form, "form_token")):
        raise HTTPException(403, "this form is too old, or not of this server; open its page again")
    return form


def field(form: FormData, name: str, most: int = 4000) -> str:
    """A field of a form as text, cut to a length; empty where it is missing."""
    value = form.get(name, "")
    return value.strip()[:most] if isinstance(value, str) else ""


At = Annotated[Desk, Depends(_desk)]
Entry = Annotated[SystemEntry, Depends(_entry)]
Posted = Annotated[FormData, Depends(_posted)]
