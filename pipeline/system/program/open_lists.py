"""Lists of who may come in that let everybody in unless somebody writes one: `if os.getenv("MEMBERS", "*") == "*": return True`.

Takes an assembly and a function that says yes or no, gives the test by which it says yes to everybody as shipped. Only a word that stands
for all counts, and only where the setting is that word by default.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import Evidence

_ALL = frozenset({"*", "all", "any", "everyone", "everybody", "public"})
_READS = re.compile(r"(^|\.)(getenv|environ\.get|config|get_config|env)$")


def lets_everybody_in(assembly: Assembly, function: FunctionRef) -> Evidence | None:
    """The test that makes a list one of everybody, or None where there is no such."""
    facts = assembly.program.files[function[0]]
    yes = [one for one in assembly.program.function(function).returns if facts.values[one].text.lower() == "true"]
    for branch in facts.branches if yes else ():
        if branch.scope != function[1] or not any(branch.side(one) is True for one in yes):
            continue
        condition = facts.values[branch.condition]
        if condition.kind == "operation" and condition.text in ("==", "in", "is") and len(condition.inputs) == 2:
            name = _open_by_default(assembly, [(function[0], given) for given in condition.inputs])
            if name is not None:
                return assembly.cite((function[0], branch.condition), "step", f"everybody is let in while `{name}` is not set")
    return None


def _open_by_default(assembly: Assembly, compared: list[Node]) -> str | None:
    """The setting that is compared with a word for all, and is that word where nobody sets it."""
    program = assembly.program
    words = {value.text for node in compared for value in program.constants(node)} & _ALL
    for node in compared if words else ():
        for origin in (*program.origins(node), *_entries(assembly, node)):
            read = program.value(origin)
            if read.kind == "call" and len(read.inputs) > 2 and any(_READS.search(name) for name in program.callee_names(origin)):
                default, name = program.constant((origin[0], read.inputs[2])), program.constant((origin[0], read.inputs[1]))
                if default in words and isinstance(name, str):
                    return name
            if read.kind == "choice" and program.constant((origin[0], read.inputs[-1])) in words:  # process.env.MEMBERS || "*"
                return program.value((origin[0], read.inputs[0])).text or "the setting"
    return None


def _entries(assembly: Assembly, node: Node) -> list[Node]:
    """What stands under a key in the settings of the program: `config["members"]`, where `{"members": getenv("MEMBERS", "*")}` is made."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "index":
        return []
    key = program.constant((node[0], value.inputs[1])) if len(value.inputs) > 1 else value.text.strip("'\"")
    return [
        (file, given)
        for file, facts in enumerate(program.files)
        for made in facts.values
        if isinstance(key, str) and key and made.kind == "collection" and key in made.labels
        for label, given in zip(made.labels, made.inputs, strict=False)
        if label == key
    ]
