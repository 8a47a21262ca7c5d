"""Files that a notebook opens and that code of the same tree writes: one step of a study reads what another step left.

Takes an assembly whose elements are known and marks such model files `from_notebooks`: every load stands in a notebook, and a file of
the name that it opens is dumped somewhere in the tree. Where a name is put together, each unknown part may be anything, so
`f"{key}.joblib"` is written by `f"{name}__{fold}.joblib"`. What is fetched from elsewhere has a name that nothing in the tree writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.elements.own_files import DUMPS, loads_of_model_files
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.sites import CallSite
from pipeline.system.program.written_paths import UNKNOWN, written

_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9_]{1,9}$")
_DEEP = 8


def mark_notebook_files(assembly: Assembly) -> None:
    """Marks model files that only notebooks load, each of a name that the tree writes."""
    in_notebooks = {
        identity: sites
        for identity, sites in loads_of_model_files(assembly).items()
        if all(assembly.place(site.node).path.endswith(".ipynb") for site in sites)
    }
    if not in_notebooks:
        return
    program = assembly.program
    left = {file: {name for node in _dumped(program, file) for name in _names(program, node)} for file in range(len(program.files))}
    written_here = frozenset().union(*left.values())
    for identity, sites in in_notebooks.items():
        # A name out of a record (`result["path"]`) is one of those that the same notebook put there where it writes any.
        read = [(set(_names(program, given)) or left[given[0]]) for site in sites for given in _opened(program, site)]
        if read and all(any(_alike(name, other) for name in names for other in written_here) for names in read):
            assembly.draft(identity).attributes["from_notebooks"] = True


def _opened(program: Program, site: CallSite) -> Iterator[Node]:
    wanted = next((given for given, role in site.rule.sinks.items() if role in ("deserialised", "model_source")), "0")
    for position in argument_positions(program.value(site.node), wanted)[:1]:
        yield site.node[0], program.value(site.node).inputs[position]


def _dumped(program: Program, file: int) -> Iterator[Node]:
    for identity, value in enumerate(program.files[file].values):
        if value.kind == "call" and any(DUMPS.match(name) for name in program.callee_names((file, identity))):
            yield from ((file, argument) for argument in value.inputs[1:])


def _names(program: Program, node: Node) -> Iterator[str]:
    """File names that a path or an opened file may have, with `*` for parts that are not known."""
    seen: set[Node] = set()
    queue = [(node, 0)]
    while queue:
        current, depth = queue.pop()
        if current in seen or depth > _DEEP:
            continue
        seen.add(current)
        for path in written(program, current, {}):
            name = path.replace("\\", "/").rsplit("/", 1)[-1].replace(UNKNOWN, "*")
            if _FILE.search(name):
                yield name
        value = program.value(current)
        inner = [(current[0], given) for given in value.inputs] if value.kind != "format" else []
        queue += [(one, depth + 1) for one in (*program.origins(current), *inner)]


@cache
def _alike(one: str, other: str) -> bool:
    """Whether two names can be one: each unknown part is anything."""
    return (
        fnmatchcase(one, other)
        or fnmatchcase(other, one)
        or ("*" in one and "*" in other and one.rsplit(".", 1)[-1] == other.rsplit(".", 1)[-1])
    )
