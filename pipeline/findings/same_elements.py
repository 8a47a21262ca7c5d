"""Which element of an earlier scan is which of a later one: by its id, by its file's new name, or by the lines it is known from.

Takes two scans and the renames that are known, gives ids of the older scan with those of the newer one. An element that neither has is not
in it: what is left on the older side went, what is left on the newer side came.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from pipeline.findings.model import Scan
from pipeline.findings.moves import Moves, squeezed
from pipeline.findings.unique_best import unique_best
from pipeline.system.model import Element

_ALIKE, _MARGIN = 0.5, 0.1
_MOST = 40  # elements that one line tells of, at most, for it to bring two together
_WORD = re.compile(r"\w{3,}")
_Mark = tuple[str, str, str]
"""Kind, path, and what stands there."""


def same_elements(old: Scan, new: Scan, moves: Moves) -> dict[str, str]:
    """Ids of elements that both have, each with the id it has in the newer scan."""
    after = {element.id: element for element in new.system.elements}
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for element in old.system.elements:
        called = element.id if element.id in after else moves.text(element.id)
        if called in after and called not in taken:
            pairs[element.id] = called
            taken.add(called)
    left = [element for element in old.system.elements if element.id not in pairs]
    return pairs | _renamed(left, [element for element in new.system.elements if element.id not in taken], moves)


def _renamed(old: Iterable[Element], new: Iterable[Element], moves: Moves) -> dict[str, str]:
    """Those of one kind that are known from the same lines of the same file, at least but for their names."""
    where: dict[_Mark, list[str]] = defaultdict(list)
    after = {element.id: (_marks(element, Moves({})), _marks(element, Moves({}), nameless=True)) for element in new}
    for other, sides in after.items():
        for mark in {*sides[0], *sides[1]}:
            where[mark].append(other)
    alike: dict[tuple[str, str], float] = {}
    for element in old:
        said = (_marks(element, moves), _marks(element, moves, nameless=True))
        for other in {other for mark in {*said[0], *said[1]} if len(where[mark]) <= _MOST for other in where[mark]}:
            likeness = max(len(one & there) / len(one | there) for one, there in zip(said, after[other], strict=True))
            if likeness >= _ALIKE:
                alike[element.id, other] = likeness
    return unique_best(alike, _MARGIN)


def _marks(element: Element, moves: Moves, *, nameless: bool = False) -> frozenset[_Mark]:
    called = (element.name, str(element.attributes.get("model", "")))
    words = sorted({word for name in called if name for word in (name, *_WORD.findall(name))}, key=lambda word: (-len(word), word))
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words and nameless else None
    said = ((place.path, names.sub("", place.quote) if names else place.quote) for place in element.evidence)
    return frozenset((element.kind, moves.path(path), squeezed(quote)) for path, quote in said)
