"""What code-scanning services take of a SARIF file, and how it is kept within that: nothing is left out in silence.

The numbers are GitHub's, the strictest of those that are published: https://docs.github.com/en/code-security/code-scanning/
integrating-with-code-scanning/sarif-support-for-code-scanning (read 2026-11). A file beyond its hard limits is refused whole.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from pipeline.reports import sarif_model as sarif

RESULTS = 25_000  # of a run
RULES = 25_000
TAGS = 20  # of a rule
LOCATIONS = 1_000  # of a result
FLOW_LOCATIONS = 10_000  # of a result, over all of its flows
NAME, DESCRIPTION = 255, 1024  # characters
PACKED_BYTES = 10 * 1024 * 1024  # of the file, by gzip
_ROOM = 200_000  # for what is said of the rest


def within(text: str) -> bool:
    """Whether a file is small enough; packing is asked only where it could matter."""
    return len(text) < PACKED_BYTES or len(gzip.compress(text.encode("utf-8", "replace"), 6)) < PACKED_BYTES - _ROOM


def smaller(log: sarif.Log) -> Iterator[sarif.Log]:
    """The same with less and less in it, what matters least first; each says what it leaves out."""
    (run,) = log.runs
    run = run.model_copy(update={"artifacts": None})
    yield _told(log, run, ("the list of files that were read",))
    run = run.model_copy(update={"properties": {name: value for name, value in run.properties.items() if name != "coverage"}})
    yield _told(log, run, ("the list of files that were read", "the matrix, line by line"))
    run = run.model_copy(update={"results": tuple(_bare(result) for result in run.results)})
    left = ("the list of files that were read", "the matrix, line by line", "further places and attack paths of all results")
    yield _told(log, run, left)
    while len(run.results) > 1:
        kept = run.results[: len(run.results) * 2 // 3]
        said = f"{len(log.runs[0].results) - len(kept)} of {len(log.runs[0].results)} results, the least severe"
        run = run.model_copy(update={"results": kept})
        yield _told(log, run, (*left, said))


def _bare(result: sarif.Result) -> sarif.Result:
    flows = result.code_flows[:1] if result.code_flows else None
    return result.model_copy(update={"related_locations": None, "code_flows": flows})


def _told(log: sarif.Log, run: sarif.Run, left: tuple[str, ...]) -> sarif.Log:
    said = tuple(
        sarif.Notification(level="warning", message=sarif.Message(text=f"Left out, as the file would be too large for a service: {one}."))
        for one in left
    )
    (invocation,) = run.invocations
    told = invocation.model_copy(update={"tool_execution_notifications": (*invocation.tool_execution_notifications, *said)})
    return log.model_copy(update={"runs": (run.model_copy(update={"invocations": (told,)}),)})
