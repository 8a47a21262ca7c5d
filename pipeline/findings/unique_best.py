"""Pairs of two sides that are each other's best, by a margin: a choice between two that are equally good is not made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

_MOST_ROUNDS = 20  # a choice that waits for so many others is not made


def unique_best(likeness: Mapping[tuple[str, str], float], margin: float) -> dict[str, str]:
    """Of the pairs that are possible, those in which each side is better for the other than all others that are still free."""
    left: dict[str, dict[str, float]] = defaultdict(dict)
    right: dict[str, dict[str, float]] = defaultdict(dict)
    for (one, other), value in likeness.items():
        left[one][other] = value
        right[other][one] = value
    taken: dict[str, str] = {}
    for _round in range(_MOST_ROUNDS):
        best = {one: _best(values, margin) for one, values in sorted(left.items())}
        chosen = [(one, other) for one, other in best.items() if other is not None and _best(right[other], margin) == one]
        if not chosen:
            break
        for one, other in chosen:
            taken[one] = other
            for rival in left.pop(one):
                right[rival].pop(one, None)
            for rival in right.pop(other):
                left.get(rival, {}).pop(other, None)
    return taken


def _best(values: Mapping[str, float], margin: float) -> str | None:
    """The best by a margin; None where there is none, or none that is better than the next."""
    ranked = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
    if not ranked or (len(ranked) == 2 and ranked[0][1] - ranked[1][1] < margin):
        return None
    return ranked[0][0]
