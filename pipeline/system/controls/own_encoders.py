"""Escaping that a program does by itself: `text.replace(/[&<>"']/g, (sign) => ENTITIES[sign])`, `text.replace("<", "&lt;")`.

Takes an assembly, gives its sites with those calls that put something harmless in place of what begins a tag. Whether the other signs are
replaced as well is not asked: without the first nothing begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.sites import CallSite, Sites
from pipeline.system.rules.framework import CallRule

_REPLACES = frozenset({"replace", "replaceAll", "Replace", "ReplaceAll"})
_BEGINS_A_TAG = re.compile(r"<|/(?:\\?<|\[[^\]\n^][^\]\n]*<[^\]\n]*\]|\[<[^\]\n]*\])/[a-z]*")
_HARMLESS = re.compile(r"&(?:lt|#0*60|#x0*3c);", re.IGNORECASE)
_RULE = CallRule(call=("own escaping",), control="output_encoding", protects="data", cleans=("html",))


def with_own_encoders(assembly: Assembly) -> Sites:
    """The sites, and the calls that escape markup by hand."""
    found = tuple(CallSite(call, _RULE, "own code", ("own escaping",)) for call in _encoders(assembly))
    return replace(assembly.sites, calls=(*assembly.sites.calls, *found)) if found else assembly.sites


def _encoders(assembly: Assembly) -> Iterator[Node]:
    program = assembly.program
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and len(value.inputs) > 2 and callee_text(assembly, (file, identity)) in _REPLACES:
                given = [facts.values[one] for one in value.inputs[1:]]
                for taken, put in pairwise(given):
                    is_harmless = put.kind != "constant" or _HARMLESS.fullmatch(put.text) is not None
                    if taken.kind in ("constant", "unknown") and _BEGINS_A_TAG.fullmatch(taken.text) and is_harmless:
                        yield file, identity
                        break
