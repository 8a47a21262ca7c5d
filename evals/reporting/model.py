"""What a model added, as rows of text that every report shows alike: one for each system, and one for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.reporting.wording import number
from evals.result import FALSE, EvalResult, SystemResult
from evals.scoring.scores import cost_of, tokens_of

COLUMNS = (
    "labels", "rules", "with it", "won", "lost", "sprung", "new", "serve", "right", "false", "open", "not shown", "refuted", "changed",
    "calls", "tokens", "cost", "tokens per won",
)  # fmt: skip
TAKEN = COLUMNS.index("not shown")  # the columns from here on say what it took; a terminal has no room for all of them
READ_AS = (
    "rules, with it, won: labels met at the lines by rules alone, with the model, and by it only; sprung: traps that only it springs;"
    " new: findings it added, of them those that serve a label, were judged right, are false, and that nobody judged; not shown, refuted:"
    " what it said and the product dropped; changed: findings of rules that are not the same, of which there must be none."
)


def rows(result: EvalResult) -> Iterator[tuple[str, ...]]:
    """Name and figures of each system of which there are some, then of all."""
    measured = [one for one in result.systems if one.added is not None]
    for one in measured:
        yield (one.name, *_figures([one]))
    if len(measured) > 1:
        yield ("all", *_figures(measured))


def _figures(systems: Sequence[SystemResult]) -> Iterator[str]:
    added = [(one, one.added) for one in systems if one.added is not None]
    labels = sum(label.tier is not None for one in systems for label in one.labels)
    new = [finding for one in systems for finding in one.findings if finding.added]
    alone, won = sum(each.alone[2] for _, each in added), sum(len(each.won) for _, each in added)
    use = [one.llm for one in systems if one.llm is not None]
    tokens, costs = sum(map(tokens_of, use)), [cost_of(each) for each in use]
    yield from map(str, (labels, alone, sum(label.tier == 3 for one in systems for label in one.labels), won))
    yield from map(str, (sum(len(each.lost) for _, each in added), sum(len(each.sprung) for _, each in added), len(new)))
    for outcomes in (("label",), ("right",), FALSE, ("unjudged",)):
        yield str(sum(finding.outcome in outcomes for finding in new))
    yield from map(str, (sum(each.not_shown for _, each in added), sum(each.refuted for _, each in added)))
    yield str(sum(len(each.changed) for _, each in added))
    yield str(sum(each.calls + each.cache_hits for each in use))
    yield f"{tokens:,}"
    yield "–" if None in costs else number("cost", sum(cost or 0 for cost in costs))
    yield f"{tokens // won:,}" if won else "–"


def changed_rules(result: EvalResult) -> Iterator[str]:
    """Findings of rules that a model changed, each a defect; and labels that are lost with it, which has to be looked at."""
    for one in result.systems:
        if one.added is not None:
            yield from (f"{one.name}: a finding of rules changed, {what}" for what in one.added.changed)
            yield from (f"{one.name}: label {label} is met by rules alone and no longer with the model" for label in one.added.lost)
