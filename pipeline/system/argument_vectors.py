"""What data becomes in the argument vector of a process: its program, a text that a program runs, a file that is run, or a mere argument.

`role_in_vector` takes the way data came to a call that starts a process and says what it is there: in `["git", "log", x]` an
argument of a fixed program, in `["bash", "-c", x]` a command line, in `["python", "-c", x]` code, in `x.split()` and `[x, "-v"]` the
choice of the program itself. `files_that_run` gives the writes of files that a process is told to run: `["python", path]`. It reads
displays, additions and texts that are put together; files are the same where their paths are computed alike in one program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.model import SinkRole
from pipeline.system.sites import CallSite

SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish", "ash", "cmd", "powershell", "pwsh"})
INTERPRETERS = frozenset({"python", "python2", "python3", "pypy", "pypy3", "node", "nodejs", "deno", "bun", "ruby", "perl", "php", "tsx",
                           "ts-node", "osascript", "Rscript", "lua"})  # fmt: skip
_WRAPPERS = frozenset({"sudo", "doas", "env", "nohup", "nice", "exec", "time", "setsid", "xargs", "command"})
_TAKES_TEXT = re.compile(r"^(-[A-Za-z]*[ceEp]|--eval|--print|-r|-C|/[ckCK]|-[Cc]ommand|-EncodedCommand|eval)$")
_OWN_PROGRAM = {"sys.executable": "python", "globalThis.process.execPath": "node", "node:process.execPath": "node"}
_VECTOR_NAMES = frozenset({"", "*", "args", "argv", "program", "file", "path", "command", "cmd"})
_SAME_PATH = frozenset(
    {"str", "Path", "PurePath", "abspath", "realpath", "resolve", "absolute", "fspath", "as_posix", "expanduser", "toString"}
)

Word = str | None
"""A word of a command as far as it is known: None stands for one, or several, that the code does not say."""


def words_given(program: Program, call: Node) -> list[Word]:
    """The words of the command that a call starts, as far as they are known."""
    value, found = program.value(call), list[Word]()
    for position in range(1, len(value.inputs)):
        if value.labels[position] in _VECTOR_NAMES:
            found += _words(program, (call[0], value.inputs[position]), {}) or [None]
    return found


def role_in_vector(assembly: Assembly, call: Node, argument: int, trace: Sequence[Node]) -> SinkRole:
    """What data that came by a way to an argument of a process is there: `shell`, `code`, or `process_arguments`."""
    program, value = assembly.program, assembly.program.value(call)
    if argument <= 0 or argument >= len(value.inputs) or value.labels[argument] not in _VECTOR_NAMES:
        return "process_arguments"
    before: list[Word] = []
    for sink in sorted(assembly.sinks.get(call, ()), key=lambda sink: sink.argument):
        if sink.role == "process_arguments" and sink.argument < argument and value.labels[sink.argument] in ("", "*"):
            before += _words(program, (call[0], value.inputs[sink.argument]), {}) or [None]
    inside, is_text = _before_in(program, trace)
    return _role([*before, *([] if is_text and len(before) > 1 else inside)])


def _role(before: Sequence[Word]) -> SinkRole:
    """What stands behind these words of a command."""
    words = list(before)
    while words and program_of(words[0]) in _WRAPPERS:
        words.pop(0)
        while words and words[0] is not None and (words[0].startswith("-") or "=" in words[0]):
            words.pop(0)
    if not words:
        return "shell"
    name, last = program_of(words[0]), words[-1]
    after_command = name in ("cmd", "powershell", "pwsh") and any(word is not None and _TAKES_TEXT.match(word) for word in words[1:])
    if len(words) > 1 and (after_command or (last is not None and _TAKES_TEXT.match(last))):
        if name in SHELLS:
            return "shell"
        if name in INTERPRETERS:
            return "code"
    return "process_arguments"


def program_of(word: Word) -> str:
    """`python3` of `/usr/bin/python3.12`, `cmd` of `cmd.exe`."""
    name = PurePosixPath((word or "").replace("\\", "/")).name
    return re.sub(r"(\.exe|(?<=[a-z3])\.?[0-9]*\.[0-9]+)$", "", name)


def _before_in(program: Program, trace: Sequence[Node]) -> tuple[list[Word], bool]:
    """Words of the command before the data, by the way the data came: the displays and texts it was put into, from the last one back.

    Also whether all of them stand in one text with it, which may be one word of a vector: `["sh", "-c", f"ping {host}"]`.
    """
    before: list[Word] = []
    inside = 0  # entries taken out of something: a display further back is not the vector
    for node, given in zip(reversed(trace[1:]), reversed(trace[:-1]), strict=True):
        value = program.value(node)
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
            if inside and value.kind == "update":
                continue
            ahead = _together(program, node[0], value.inputs[:position])
            is_text = value.kind == "format" or _is_text(program, (node[0], value.inputs[0]))
            if is_text and not _ends_word(program, (node[0], value.inputs[position - 1]) if position else None):
                ahead = ahead[:-1]
            before = [*ahead, *before]
            if ahead:
                return before, is_text
    return before, False


def _together(program: Program, file: int, values: Sequence[int]) -> list[Word]:
    known: dict[tuple[Node, int], list[Word]] = {}
    return [
        word
        for given in values
        for word in (_words(program, (file, given), known) or ([] if _is_empty(program, (file, given)) else [None]))
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


def _words(program: Program, node: Node, known: dict[tuple[Node, int], list[Word]], depth: int = 0) -> list[Word]:
    """The words of a value that is a part of a command, as far as they are known; the shortest where there are several."""
    if (node, depth) not in known:
        known[node, depth] = _find_words(program, node, known, depth)
    return known[node, depth]


def _find_words(program: Program, node: Node, known: dict[tuple[Node, int], list[Word]], depth: int) -> list[Word]:
    if depth > 6:
        return [None]
    names = program.names(node)
    for name in names:
        if name in _OWN_PROGRAM:
            return [_OWN_PROGRAM[name]]
    found: list[list[Word]] = []
    for origin in program.origins(node):
        value = program.value(origin)
        if value.kind == "constant" and value.constant_type == "string":
            found.append([*value.text.split()] if depth == 0 or " " in value.text.strip() else [value.text.strip()])
        elif value.kind in ("collection", "update", "format") or (value.kind == "operation" and value.text == "+"):
            inner = [_words(program, (origin[0], given), known, depth + 1) for given in value.inputs]
            found.append([word for words in inner for word in words])
        else:
            own = [_OWN_PROGRAM[name] for name in program.names(origin) if name in _OWN_PROGRAM]
            found.append([own[0]] if own else [None])
    return min(found, key=len) if found else [None]


# Files that are run


def files_that_run(assembly: Assembly) -> Iterator[tuple[Node, Sink]]:
    """Writes of files that are run: the call that writes, and what its text becomes. Processes must have their elements."""
    run: dict[object, tuple[SinkRole, str]] = {}
    for site in assembly.sites.calls:
        for sink in assembly.sinks.get(site.node, ()):
            if sink.role in ("process_arguments", "shell") and sink.argument > 0 and assembly.draft(sink.element).kind == "interpreter":
                for role, path in _started(assembly.program, assembly.program.value(site.node).inputs[sink.argument :], site.node[0]):
                    for key in _keys(assembly.program, path):
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
    words = [(_words(program, part, {}) or [None])[0] for part in parts]
    while words and program_of(words[0]) in _WRAPPERS:
        words, parts = words[1:], parts[1:]
    if not parts:
        return
    name = program_of(words[0])
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
    if any(name.startswith("node:fs") for name in site.names):
        if len(value.inputs) > 1:
            yield from _keys(program, (site.node[0], value.inputs[1]))
    elif callee.kind == "attribute":
        receiver = (site.node[0], callee.inputs[0])
        yield from _keys(program, receiver)
        for origin in program.origins(receiver):
            opened = program.value(origin)
            if opened.kind != "call":
                continue
            opener = program.value((origin[0], opened.inputs[0]))
            if opener.kind == "attribute" and opener.text == "open" and not any(n.endswith("s.open") for n in program.callee_names(origin)):
                yield from _keys(program, (origin[0], opener.inputs[0]))  # path.open("w")
            if len(opened.inputs) > 1:
                yield from _keys(program, (origin[0], opened.inputs[1]))


def _keys(program: Program, node: Node) -> list[object]:
    return [key for origin in program.origins(node) if (key := _key(program, origin, 0)) is not None]


def _key(program: Program, node: Node, depth: int) -> object:
    """What makes two paths the same: the same text, the same file object, or the same parts put together."""
    value = program.value(node)
    if value.kind == "constant":
        return ("text", value.text.removeprefix("./")) if value.constant_type == "string" and value.text.strip() else None
    inner = [(node[0], given) for given in value.inputs]
    if value.kind == "attribute" and value.text == "name":  # of a temporary file
        return _first_key(program, inner[0], depth)
    if value.kind == "index" and value.text in ("0", "1") and any(n.endswith("mkstemp") for n in _called(program, inner[0])):
        return _first_key(program, inner[0], depth)
    if value.kind == "call":
        last = [name.rsplit(".", 1)[-1] for name in program.callee_names(node)]
        callee = program.value(inner[0])
        if callee.kind == "attribute" and callee.text in _SAME_PATH and len(inner) == 1:
            return _first_key(program, (inner[0][0], callee.inputs[0]), depth)
        if len(inner) == 2 and any(name in _SAME_PATH for name in last):
            return _first_key(program, inner[1], depth)
        if "join" in last or callee.text == "joinpath":
            return ("/", *(_first_key(program, given, depth) for given in inner[1:]))
    if value.kind in ("format", "operation") and depth < 4:
        return (value.text if value.kind == "operation" else "format", *(_first_key(program, given, depth) for given in inner))
    return node


def _first_key(program: Program, node: Node, depth: int) -> object:
    return next((_key(program, origin, depth + 1) for origin in program.origins(node)), node)


def _called(program: Program, node: Node) -> list[str]:
    return [name for origin in program.origins(node) if program.value(origin).kind == "call" for name in program.callee_names(origin)]
