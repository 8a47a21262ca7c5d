"""Which models, tools, data, parties, entries and packages there are, each with its place."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.citing import distinct, of_element, of_package, of_scan
from pipeline.chat.view import View, is_stated_only
from pipeline.chat.wording import code, element_subject, kind_words, listed, named
from pipeline.reports.wording import place, plural, words
from pipeline.system.model import Element, ElementKind, Package

_MOST = 12
_TOLD = (
    "provider",
    "model",
    "product",
    "library",
    "framework",
    "effects",
    "authenticated",
    "admin",
    "decides_about",
    "revision_pinned",
    "source",
)

_SAID = {
    ("authenticated", False): "asks nobody who they are",
    ("authenticated", True): "asks callers who they are",
    ("admin", True): "administration",
    ("revision_pinned", False): "revision not pinned",
    ("revision_pinned", True): "revision pinned",
}


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    kinds = asked.kinds or (
        "hosted_llm",
        "local_llm",
        "ml_model",
        "embedding_model",
        "agent",
        "tool",
        "vector_store",
        "dataset",
        "external_service",
    )
    elements = [element for element in view.elements.values() if element.kind in kinds]
    if asked.elements:
        elements = [view.elements[one] for one in asked.elements]
    real = [element for element in elements if not is_stated_only(element)]
    drawn = [element for element in elements if is_stated_only(element)]
    shown = real or drawn
    if "package" in kinds and view.scan.system.packages:
        _say_packages(draft, view, view.scan.system.packages)
    for kind in kinds:
        of_kind = [element for element in shown if element.kind == kind]
        if of_kind and (kind != "package" or not view.scan.system.packages):
            _say_kind(draft, view, kind, of_kind)
    if real and drawn:
        names = listed([code(element.name) for element in drawn], 6, "others")
        draft.say(f"Named in documents only: {names}.", distinct(map(of_element, drawn), 6))
    draft.listed = [element_subject(element) for element in shown]
    draft.subject = tuple(element_subject(element) for element in shown[:6])
    if not draft.statements:
        what = listed([kind_words(kind) for kind in kinds], 4, "others")
        draft.say(f"None was seen: no {asked.phrase or what} in what was examined.", of_scan(view.scan))
        draft.not_answered = (
            f"elements of the kinds {what} were looked for in all files that were read;"
            " a service that only settings or another repository name would not be among them"
        )
    draft.follow_ups = ("what can go wrong with the first one?", "who can reach the first one?")
    return draft


def _say_kind(draft: Draft, view: View, kind: ElementKind, found: Sequence[Element]) -> None:
    if len(found) == 1:
        draft.say(f"{kind_words(kind)[:1].upper()}{kind_words(kind)[1:]}: {_one(found[0], view)}.", of_element(found[0]))
        return
    noun = kind_words(kind)
    many = f"{len(found)} {noun}" if noun.endswith(("s", "content")) else plural(len(found), noun)
    draft.say(f"{many}:", distinct(map(of_element, found), 6))
    for element in found[:_MOST]:
        draft.say(f"{_one(element, view)}.", of_element(element))
    if len(found) > _MOST:
        rest = found[_MOST:]
        draft.say(f"And {listed([code(element.name) for element in rest], 12, 'others')}.", distinct(map(of_element, rest), 8))


def _one(element: Element, view: View) -> str:
    """Its name, what is known of it, what it is tied to, and where it stands."""
    told = []
    if element.kind == "agent":
        for kind, what in (("has_tool", "tools"), ("uses_model", "model")):
            ties = [named(view, tie.target) for tie in view.ties_from.get(element.id, ()) if tie.kind == kind]
            told += [f"{what}: {', '.join(ties[:8])}"] if ties else []
    for name in _TOLD:
        value = element.attributes.get(name)
        if isinstance(value, bool):
            told += [text] if (text := _SAID.get((name, value))) else []
        elif isinstance(value, tuple) and value:
            told.append(f"{words(name)}: {', '.join(value[:6])}")
        elif isinstance(value, str) and value and value.lower() not in element.name.lower():
            told.append(value if name in ("provider", "product", "library", "framework") else f"{words(name)}: {value}")
    at = f" at {place(element.evidence[0])}" if element.evidence else ""
    stated = ", known from a document only" if is_stated_only(element) else ""
    return f"{code(element.name)}{f' ({listed(told, 5)})' if told else ''}{at}{stated}"


def _say_packages(draft: Draft, view: View, packages: Sequence[Package]) -> None:
    ai = [package for package in packages if package.ai]
    unpinned = [package for package in packages if package.pin in ("none", "range")]
    draft.say(
        f"{plural(len(packages), 'package')} declared, {len(ai)} of them of AI, {len(unpinned)} without a fixed version.",
        of_scan(view.scan),
        distinct(map(of_package, packages), 4),
    )
    if ai:
        names = [f"{package.name}{' ' + package.version if package.version else ''} ({package.pin})" for package in ai]
        draft.say(f"Of AI: {listed(names, 14, 'others')}.", distinct(map(of_package, ai), 8))
