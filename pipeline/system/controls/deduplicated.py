"""Records that are made unique on their way to a training: the same one, or nearly the same, is learnt from once.

Takes a hit of the flow search that ends in a training. Whole records that are dropped where they repeat count, and so do the libraries that
look for near-duplicates, in the function that the records pass; a key that is made unique does not, as two keys may bear one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.taint import Hit
from pipeline.system.program.arguments import argument_positions

_WHOLE = frozenset({"drop_duplicates", "dropDuplicates", "dropDuplicatesWithinWatermark"})
_OF_TABLES = re.compile(r"^polars\..*\.unique$|^pyspark\..*\.distinct$")
_NEAR = re.compile(r"^(?:datasketch\.MinHash|text_dedup\.|semhash\.|dedupe\.|datatrove\.pipeline\.dedup|nemo_curator\..*[Dd]edup|rensa\.)")


def deduplicated(assembly: Assembly, hit: Hit) -> Iterator[Node]:
    """The places on a way where repeated records are dropped."""
    program = assembly.program
    seen: set[tuple[int, int]] = set()
    for node in hit.trace:
        value = program.value(node)
        if value.kind == "call" and _drops_whole(assembly, node):
            yield node
        function = (node[0], value.scope)
        if function not in seen:
            seen.add(function)
            for call in assembly.calls_in(function):
                if (call[0] != hit.call[0] or call[1] < hit.call[1]) and any(_NEAR.match(name) for name in program.callee_names(call)):
                    yield call
                    break


def _drops_whole(assembly: Assembly, call: Node) -> bool:
    value = assembly.program.value(call)
    if callee_text(assembly, call) in _WHOLE:
        return not argument_positions(value, "subset|0")
    return len(value.inputs) == 1 and any(_OF_TABLES.match(name) for name in assembly.program.callee_names(call))
