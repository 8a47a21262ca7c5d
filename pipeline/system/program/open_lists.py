"""Lists of who may come in that let everybody in unless somebody writes one: `if os.getenv("MEMBERS", "*") == "*": return True`.

Takes an assembly and a function that says yes or no, gives the test by which it says yes to everybody as shipped: a word that stands for
all, where the setting is that word by default, and a list of people that has nobody in it while a variable of the environment is not set
(`return not MEMBERS or user in MEMBERS`).
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import Evidence
from pipeline.system.program.walking import inputs_of, inside, walk
from pipeline.system.rules.words import words_of

_ALL = frozenset({"*", "all", "any", "everyone", "everybody", "public"})
_PEOPLE = frozenset({
    "user", "users", "uid", "chat", "from", "author", "sender", "member", "members", "account", "person", "peer", "jid", "phone",
    "username", "guild", "caller", "people",
})  # fmt: skip
_LENGTHS = frozenset({"@len", "len"})
_MOST, _MOST_BEHIND = 30, 120
_READS = re.compile(r"(^|\.)(getenv|environ\.get|config|get_config|env)$")


def lets_everybody_in(assembly: Assembly, function: FunctionRef) -> Evidence | None:
    """The test that makes a list one of everybody, or None where there is no such."""
    facts = assembly.program.files[function[0]]
    returned = assembly.program.function(function).returns
    yes = [one for one in returned if facts.values[one].text.lower() == "true"]
    for branch in facts.branches if yes else ():
        if branch.scope != function[1] or not any(branch.side(one) is True for one in yes):
            continue
        test = (function[0], branch.condition)
        condition = facts.values[branch.condition]
        name = None
        if condition.kind == "operation" and condition.text in ("==", "in", "is") and len(condition.inputs) == 2:
            name = _open_by_default(assembly, [(function[0], given) for given in condition.inputs])
        if name is None:
            name = _empty_by_default(assembly, test, [(function[0], one) for one in returned])
        if name is not None:
            return _told(assembly, test, name)
    for one in returned:
        either = facts.values[one]
        if either.kind == "choice" and either.text in ("or", "||") and len(either.inputs) == 2:
            test, asked = ((function[0], given) for given in either.inputs)
            name = _empty_by_default(assembly, test, [asked])
            if name is not None:
                return _told(assembly, test, name)
    return None


def _told(assembly: Assembly, test: Node, name: str) -> Evidence | None:
    return assembly.cite(test, "step", f"everybody is let in while `{name}` is not set")


def _empty_by_default(assembly: Assembly, test: Node, answers: list[Node]) -> str | None:
    """The variable that fills a list of people which is asked for nobody where it is empty: `not MEMBERS`, then `user in MEMBERS`."""
    program = assembly.program
    for asked in (part for answer in answers for part in inside(program, answer, _MOST)):
        member = program.value(asked)
        if member.kind != "operation" or member.text != "in" or len(member.inputs) != 2:
            continue
        who, people = ((asked[0], given) for given in member.inputs)
        said = [program.value(part).text for part in inside(program, who, _MOST)] + [program.value(people).text]
        if not _PEOPLE.isdisjoint(word for text in said for word in words_of(text)) and _is_emptiness(assembly, test, people):
            return _variable_behind(assembly, people)
    return None


def _is_emptiness(assembly: Assembly, test: Node, of: Node) -> bool:
    """Whether a test holds where a list is empty or missing, alone or beside others that say the same."""
    program, value = assembly.program, assembly.program.value(test)
    inner = [(test[0], given) for given in value.inputs]
    if value.kind == "choice" and value.text in ("or", "||"):
        return any(_is_emptiness(assembly, one, of) for one in inner)
    if value.kind == "operation" and value.text in ("not", "!") and len(inner) == 1:
        return _is_list(assembly, inner[0], of)
    if value.kind == "operation" and value.text in ("==", "===", "<=", "<") and len(inner) == 2:
        return program.value(inner[0]).kind == "call" and _is_list(assembly, inner[0], of) and program.value(inner[1]).text in ("0", "1")
    return False


def _is_list(assembly: Assembly, node: Node, of: Node) -> bool:
    """Whether a value is a list, or its length."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "call" and len(value.inputs) == 2 and program.value((node[0], value.inputs[0])).text in _LENGTHS:
        node = (node[0], value.inputs[1])
    return _plain(assembly, node) == _plain(assembly, of)


def _plain(assembly: Assembly, node: Node) -> Node | str:
    """A variable by its name, wherever it is read; what tests made of it is left out."""
    value = assembly.program.value(node)
    while value.kind == "guarded":
        node = (node[0], value.inputs[0])
        value = assembly.program.value(node)
    if value.kind == "attribute":
        return f"{_plain(assembly, (node[0], value.inputs[0]))}.{value.text}"
    return value.text if value.kind == "name" else node


def _variable_behind(assembly: Assembly, node: Node) -> str | None:
    """The variable of the environment that a list is made of, where the program also runs without it."""
    program = assembly.program
    for part in walk(node, lambda one: [*inputs_of(program, one), *(o for o in program.origins(one) if o != one)], _MOST_BEHIND):
        value = program.value(part)
        if value.kind == "attribute" and value.text.isupper() and program.value((part[0], value.inputs[0])).text == "env":
            return value.text
        if value.kind == "call" and any(_READS.search(name) for name in program.callee_names(part)) and len(value.inputs) > 1:
            name = program.constant((part[0], value.inputs[1]))
            default = program.constant((part[0], value.inputs[2])) if len(value.inputs) > 2 else ""
            if isinstance(name, str) and (default == "" or default is None):
                return name
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
