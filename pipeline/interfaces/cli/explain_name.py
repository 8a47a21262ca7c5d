"""`threatloom explain NAME`: what the catalog has under a name, and the page of each kind of entry.

A name may be written as people do: any case, spaces or hyphens for underscores, a taxonomy id without its edition. What
several entries share (`guardrail` is a control and a kind of element) shows all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.interfaces.cli.page import Page

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.handbook.model import ControlEntry, FrameworkEntry, Handbook, ItemEntry, TaxonomyEntry, ThreatEntry, WordEntry
    from pipeline.threats.catalog import Catalog

    Entry = ThreatEntry | ControlEntry | FrameworkEntry | WordEntry | tuple[TaxonomyEntry, ItemEntry]

MOST_NAMES = 6  # of a framework, for one kind of element or control


def entries_named(book: Handbook, name: str) -> list[Entry]:
    """All entries of that name: threats first, then controls, frameworks, words, items of taxonomies."""
    wanted = _plain(name)
    threat = book.threat(name.strip()) or next((one for one in book.threats if _plain(one.slug) == wanted), None)
    found: list[Entry] = [threat] if threat else []
    found += [control for control in book.controls if _plain(control.kind) == wanted]
    found += [framework for framework in book.frameworks if _plain(framework.name) == wanted]
    found += [word for word in (*book.elements, *book.stride) if word.word == wanted]
    found += [(file, item) for file in book.taxonomies for item in file.items if wanted in _ids_of(item)]
    return found


def names_of(book: Handbook) -> list[str]:
    """What can be explained, for a hint at what was meant."""
    words = [word.word for word in (*book.elements, *book.stride)]
    items = [item.id for file in book.taxonomies for item in file.items]
    entries = [*(one.slug for one in book.threats), *(one.kind for one in book.controls), *(one.name for one in book.frameworks)]
    return list(dict.fromkeys([*entries, *words, *items]))


def print_entry(console: Console, book: Handbook, catalog: Catalog, entry: Entry, *, whole: bool) -> None:
    """The page of one entry."""
    from pipeline.handbook.model import ControlEntry, FrameworkEntry, ThreatEntry, WordEntry

    page = Page(console)
    if isinstance(entry, ThreatEntry):
        from pipeline.interfaces.cli.explain_threat import print_threat

        print_threat(page, catalog, entry, whole=whole)
    elif isinstance(entry, ControlEntry):
        _control(page, book, entry)
    elif isinstance(entry, FrameworkEntry):
        _framework(page, book, entry, whole=whole)
    elif isinstance(entry, WordEntry):
        _word(page, book, entry)
    else:
        _item(page, book, *entry)


def _ids_of(item: ItemEntry) -> tuple[str, str]:
    """The id of an item, with its edition and without."""
    return _plain(item.id), _plain(item.id.partition(":")[0])


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").replace("_", " ").split())


def _control(page: Page, book: Handbook, control: ControlEntry) -> None:
    from pipeline.reports.wording import words

    page.title(control.kind, "control", words(control.kind).capitalize())
    page.console.print()
    page.prose(control.description)
    for heading, text in (("It counts when", control.counts_when), ("It does not count when", control.not_when)):
        if text:
            page.heading(heading)
            page.prose(text)
    page.heading("Recognised in")
    page.prose(", ".join(control.seen_in) or "nothing yet: a system that has it is told of such threats all the same")
    if control.frameworks:
        page.prose(f"frameworks: {', '.join(control.frameworks)}")
    _threats(page, book, "Removes", control.removes)
    _threats(page, book, "Lowers", control.lowers)


def _framework(page: Page, book: Handbook, framework: FrameworkEntry, *, whole: bool) -> None:
    from pipeline.reports.wording import words

    page.title(framework.name, "framework", f"Read from {', '.join(framework.read_from)}")
    for heading, known in (("What it is made of", framework.elements), ("Controls that are recognised", framework.controls)):
        if known:
            page.heading(heading)
            page.pairs((words(one.kind), _shown_names(one.names, whole=whole)) for one in known)
    for heading, given in (("Data comes in as", framework.gives), ("Data becomes", framework.takes)):
        if given:
            page.heading(heading)
            page.prose(", ".join(words(one) for one in given))
    _threats(page, book, "Threats about such elements", framework.threats)
    if not whole and any(len(one.names) > MOST_NAMES for one in (*framework.elements, *framework.controls)):
        page.more(f"all names: threatloom explain {framework.name} --all")


def _shown_names(names: tuple[str, ...], *, whole: bool) -> str:
    shown = names if whole else names[:MOST_NAMES]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(shown) < len(names) else "")


def _word(page: Page, book: Handbook, word: WordEntry) -> None:
    from pipeline.reports.wording import words

    kind = "class of STRIDE" if word in book.stride else "kind of element"
    page.title(word.word, kind, words(word.word).capitalize())
    page.console.print()
    page.prose(word.description)
    _threats(page, book, "Threats of this class" if word in book.stride else "Threats about it", word.threats)


def _item(page: Page, book: Handbook, file: TaxonomyEntry, item: ItemEntry) -> None:
    from pipeline.reports.wording import plural

    page.title(item.id, f"{file.title} {file.edition}, published {file.published}", item.name)
    if item.continues:
        page.prose(f"continues {item.continues} of the edition before")
    if item.threats:
        cases = item.cases
        _threats(page, book, "Covered by", item.threats)
        page.prose(f"{cases.reported} cases reported, {cases.silent} silent, {plural(cases.known_gaps, 'known gap')}", "dim")
    else:
        page.heading("Not covered")
        page.prose(item.reason or "No threat of the catalog ends in it.")
    page.more(file.url)


def _threats(page: Page, book: Handbook, heading: str, slugs: Iterable[str]) -> None:
    found = [threat for slug in slugs if (threat := book.threat(slug)) is not None]
    if found:
        page.heading(heading)
        page.pairs((threat.slug, threat.title) for threat in found)
