"""What keeps data out of a path or a query by what is refused, and what makes it harmless inside the quotes of a query.

`keeps_out` says whether text that does not match a pattern can no longer leave a folder, or close a quote or write in a query; it
tries the pattern on a few short texts. `is_quoted`, and for scripts `literal_in_code`, find quotes that are doubled or escaped before
the text is put between quotes. A list of refused words is easily forgotten one of: it is a look at the text, not a proof.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import SinkRole
from pipeline.system.program.replaced import SLASHES, searched

_MAX_PATTERN = 200
_LEAVES: dict[SinkRole, tuple[tuple[str, ...], ...]] = {
    "path": (("/etc/passwd", "../x", "a/../../x"), ("\\x", "..\\x", "a\\..\\..\\x", "/etc/passwd", "../x")),
    "query": (("x' OR '1'='1",), ("DROP TABLE x", "DELETE FROM x"), ("drop table x", "delete from x")),
}
_OPENED_BY = {"'": "'", '"': '"', "`": "`", "]": "["}  # what closes a value or a name, and what opens it
_ESCAPES = frozenset(
    {"escape_string", "escape_literal", "escapeLiteral", "escapeIdentifier", "quote_ident", "quote_literal", "quote_name", "quoteName"}
)


def keeps_out(pattern: str, name: str, role: SinkRole) -> bool:
    """Whether text in which a pattern was not found is kept from what its role makes dangerous."""
    return role in _LEAVES and len(pattern) <= _MAX_PATTERN and _finds_all(pattern, name, role)


@lru_cache(maxsize=256)
def _finds_all(pattern: str, name: str, role: SinkRole) -> bool:
    try:
        written = SLASHES.match(pattern)
        compiled = re.compile(written[1] if written else pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    asked = {"match": compiled.match, "fullmatch": compiled.fullmatch}.get(name, compiled.search)
    return any(all(asked(text) is not None for text in texts) for texts in _LEAVES[role])


def is_quoted(assembly: Assembly, node: Node, after: Sequence[Node]) -> bool:
    """Whether a call quotes text, or doubles, escapes or takes out the quotes of what stands between such quotes afterwards."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "call":
        return False
    callee = program.value((node[0], value.inputs[0]))
    if callee.text.rsplit(".", 1)[-1] in _ESCAPES:
        return True
    if callee.kind != "attribute" or callee.text not in ("replace", "replaceAll", "sub") or len(value.inputs) < 3:
        return False
    old, new = searched(assembly, (node[0], value.inputs[1]), callee.text), program.constant((node[0], value.inputs[2]))
    if not isinstance(old, str) or not isinstance(new, str):
        return False
    written = SLASHES.match(old)
    quote = written[1].removeprefix("\\") if written else old
    opened = _OPENED_BY.get(quote)
    doubled = new in (quote * 2, f"\\{quote}", f"\\\\{quote}", "")
    return opened is not None and doubled and _stands_between(assembly, [node, *after], opened)


def literal_in_code(assembly: Assembly, trace: Sequence[Node]) -> Node | None:
    """Where text becomes a literal of a script: its backslashes and then its quotes are escaped, and it stands between such quotes."""
    escaped = False
    for position, node in enumerate(trace):
        if escaped and is_quoted(assembly, node, trace[position + 1 :]):
            return node
        escaped = escaped or _escapes_backslashes(assembly, node)
    return None


def _escapes_backslashes(assembly: Assembly, node: Node) -> bool:
    program, value = assembly.program, assembly.program.value(node)
    callee = program.value((node[0], value.inputs[0])) if value.kind == "call" else value
    if callee.kind != "attribute" or callee.text not in ("replace", "replaceAll") or len(value.inputs) < 3:
        return False
    old = searched(assembly, (node[0], value.inputs[1]), callee.text)
    written = SLASHES.match(old) if isinstance(old, str) else None
    return (written[1] == r"\\" if written else old == "\\") and program.constant((node[0], value.inputs[2])) == r"\\"


def _stands_between(assembly: Assembly, way: Sequence[Node], quote: str) -> bool:
    """Whether the text is put behind this quote: `f"... WHERE name = '{name}'"`."""
    program = assembly.program
    for before, node in pairwise(way):
        value = program.value(node)
        if value.kind == "format" and before[1] in value.inputs[1:]:
            return program.value((node[0], value.inputs[value.inputs.index(before[1]) - 1])).text.endswith(quote)
    return False
