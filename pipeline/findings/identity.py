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
from pipeline.findings.moves import DECISIVE, Moves, moves_between, squeezed
from pipeline.findings.unique_best import unique_best
from pipeline.system.model import Element, Evidence

_MARGIN = 0.1  # by which the better of two has to be better
_MOSTLY = 0.5  # of what the shorter of two findings cites, what has to be the same where nothing else says that they are one
_FEW = 3  # places that are the same, at least, where only part of them is
_PARTLY = 0.2  # of the same where both are about one element
_SAYS_ENOUGH = 16  # characters of a quote without spaces for it to say by itself, or without its names, which place it is
_MOST_ALIKE = 60  # findings that one quote or element is shared by, at most, for it to bring two together
_IDENTIFIER = re.compile(r"[A-Za-z_]\w{2,}")


def matched(old: Scan, new: Scan, renames: Mapping[str, str]) -> dict[str, str]:
    """Ids of findings of the older scan that the newer one has, each with the id it has there; no id is given twice.

    First by id. Then, of each threat (by any slug it has or had), those that have no namesake on the other side are held against each
    other, with `renames` and the files that moved without being named there (`moves`) in mind. Two are one where data enters both at
    one place at least (or at a place of the same kind that was renamed, where half of what they cite is the same), and

    - they are about the same element once files are called what they are called now, and share a place that decides (where it ends,
      what is missing, what was promised) or a fifth of what they cite; or
    - they share a place that decides, in one file, and a fifth of what they cite; or
    - the first place that decides says the same, in any file, and enough to be told from others; or
    - half of what they cite is the same: of one that cites much, the half of what is shown of it; or
    - in the same file, all that they cite is the same but for the names of the elements: one was renamed.

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
    ends: frozenset[tuple[str, str]]  # all places that decide: file, and what stands there
    begins: frozenset[str]  # where data enters, without the names of elements
    begin: str  # the element it enters at; empty where nothing flows
    begin_stays: bool  # whether the other scan has that element
    reached_from: frozenset[str]  # elements that send something to it
    cited: frozenset[str]  # all that is cited
    nameless: frozenset[str]  # the same without the names of the element
    attributes: tuple[tuple[str, object], ...]


class _Side:
    """One of the two scans, as the newer one would write it."""

    def __init__(self, scan: Scan, other: Scan, slugs: Mapping[str, str], moves: Moves) -> None:
        self._elements = {element.id: element for element in scan.system.elements}
        self._there = frozenset(other.examined)
        self._there_too = frozenset(element.id for element in other.system.elements)
        self._slugs, self._moves = slugs, moves
        self._senders: dict[str, set[str]] = defaultdict(set)
        for flow in scan.system.flows:
            self._senders[flow.target].add(moves.text(flow.source))

    def of(self, finding: Finding) -> _Marks:
        element = self._elements.get(finding.element)
        begin = finding.attack_path[0] if len(finding.attack_path) > 1 else ""
        names = _names_of(finding.element, begin)
        decides = _decisive(finding.evidence)
        nameless = [squeezed(names.sub("§", place.quote) if names else place.quote) for place in finding.evidence]
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
            ends=frozenset((self._moves.path(place.path), squeezed(place.quote)) for place in finding.evidence if place.role in DECISIVE),
            begins=frozenset(quote for place, quote in zip(finding.evidence, nameless, strict=True) if place.role == "source"),
            begin=self._moves.text(begin),
            begin_stays=self._moves.text(begin) in self._there_too,
            reached_from=frozenset(self._senders.get(finding.element, ())),
            cited=frozenset(squeezed(place.quote) for place in finding.evidence),
            nameless=frozenset(nameless),
            attributes=_plain(element),
        )


def _decisive(places: Sequence[Evidence]) -> Evidence:
    """The place a reader looks at first: where it ends, what is missing, what was promised."""
    return next((place for place in reversed(places) if place.role in DECISIVE), places[0])


def _names_of(*elements: str) -> re.Pattern[str] | None:
    """What elements are called, part by part."""
    words = sorted({word for each in elements for word in _IDENTIFIER.findall(each.partition(":")[2])}, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None


def _plain(element: Element | None) -> tuple[tuple[str, object], ...]:
    """Attributes that say what an element is, and none that is a name."""
    return tuple(sorted((key, value) for key, value in element.attributes.items() if isinstance(value, bool))) if element else ()


def _slugs(old: Scan, new: Scan) -> dict[str, str]:
    """Former slugs, and those of own threats, with the slug that the threat ships under."""
    from pipeline.threats.catalog import load_catalog  # most scans that are compared have nothing to look twice at, and do not need it

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
    begins_alike = _same_beginning(one, other)
    if not begins_alike and not _renamed_beginning(one, other):
        return 0.0
    same_file, same_element = one.path == other.path, one.element == other.element
    same_end = not one.ends.isdisjoint(other.ends)
    both = len(one.cited & other.cited)
    shared = both / min(len(one.cited), len(other.cited))
    if both < _FEW and both < max(len(one.cited), len(other.cited)):
        shared /= 2  # one short quote of two is no half
    if not same_file and not same_end and one.stays and not same_element and both < _FEW:
        return 0.0  # the file it stood in is still there: what says the same in another one may be another
    if not begins_alike and shared < _MOSTLY and not _same_but_names(one, other):
        return 0.0
    says_it = one.says == other.says and one.role == other.role and len(one.says) >= _SAYS_ENOUGH and one.kind == other.kind
    if not (
        (same_element and (same_end or shared >= _PARTLY))
        or (same_end and shared >= _PARTLY)
        or says_it
        or shared >= _MOSTLY
        or (same_file and one.kind == other.kind and one.attributes == other.attributes and _same_but_names(one, other))
    ):
        return 0.0
    return 4.0 * same_element + 2.0 * same_end + 2.0 * shared + 1.0 * same_file + 0.5 * (one.attributes == other.attributes)


def _same_beginning(one: _Marks, other: _Marks) -> bool:
    """Whether data enters both at one place at least; what comes in by another way is another finding, wherever it goes."""
    if not one.begin or not other.begin:
        return one.begin == other.begin or one.element == other.element
    return one.begin == other.begin or not one.begins.isdisjoint(other.begins) or one.begin in other.reached_from


def _renamed_beginning(one: _Marks, other: _Marks) -> bool:
    """Whether data enters at something of the same kind that neither scan has by the name of the other."""
    kinds = (one.begin.partition(":")[0], other.begin.partition(":")[0])
    return kinds[0] == kinds[1] != "" and not one.begin_stays and not other.begin_stays


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
