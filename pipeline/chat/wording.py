"""Words that answers share: what an element is called, lists that stay short, places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.chat.model import Subject
from pipeline.chat.view import View, is_stated_only
from pipeline.findings.model import AttackPath, Finding
from pipeline.reports.escape import shorten
from pipeline.reports.wording import sentence, words
from pipeline.system.model import Element, ElementKind

_KINDS: dict[ElementKind, str] = {
    "hosted_llm": "hosted model", "local_llm": "local model", "ml_model": "predictive model", "http_route": "route", "mcp_tool": "MCP tool",
    "mcp_server": "MCP server", "mcp_client": "MCP client", "ci_job": "CI workflow", "chat_ui": "chat page", "anonymous_public": "public",
    "end_user": "users", "web_content": "outside content", "data_store": "database", "file_store": "files", "component": "part",
    "command_line": "command",     "model_registry": "model from a registry",
}  # fmt: skip
SYSTEM = "the system"
_SAME = re.compile(r"T(he same holds for [^.]{1,160}`)(?=[. ])")


def kind_words(kind: ElementKind) -> str:
    return _KINDS.get(kind, words(kind))


def code(name: str) -> str:
    """A name between backticks; those inside of it are taken out, so that it ends where it ends."""
    return f"`{shorten(name.replace('`', ''), 120)}`"


def called(element: Element) -> str:
    """`the tool `refund``; of actors what they are called."""
    if element.kind in ("anonymous_public", "end_user", "operator", "third_party"):
        return element.name if element.name[:1].islower() else code(element.name)
    return f"the {kind_words(element.kind)} {code(element.name)}"


def named(view: View, identity: str) -> str:
    element = view.elements.get(identity)
    return code(element.name if element is not None else identity)


def listed(items: Sequence[str], most: int = 6, noun: str = "more") -> str:
    """`a, b and c`; of many the first, and how many more there are."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} {noun}"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def finding_line(finding: Finding, also: str = "") -> str:
    """`critical: what a finding says of this system (tool-without-approval, 779768de)`; `also` is where it holds besides."""
    status = "" if finding.status in ("new", "open") else f", {finding.status}"
    rest = _SAME.search(finding.description)
    same = f"; the same holds for {also}" if also else f"; t{rest[1]}" if rest is not None else ""
    return f"{finding.severity}{status}: {sentence(finding)}{same} ({finding.threat}, {finding.id[:8]})"


def holds_for(view: View, finding: Finding, elements: Sequence[str]) -> str:
    """Those of the elements that its sentence does not name, though it is about them too."""
    if finding.element in elements:
        return ""
    said = sentence(finding)
    here = [one for one in elements if any(finding.id in cell.findings for cell in view.cells.get(one, ()))]
    return listed([named(view, one) for one in here if view.elements[one].name not in said], 3, "others") if here else ""


def element_subject(element: Element) -> Subject:
    return Subject(kind="element", id=element.id, name=element.name)


def finding_subject(finding: Finding) -> Subject:
    return Subject(kind="finding", id=finding.id, name=finding.title)


def path_subject(path: AttackPath) -> Subject:
    return Subject(kind="path", id=path.id, name=path.title)


def elements_words(view: View, elements: Sequence[str], most: int = 4) -> str:
    """The elements an answer is about: one with its kind, several by their names."""
    known = [view.elements[one] for one in elements if one in view.elements]
    if len(known) == 1:
        return called(known[0])
    return listed([code(one.name) for one in known], most, "others")


def seen_words(element: Element) -> str:
    """What stands behind an element that nothing of code shows."""
    return " (known from a document only)" if is_stated_only(element) else ""


def texts(items: Iterable[str]) -> str:
    return "; ".join(items)


def control_words(kind: str) -> str:
    return "TLS" if kind == "tls" else words(kind).removeprefix("own/")
