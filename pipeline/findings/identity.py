"""Which finding of an earlier scan is which of a later one: by id, and where files or symbols were renamed by what stayed the same.

The id of a finding is made of the slug of its threat and the name of what it is about (`fingerprint`), and so it stays where lines move,
code is formatted anew, functions change places or local names change. What it does not outlive is a new name: of the file, the function,
the class, the threat. For these there is a second look, at what has no namesake on the other side.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.findings.model import Finding, Scan
from pipeline.findings.moves import Moves, moves_between, squeezed
from pipeline.findings.unique_best import unique_best
from pipeline.system.model import Element, Evidence
from pipeline.threats.catalog import load_catalog

_MARGIN = 0.1  # by which the better of two has to be better
_MOSTLY = 0.5  # of what the shorter of two findings cites, what has to be the same where nothing else says that they are one
_FEW = 3  # places that are the same, at least, where only part of them is
_PARTLY = 0.2  # of the same where both are about one element
_SAYS_ENOUGH = 16  # characters of a quote without spaces for it to say by itself, or without its names, which place it is
_MOST_ALIKE = 60  # findings that one quote or element is shared by, at most, for it to bring two together
_IDENTIFIER = re.compile(r"[A-Za-z_]\w{2,}")
_DECISIVE = frozenset({"sink", "missing", "claim"})


def matched(old: Scan, new: Scan, renames: Mapping[str, str]) -> dict[str, str]:
    """Ids of findings of the older scan that the newer one has, each with the id it has there; no id is given twice.

    First by id. Then, of each threat (by any slug it has or had), those that have no namesake on the other side are held against each
    other, with `renames` and the files that moved without being named there (`moves`) in mind. Two are one where

    - they are about the same element once files are called what they are called now, and share the place that decides or a fifth
      of what they cite; or
    - the place that decides says the same in the same file, or in another where it says enough to be told from others; or
    - half of what they cite is the same: of one that cites much, the half of what is shown of it; or
    - in the same file, all that they cite is the same but for the name of the element: it was renamed.

    Of two in different files three cited places have to be the same where the earlier file is still there: it may still say the same.
    What is cited is compared without spaces, kinds of quotation marks and trailing commas. Where two could be meant, the better one is
    taken if it is better by a margin for both sides. Of those that say the very same in one file, as often as before, order decides.

    Not matched: what was renamed and rewritten at once; a function whose cited lines are too short to tell it from another; findings of a
    model that call the threat by another slug of their own; a part that a finding was split into, beyond the one that has most of it, and
    all but one of several that became one. An id that both scans have is the same finding, whatever its lines say.
    """
    present = {finding.id for finding in new.findings if finding.status != "fixed"}
    pairs = {finding.id: finding.id for finding in old.findings if finding.id in present}
    before = [finding for finding in old.findings if finding.id not in pairs and finding.status != "fixed"]
    after = [finding for finding in new.findings if finding.id not in pairs and finding.status != "fixed"]
    if not before or not after:
        return pairs
    slugs = _slugs(old, new)
    moves = moves_between(old, new, renames)
    was, now = _Side(old, new, slugs, moves), _Side(new, old, slugs, Moves({}))
    return pairs | _paired([was.of(finding) for finding in before], [now.of(finding) for finding in after])


@dataclass(frozen=True, slots=True)
class _Marks:
    """What of a finding can be known again, in the words of the newer scan."""

    id: str
    threat: str
    element: str
    kind: str
    path: str  # of the place that decides
    stays: bool  # whether the other scan read this file too
    line: int
    says: str  # what stands there
    role: str
    cited: frozenset[str]  # all that is cited
    nameless: frozenset[str]  # the same without the names of the element
    attributes: tuple[tuple[str, object], ...]


class _Side:
    """One of the two scans, as the newer one would write it."""

    def __init__(self, scan: Scan, other: Scan, slugs: Mapping[str, str], moves: Moves) -> None:
        self._elements = {element.id: element for element in scan.system.elements}
        self._there = frozenset(other.examined)
        self._slugs, self._moves = slugs, moves

    def of(self, finding: Finding) -> _Marks:
        element = self._elements.get(finding.element)
        decides = _decisive(finding.evidence)
        names = _names_of(element, finding)
        quotes = [squeezed(place.quote) for place in finding.evidence]
        return _Marks(
            id=finding.id,
            threat=self._slugs.get(finding.threat, finding.threat),
            element=self._moves.text(finding.element),
            kind=finding.element.partition(":")[0],
            path=self._moves.path(decides.path),
            stays=decides.path in self._there,
            line=decides.start_line,
            says=squeezed(decides.quote),
            role=decides.role,
            cited=frozenset(quotes),
            nameless=frozenset(squeezed(names.sub("§", place.quote)) for place in finding.evidence) if names else frozenset(quotes),
            attributes=_plain(element),
        )


def _decisive(places: Sequence[Evidence]) -> Evidence:
    """The place a reader looks at first: where it ends, what is missing, what was promised."""
    return next((place for place in reversed(places) if place.role in _DECISIVE), places[0])


def _names_of(element: Element | None, finding: Finding) -> re.Pattern[str] | None:
    """What an element is called, part by part."""
    name = element.name if element is not None else finding.element.partition(":")[2]
    words = sorted(set(_IDENTIFIER.findall(name)), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None


def _plain(element: Element | None) -> tuple[tuple[str, object], ...]:
    """Attributes that say what an element is, and none that is a name."""
    return tuple(sorted((key, value) for key, value in element.attributes.items() if isinstance(value, bool))) if element else ()


def _slugs(old: Scan, new: Scan) -> dict[str, str]:
    """Former slugs, and those of own threats, with the slug that the threat ships under."""
    former = {alias: threat.slug for threat in load_catalog().threats for alias in threat.aliases}
    own = {told.slug: told.replaces for scan in (old, new) for folder in scan.own_knowledge for told in folder.threats if told.replaces}
    return former | {slug: former.get(replaced, replaced) for slug, replaced in own.items()}


def _paired(before: Sequence[_Marks], after: Sequence[_Marks]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    threats = {marks.threat for marks in after}
    for threat in sorted({marks.threat for marks in before} & threats):
        old = [marks for marks in before if marks.threat == threat]
        new = [marks for marks in after if marks.threat == threat]
        alike = {(one.id, other.id): value for one, other in _candidates(old, new) if (value := _likeness(one, other)) > 0}
        found = unique_best(alike, _MARGIN)
        taken = set(found.values())
        left = [marks for marks in old if marks.id not in found], [marks for marks in new if marks.id not in taken]
        pairs |= found | _in_order(*left)
    return pairs


def _candidates(old: Iterable[_Marks], new: Iterable[_Marks]) -> Iterator[tuple[_Marks, _Marks]]:
    """Pairs that have anything in common; what very many have in common brings none together."""
    where: dict[str, list[_Marks]] = defaultdict(list)
    for marks in new:
        for mark in _common(marks):
            where[mark].append(marks)
    for marks in old:
        found = {other.id: other for mark in _common(marks) if len(where[mark]) <= _MOST_ALIKE for other in where[mark]}
        yield from ((marks, other) for _, other in sorted(found.items()))


def _common(marks: _Marks) -> frozenset[str]:
    return frozenset(
        {f"element {marks.element}", *(f"says {quote}" for quote in marks.cited), *(f"says {quote}" for quote in marks.nameless)}
    )


def _likeness(one: _Marks, other: _Marks) -> float:
    """How much speaks for two being one; nothing where too little does."""
    same_file = one.path == other.path
    same_place = one.says == other.says and one.role == other.role
    same_element = one.element == other.element
    both = len(one.cited & other.cited)
    shared = both / min(len(one.cited), len(other.cited))
    if both < _FEW and both < max(len(one.cited), len(other.cited)):
        shared /= 2  # one short quote of two is no half
    if not same_file and one.stays and not same_element and both < _FEW:
        return 0.0  # the file it stood in is still there: what says the same in another one may be another
    if not (
        (same_element and (same_place or shared >= _PARTLY))
        or (same_place and (same_file or (len(one.says) >= _SAYS_ENOUGH and one.kind == other.kind)))
        or shared >= _MOSTLY
        or (same_file and one.kind == other.kind and one.attributes == other.attributes and _same_but_names(one, other))
    ):
        return 0.0
    return 4.0 * same_element + 2.0 * same_place + 2.0 * shared + 1.0 * same_file + 0.5 * (one.attributes == other.attributes)


def _same_but_names(one: _Marks, other: _Marks) -> bool:
    said = sum(len(quote.replace("§", "")) for quote in one.nameless)
    return one.nameless == other.nameless and said >= _SAYS_ENOUGH


def _in_order(old: Iterable[_Marks], new: Iterable[_Marks]) -> dict[str, str]:
    """Those that say the very same in one file, where there are as many as before."""
    sides: dict[tuple[str, str, frozenset[str]], tuple[list[_Marks], list[_Marks]]] = defaultdict(lambda: ([], []))
    for side, all_of in enumerate((old, new)):
        for marks in all_of:
            sides[marks.path, marks.kind, marks.cited][side].append(marks)
    pairs: dict[str, str] = {}
    for was, now in sides.values():
        if len(was) == len(now):
            ranked = (sorted(side, key=lambda marks: (marks.line, marks.id)) for side in (was, now))
            pairs |= {one.id: other.id for one, other in zip(*ranked, strict=True)}
    return pairs
