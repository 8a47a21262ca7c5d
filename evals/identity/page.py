"""`docs/identity.md`: what keeps a finding the same finding, and how often that was right between releases of real packages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

from evals.identity.model import VERDICTS, Package, Pair, counted
from pipeline.findings.identity import matched
from pipeline.reports.escape import markdown

_INTRODUCTION = """\
# What stays the same finding

<!-- Written by `make docs` from evals/identity/*.yaml and from the rule's own words. -->

A finding has an id, made of its threat and of what it is about: never of line numbers, quotes or counts. A decision (`accept`, `dismiss`),
a baseline and the record hold on to it. The id is the same where lines move, comments come, code is formatted anew, imports or functions
change places and local names change: that is a property that tests try on the reported cases of every threat's page, on the labelled
systems and on small servers in Python, TypeScript, Go, Java and C# (`tests/identity`).

Where a file, a function, a class or a threat gets another name, the id changes, and the finding is known again by what it cites:
"""
_MEASURED = """\
## Measured on releases of real packages

Pairs of releases of public packages, downloaded and unpacked, never installed or run; no git, so that moved files have to be told by their
contents. Every finding that was lost, new or matched by the second look was read in the code of both releases: *right* (the code changed so
that the threat went or came; a matched one is the same finding), *identity* (one finding under two ids, or two under one), *detection* (the
code did the same in both, and the scan saw it in one of them only: no fault of identity, and a fault all the same for who reads "fixed").
"""


def page(packages: Sequence[Package]) -> str:
    return "\n".join([_INTRODUCTION, *_rule(), "", _MEASURED, *_table(packages), "", *_faults(packages)]) + "\n"


def _rule() -> Iterator[str]:
    """The rule as it stands in the code."""
    said = inspect.getdoc(matched) or ""
    yield from (f"> {line}".rstrip() for line in said.split("\n"))


def _table(packages: Sequence[Package]) -> Iterator[str]:
    yield "| package | releases | findings | same id | second look | lost | new | right | identity | detection |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    pairs = [(package, pair) for package in packages for pair in package.pairs]
    for package, pair in pairs:
        yield _row(package.package, f"{pair.before} to {pair.after}", [pair])
    yield _row("all", f"{len(pairs)} pairs of {len(packages)} packages", [pair for _package, pair in pairs])


def _row(name: str, releases: str, pairs: Sequence[Pair]) -> str:
    changed = [one for pair in pairs for one in pair.changed]
    verdicts = counted(changed)
    numbers = [
        f"{sum(pair.findings[0] for pair in pairs)} to {sum(pair.findings[1] for pair in pairs)}",
        sum(pair.same for pair in pairs),
        *(sum(len(pair.of(what)) for pair in pairs) for what in ("matched", "lost", "new")),
        *(verdicts[verdict] for verdict in VERDICTS),
    ]
    return f"| {name} | {releases} | " + " | ".join(map(str, numbers)) + " |"


def _faults(packages: Sequence[Package]) -> Iterator[str]:
    yield "## What was not right"
    yield ""
    for package in packages:
        for pair in package.pairs:
            for one in pair.changed:
                if one.verdict != "right":
                    yield (
                        f"- {package.package} {pair.before} to {pair.after}, {one.what} `{one.threat}`"
                        f" ({one.verdict}): {markdown(one.reason)}"
                    )
