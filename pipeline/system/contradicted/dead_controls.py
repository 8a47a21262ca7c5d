"""Controls that were written and that nothing mounts or calls: a middleware nobody adds, a service of records nobody asks.

Takes an assembly whose promises are held against the code. A sentence that promises a control in general is about no element, and so it was
left open; where the tree has a class that is named for the control, and the name stands nowhere but in the class's own file, the sentence
is not kept, and the class is what says so. Files of which nothing else was read count as well: nobody imports what is dead.
"""

from __future__ import annotations

import re

from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.model import ControlKind, Evidence

_CLASSES: dict[ControlKind, re.Pattern[str]] = {
    "rate_limit": re.compile(
        r"^\s{0,8}(?:export |public |default )*class (\w*(?:RateLimit|Throttl)\w*(?:Middleware|Filter|Guard|Interceptor))\b"
    ),
    "audit_log": re.compile(r"^\s{0,8}(?:export |public |default )*class (\w*Audit\w*(?:Service|Logger|Middleware|Filter|Interceptor))\b"),
}
_ABOUT = 5  # elements that are named
_NOTE = "nothing mounts or calls it"


def add_dead_controls(assembly: Assembly) -> None:
    """Breaks promises whose control is dead."""
    routes = [identity for identity, draft in sorted(assembly.drafts.by_id.items()) if draft.kind == "http_route" and draft.evidence]
    wanted = {
        kind
        for claim in assembly.claims
        if claim.kind == "promise"
        and claim.kept is None
        and not claim.about
        and claim.modality in ("does", "must")
        and "|" not in claim.text
        for kind in claim.promises
        if kind in _CLASSES
    }
    dead = {kind: found for kind in sorted(wanted) if routes and (found := _dead(assembly, _CLASSES[kind]))}
    for position, claim in enumerate(assembly.claims):
        against = [dead[kind] for kind in claim.promises if kind in dead]
        if against and claim.kind == "promise" and claim.kept is None and not claim.about and "|" not in claim.text:
            broken = {"about": tuple(routes[:_ABOUT]), "kept": False, "against": tuple(against)}
            assembly.claims[position] = claim.model_copy(update=broken)


def _dead(assembly: Assembly, pattern: re.Pattern[str]) -> Evidence | None:
    """The first class of the name that no other file names; none where one of them is in use."""
    # Spring mounts what it finds by itself.
    classes = {found[1]: (path, line) for path, line, found in assembly.book.lines_that(pattern) if not path.endswith((".java", ".kt"))}
    if not classes:
        return None
    # By the name of a class, or of its module: a function there may hand the object out.
    modules = {path.rsplit("/", 1)[-1].rsplit(".", 1)[0] for path, _ in classes.values()}
    names, stems = ("|".join(map(re.escape, sorted(some))) for some in (classes, modules))
    named = re.compile(rf"\b(?P<name>{names})\b|\b(?:from|import|require|using)\b.{{0,200}}\b(?:{stems})\b")
    mounted = re.compile(r"\b(?:add_middleware|use|useGlobalGuards|UseMiddleware|before_request|forRoutes)\b|MIDDLEWARE")
    for path, _line, found in assembly.book.lines_that(named):
        own = path in {place for place, _ in classes.values()}
        if not own or (found["name"] and mounted.search(found.string)):
            return None
    path, line = min(classes.values())
    return assembly.cite_place(Place(path, line, line), "missing", _NOTE)
