"""The AI bill of materials for people: one table for each kind of thing, as plain text or as Markdown.

Takes a scan, gives text. Everything of it and more stands in the CycloneDX report; here are names, versions, pins and first places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.findings.model import Scan
from pipeline.reports.escape import markdown, shorten, visible
from pipeline.reports.inventory import KINDS, Item, ItemKind, inventory
from pipeline.reports.wording import place

_TITLES: dict[ItemKind, str] = {
    "model": "Models", "agent": "Agents", "tool": "Tools", "prompt": "Prompts", "dataset": "Datasets", "mcp_server": "MCP servers",
    "service": "Services", "package": "Packages",
}  # fmt: skip
_COLUMNS = ("name", "version", "from", "pinned", "scope", "licence", "seen at")
_WIDEST = (64, 20, 22, 8, 12, 16, 72)


def render_table(scan: Scan) -> str:
    """Plain text, a line for each item."""
    items = inventory(scan)
    lines = [f"bill of materials of {visible(scan.target.name)}: {_counted(items)}"]
    for title, rows in _tables(items):
        cells = [[shorten(visible(cell), width) for cell, width in zip(row, _WIDEST, strict=True)] for row in (_COLUMNS, *rows)]
        used = [column for column in range(len(_COLUMNS)) if any(row[column] for row in cells[1:])]
        widths = {column: max(len(row[column]) for row in cells) for column in used}
        lines += ["", title]
        lines += ["  ".join(row[column].ljust(widths[column]) for column in used).rstrip() for row in cells]
    return "\n".join(lines) + "\n"


def render_markdown(scan: Scan) -> str:
    """Markdown, with every text of the scanned tree made harmless."""
    items = inventory(scan)
    lines = [f"# Bill of materials of {markdown(scan.target.name)}", "", f"{_counted(items)}."]
    for title, rows in _tables(items):
        lines += ["", f"## {title}", "", f"| {' | '.join(_COLUMNS)} |", "|---" * len(_COLUMNS) + "|"]
        lines += [f"| {' | '.join(markdown(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _tables(items: Sequence[Item]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    for kind in KINDS:
        rows = [_row(item) for item in items if item.kind == kind]
        if rows:
            yield f"{_TITLES[kind]} ({len(rows)})", rows


def _row(item: Item) -> tuple[str, ...]:
    specifier = item.said.get("specifier")
    version = item.version or (specifier[0] if isinstance(specifier, tuple) else "")
    made = str(item.said.get("ecosystem") or item.supplier or item.format or item.said.get("source") or "")
    pinned = "" if item.pinned is None else "yes" if item.pinned else "no"
    seen = place(item.evidence[0]) if item.evidence else ""
    more = f" and {len(item.evidence) - 1} more" if len(item.evidence) > 1 else ""
    more += " (seen by the LLM analyst only)" if "stated_by" in item.said else ""
    return item.name, version, made, pinned, str(item.said.get("scope") or ""), item.licence, seen + more


def _counted(items: Sequence[Item]) -> str:
    counts = [(sum(item.kind == kind for item in items), _TITLES[kind]) for kind in KINDS]
    return (
        ", ".join(f"{count} {title if title.startswith('MCP') else title.lower()}" for count, title in counts if count)
        or "nothing was found"
    )
