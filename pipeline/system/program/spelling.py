"""How a program spells what it hands over: the names of local variables, which the value graph does not keep.

Takes a call or a formatted text, gives the source text of each of its parts where the lines it stands in can be cut without
doubt, and nothing where they cannot. Made for judging names; what a value is, the graph says.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly

_LONGEST = 2000
_PLACEHOLDER = re.compile(r"\$?\{([^{}]*)\}")
_OPENS, _CLOSES, _QUOTES = "([{", ")]}", "\"'`"


def spelled(assembly: Assembly, node: Node) -> tuple[str, ...]:
    """The source text of the parts that are not constant; empty where they cannot be told apart."""
    evidence = assembly.cite(node)
    if evidence is None or len(evidence.quote) > _LONGEST:
        return ()
    value = assembly.program.value(node)
    if value.kind == "format":
        parts = [text.split("!")[0].split(":")[0].strip().rstrip("=") for text in _PLACEHOLDER.findall(evidence.quote)]
        wanted = sum(assembly.program.value((node[0], given)).kind != "constant" for given in value.inputs)
    else:
        callee = assembly.program.value((node[0], value.inputs[0])).text
        parts = _arguments(evidence.quote, callee)
        wanted = len(value.inputs) - 1
    return tuple(parts) if len(parts) == wanted else ()


def _arguments(text: str, callee: str) -> list[str]:
    """What stands between the parentheses of the first call of that name, cut at its commas."""
    begins = text.find(callee + "(")
    found, depth, quote = [""], 0, ""
    for before, here in zip(text[begins + len(callee) :], text[begins + len(callee) + 1 :], strict=False) if begins >= 0 else ():
        if quote:
            quote = "" if here == quote and before != "\\" else quote
        elif here in _QUOTES:
            quote = here
        elif here in _OPENS:
            depth += 1
        elif here in _CLOSES:
            depth -= 1
            if depth < 0:
                return [part.strip() for part in found if part.strip()]
        elif here == "," and not depth:
            found.append("")
            continue
        found[-1] += here
    return []
