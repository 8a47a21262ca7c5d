"""What data becomes in the argument vector of a process: its program, a text that a program runs, a file that is run, or a mere argument.

`role_in_vector` takes the way data came to a call that starts a process and says what it is there: in `["git", "log", x]` an
argument of a fixed program, in `["bash", "-c", x]` and `["ssh", host, x]` a command line, in `["python", "-c", x]` code, in `x.split()`
and `[x, "-v"]` the choice of the program itself. `files_that_run` gives the writes of files that a process is told to run:
`["python", path]`. It reads displays, additions, texts that are put together and arguments that a parameter gathers; files are the same
where their paths are computed alike in one program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.model import SinkRole
from pipeline.system.program.command_words import INTERPRETERS, SHELLS, Word, command_words, program_name, sent_elsewhere, wrapped
from pipeline.system.program.file_keys import keys, keys_of_file
from pipeline.system.program.sites import CallSite

_TAKES_TEXT = re.compile(r"^(-[A-Za-z]*[ceEp]|--eval|--print|-r|-C|/[ckCK]|-[Cc]ommand|-EncodedCommand|eval)$")
_VECTOR_NAMES = frozenset({"", "*", "args", "argv", "program", "file", "path", "command", "cmd"})


def role_in_vector(assembly: Assembly, call: Node, argument: int, trace: Sequence[Node]) -> SinkRole:
    """What data that came by a way to an argument of a process is there: `shell`, `code`, or `process_arguments`."""
    program, value = assembly.program, assembly.program.value(call)
    if argument <= 0 or argument >= len(value.inputs) or value.labels[argument] not in _VECTOR_NAMES:
        return "process_arguments"
    before: list[Word] = []
    for sink in sorted(assembly.sinks.get(call, ()), key=lambda sink: sink.argument):
        if sink.role == "process_arguments" and sink.argument < argument and value.labels[sink.argument] in ("", "*"):
            before += command_words(program, (call[0], value.inputs[sink.argument]), {}) or [None]
    inside, is_text = _before_in(assembly, trace)
    return _role([*before, *([] if is_text and len(before) > 1 else inside)])


def _role(before: Sequence[Word]) -> SinkRole:
    """What stands behind these words of a command."""
    words = list(before)[wrapped(before) :]
    if not words:
        return "shell"
    if (there := sent_elsewhere(words)) is not None:
        return "shell" if there[1] else _role(there[0])
    name, last = program_name(words[0]), words[-1]
    after_command = name in ("cmd", "powershell", "pwsh") and any(word is not None and _TAKES_TEXT.match(word) for word in words[1:])
    if len(words) > 1 and (after_command or (last is not None and _TAKES_TEXT.match(last))):
        if name in SHELLS:
            return "shell"
        if name in INTERPRETERS:
            return "code"
    return "process_arguments"


def _before_in(assembly: Assembly, trace: Sequence[Node]) -> tuple[list[Word], bool]:
    """Words of the command before the data, by the way the data came: the displays and texts it was put into, from the last one back.

    Also whether all of them stand in one text with it, which may be one word of a vector: `["sh", "-c", f"ping {host}"]`.
    """
    program, before = assembly.program, list[Word]()
    inside = 0  # entries taken out of something: a display further back is not the vector
    for node, given in zip(reversed(trace[1:]), reversed(trace[:-1]), strict=True):
        value = program.value(node)
        if value.kind == "parameter" and (spread := _spread(assembly, node, given)) is not None:
            if not inside:
                before = [*_together(program, given[0], spread.ahead), *before]
                if spread.is_word:
                    return before, False
            inside -= inside > 0
            continue
        if given[0] != node[0] or given[1] not in value.inputs:
            continue
        position = value.inputs.index(given[1])
        if value.kind in ("index", "element_of"):
            inside += position == 0
        elif value.kind == "collection" and inside:
            inside -= 1
        elif value.kind == "collection" and value.text in ("list", "tuple", "expression_list", "array"):
            before = [*_together(program, node[0], value.inputs[:position]), *before]
            if value.labels[position] != "*":
                return before, False
        elif value.kind in ("update", "format") or (value.kind == "operation" and value.text == "+"):
            if value.kind == "update" and (inside or value.labels[position] not in ("", "*")):
                continue  # a field that is set is no word of a command
            ahead = _together(program, node[0], value.inputs[:position])
            is_text = value.kind == "format" or _is_text(program, (node[0], value.inputs[0]))
            if is_text and not _ends_word(program, (node[0], value.inputs[position - 1]) if position else None):
                ahead = ahead[:-1]
            before = [*ahead, *before]
            if ahead:
                return before, is_text
    return before, False


@dataclass(frozen=True, slots=True)
class _Spread:
    """A value among the arguments that one parameter gathers: `def call(*command)`, `call("git", value)`."""

    ahead: tuple[int, ...]  # arguments before it
    is_word: bool  # not spread itself


def _spread(assembly: Assembly, parameter: Node, given: Node) -> _Spread | None:
    """How a value was given to a parameter that gathers arguments, by the calls around it; with the fewest words ahead, if by several."""
    program, found = assembly.program, assembly.program.parameter_of(parameter)
    if found is None or program.function(found[0]).parameters[found[1]].splat != "*":
        return None
    ways: list[_Spread] = []
    for call in assembly.calls_in((given[0], program.value(given).scope)):
        value = program.value(call)
        for target in program.targets(call) if given[1] in value.inputs[1:] else ():
            gathered = program.bind(call, target).get(found[1], []) if target.function == found[0] else []
            ways += [
                _Spread(tuple(value.inputs[at] for at in gathered[:position]), value.labels[argument] != "*")
                for position, argument in enumerate(gathered)
                if value.inputs[argument] == given[1]
            ]
    return min(ways, key=lambda way: len(way.ahead)) if ways else None


def _together(program: Program, file: int, values: Sequence[int]) -> list[Word]:
    known: dict[tuple[Node, int], list[Word]] = {}
    return [
        word
        for given in values
        for word in (command_words(program, (file, given), known) or ([] if _is_empty(program, (file, given)) else [None]))
    ]


def _is_text(program: Program, node: Node) -> bool:
    values = [program.value(origin) for origin in program.origins(node)]
    return any(value.kind == "format" or value.constant_type == "string" for value in values)


def _is_empty(program: Program, node: Node) -> bool:
    values = [program.value(origin) for origin in program.origins(node)]
    return any(value.kind == "collection" and not value.inputs for value in values) or program.constant(node) == ""


def _ends_word(program: Program, node: Node | None) -> bool:
    said = program.constant(node) if node is not None else None
    return isinstance(said, str) and (said[-1:].isspace() or said.endswith(("'", '"')))


# Files that are run


def files_that_run(assembly: Assembly) -> Iterator[tuple[Node, Sink]]:
    """Writes of files that are run: the call that writes, and what its text becomes. Processes must have their elements."""
    run: dict[object, tuple[SinkRole, str]] = {}
    for site in assembly.sites.calls:
        for sink in assembly.sinks.get(site.node, ()):
            if sink.role in ("process_arguments", "shell") and sink.argument > 0 and assembly.draft(sink.element).kind == "interpreter":
                for role, path in _started(assembly.program, assembly.program.value(site.node).inputs[sink.argument :], site.node[0]):
                    for key in keys(assembly.program, path):
                        run.setdefault(key, (role, sink.element))
    for site in assembly.sites.calls if run else ():
        for sink in assembly.sinks.get(site.node, ()):
            if sink.role != "store_write" or assembly.draft(sink.element).kind != "file_store":
                continue
            for key in _written(assembly.program, site):
                if key in run:
                    yield site.node, Sink(sink.argument, *run[key], sink.key)
                    break


def _started(program: Program, arguments: Sequence[int], file: int) -> Iterator[tuple[SinkRole, Node]]:
    """The file that a command runs: its program, or the first argument of an interpreter that is no option."""
    parts = [part for given in arguments[:2] for part in _parts(program, (file, given))]
    words = [(command_words(program, part, {}) or [None])[0] for part in parts]
    words, parts = words[wrapped(words) :], parts[wrapped(words) :]
    if not parts:
        return
    name = program_name(words[0])
    if name not in SHELLS and name not in INTERPRETERS and name != "pytest":
        yield "shell", parts[0]
        return
    for word, part in zip(words[1:], parts[1:], strict=True):
        if word == "-m" or (word is not None and _TAKES_TEXT.match(word)):
            return
        if word is None or not word.startswith(("-", "/c", "/C")):
            yield ("shell" if name in SHELLS else "code"), part
            return


def _parts(program: Program, node: Node, depth: int = 0) -> list[Node]:
    for origin in program.origins(node):
        value = program.value(origin)
        if depth < 4 and (value.kind in ("collection", "update", "format") or (value.kind == "operation" and value.text == "+")):
            return [part for given in value.inputs for part in _parts(program, (origin[0], given), depth + 1)]
    return [node]


def _written(program: Program, site: CallSite) -> Iterator[object]:
    """Which file a call writes to."""
    value = program.value(site.node)
    callee = program.value((site.node[0], value.inputs[0]))
    if any(name.startswith(("node:fs", "go:os.WriteFile", "go:io/ioutil.WriteFile")) for name in site.names):
        if len(value.inputs) > 1:
            yield from keys(program, (site.node[0], value.inputs[1]))
    elif callee.kind == "attribute":
        yield from keys_of_file(program, (site.node[0], callee.inputs[0]))
