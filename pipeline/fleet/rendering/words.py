"""The sentences that page and message share."""

from __future__ import annotations

from pipeline.findings.model import SEVERITIES
from pipeline.fleet.landscape.model import Direction, FailedSystem, Landscape, Risk, SystemView, ThingKind
from pipeline.reports.wording import plural

DIRECTION_WORDS: dict[Direction, str] = {
    "worse": "worse", "mixed": "better and worse", "unknown": "unknown", "better": "better", "reassessed": "reassessed",
    "first": "first scan", "same": "unchanged",
}  # fmt: skip
THING_WORDS: dict[ThingKind, tuple[str, str]] = {
    "model": ("model", "Models"), "provider": ("provider", "Providers"), "mcp_server": ("MCP server", "MCP servers"),
    "package": ("package", "AI packages"), "image": ("image", "Images"), "action": ("CI action", "CI actions"),
    "prompt": ("prompt", "Prompts"), "tool": ("tool", "Tools"), "agent": ("agent", "Agents"), "dataset": ("dataset", "Datasets"),
    "service": ("service", "Services"),
}  # fmt: skip
FAILED_WORDS = {
    "failed": "failed", "timed_out": "took too long", "too_large": "took too much memory", "stopped": "interrupted",
    "missing": "not scanned",
}  # fmt: skip


def headline(landscape: Landscape) -> str:
    """What happened, in one sentence."""
    summary = landscape.summary
    directions = summary.directions
    if not summary.compared and not directions["same"]:
        first = f"The first night of {plural(summary.systems, 'system')}"
        return f"{first}: {open_words(landscape)}." + (f" {_not_scanned(landscape)}" if landscape.failed else "")
    parts = []
    if directions["worse"] or directions["mixed"]:
        mixed = f", {directions['mixed']} got better and worse" if directions["mixed"] else ""
        parts.append(f"{directions['worse']} of {plural(summary.systems, 'system')} got worse{_named(landscape, 'worse')}{mixed}")
    else:
        parts.append(f"None of {plural(summary.systems, 'system')} got worse" if summary.systems > 1 else "It did not get worse")
    if directions["better"]:
        parts.append(f"{directions['better']} got better{_named(landscape, 'better')}")
    if directions["unknown"]:
        parts.append(f"{directions['unknown']} cannot be told")
    return ", ".join(parts) + "."


def _named(landscape: Landscape, direction: Direction) -> str:
    """The systems, where they are few."""
    names = [view.name for view in landscape.systems if view.direction == direction]
    return f" ({', '.join(names)})" if len(names) <= 2 and sum(map(len, names)) < 40 else ""


def to_begin_with(landscape: Landscape, most: int) -> list[SystemView]:
    """On a first night: the systems with most to do."""
    if landscape.summary.compared:
        return []
    return [view for view in landscape.systems if view.direction == "first" and any(view.open.values())][:most]


def direction_word(view: SystemView) -> str:
    """What became of a system; of one that is as it was, whether somebody decided something."""
    return "decided" if view.direction == "same" and view.causes else DIRECTION_WORDS[view.direction]


def changed(landscape: Landscape) -> list[SystemView]:
    """The systems that there is something to say of."""
    first = landscape.summary.compared > 0
    return [
        view
        for view in landscape.systems
        if view.causes or view.direction not in ("same", "first") or (first and view.direction == "first")
    ]


def _not_scanned(landscape: Landscape) -> str:
    return f"{plural(len(landscape.failed), 'system')} could not be scanned."


def open_words(landscape: Landscape) -> str:
    counted = landscape.summary.open
    shown = ", ".join(f"{counted[severity]} {severity}" for severity in SEVERITIES if counted[severity])
    return f"{plural(sum(counted.values()), 'open finding')}" + (f" ({shown})" if shown else "")


def delta(now: int, before: int) -> str:
    """`+3`, `−2`, or nothing."""
    return f"+{now - before}" if now > before else f"−{before - now}" if now < before else ""


def risk_where(risk: Risk) -> str:
    """The systems of a risk, the worst places first."""
    systems = list(dict.fromkeys(place.system for place in risk.places))
    more = risk.systems - len(systems[:3])
    return ", ".join(systems[:3]) + (f" and {more} more" if more > 0 else "")


def risk_why(risk: Risk) -> str:
    said = "; ".join((*risk.why, *(f"along with: {one}" for one in risk.along)))
    return f"{said}." if said else ""


def failed_words(failed: FailedSystem) -> str:
    last = f"; last scanned {failed.last_scanned[:10]}" if failed.last_scanned else "; never scanned"
    if failed.kind == "missing":
        return f"not scanned this night{last}"
    return f"{FAILED_WORDS.get(failed.kind, failed.kind)}: {failed.reason}{last}"
