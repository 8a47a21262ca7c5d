"""The words of a command, as far as the code says them, and what stands before the program that they really start.

Takes a program and a value, gives words: of a display, of an addition, of a text that is put together. Quotes and escapes are not
taken apart, and of several commands that one value may be, the shortest is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from ingest.code.program import Node, Program

SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish", "ash", "cmd", "powershell", "pwsh"})
INTERPRETERS = frozenset({"python", "python2", "python3", "pypy", "pypy3", "node", "nodejs", "deno", "bun", "ruby", "perl", "php", "tsx",
                          "ts-node", "osascript", "Rscript", "lua"})  # fmt: skip
# What starts the program that follows, and the options that take a word of their own.
_WRAPPERS: dict[str, str] = {
    "sudo": "ugpCDhRrTtU", "doas": "uC", "env": "uCS", "nohup": "", "nice": "n", "exec": "a", "time": "fo", "setsid": "", "command": "",
    "xargs": "IPnLdEsa", "timeout": "ks", "stdbuf": "ioe", "ionice": "cnp",
}  # fmt: skip
# What hands a command on to another machine or container, by its first words: the options that take a word of their own, and whether the
# place is named first. A shell over there reads what `ssh` and `adb` are given, the others start a program as it is.
_ELSEWHERE: dict[tuple[str, ...], str] = {
    ("ssh",): "bcDEeFIiJLlmOopQRSWw", ("adb", "shell"): "", ("docker", "exec"): "euw", ("podman", "exec"): "euw",
    ("kubectl", "exec"): "cfn", ("oc", "exec"): "cfn",
}  # fmt: skip
_FLAGS = frozenset({"--interactive", "--tty", "--detach", "--privileged", "--stdin", "--quiet"})
_OWN_PROGRAM = {"sys.executable": "python", "globalThis.process.execPath": "node", "node:process.execPath": "node"}
_JOINS = frozenset({"shlex.join", "shlex.split", "subprocess.list2cmdline"})
_MAX_DEPTH = 6

Word = str | None
"""A word of a command as far as it is known: None stands for one, or several, that the code does not say."""


def program_name(word: Word) -> str:
    """`python3` of `/usr/bin/python3.12`, `cmd` of `cmd.exe`."""
    name = PurePosixPath((word or "").replace("\\", "/")).name
    return re.sub(r"(\.exe|(?<=[a-z3])\.?[0-9]*\.[0-9]+)$", "", name)


def wrapped(words: Sequence[Word]) -> int:
    """How many words stand before the program: `sudo -u bob`, `env A=1`, `timeout 5`."""
    at = 0
    while at < len(words) and (options := _WRAPPERS.get(program := program_name(words[at]))) is not None:
        at += 1
        while at < len(words) and (word := words[at]) is not None and (word.startswith("-") or "=" in word):
            at += 2 if len(word) == 2 and word[1] in options else 1
        at += program == "timeout"
    return min(at, len(words))


def sent_elsewhere(words: Sequence[Word]) -> tuple[Sequence[Word], bool] | None:
    """The words so far of a command that runs elsewhere, and whether a shell reads them there; None before it begins."""
    start = next((start for start in _ELSEWHERE if tuple(map(program_name, words[: len(start)])) == start), None)
    if start is None:
        return None
    at, by_shell = len(start), start[0] in ("ssh", "adb")
    if not by_shell and "--" in words[at:]:
        return words[words.index("--", at) + 1 :], False
    while at < len(words) and (word := words[at]) is not None and word.startswith("-"):
        takes = word not in _FLAGS and "=" not in word if word.startswith("--") else word[-1] in _ELSEWHERE[start]
        at += 2 if takes else 1
    if start[0] != "adb":
        if at >= len(words):
            return None  # what comes next is the place
        at += 1
    return words[at:], by_shell


def command_words(program: Program, node: Node, known: dict[tuple[Node, int], list[Word]], depth: int = 0) -> list[Word]:
    """The words of a value that is a part of a command, as far as they are known; the shortest where there are several."""
    if (node, depth) not in known:
        known[node, depth] = _find_words(program, node, known, depth)
    return known[node, depth]


def _find_words(program: Program, node: Node, known: dict[tuple[Node, int], list[Word]], depth: int) -> list[Word]:
    if depth > _MAX_DEPTH:
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
            inner = [command_words(program, (origin[0], given), known, depth + 1) for given in value.inputs]
            found.append([word for words in inner for word in words])
        elif (joined := _joined(program, origin)) is not None:
            found.append(command_words(program, joined, known, depth + 1))
        else:
            own = [_OWN_PROGRAM[name] for name in program.names(origin) if name in _OWN_PROGRAM]
            found.append([own[0]] if own else [None])
    return min(found, key=len) if found else [None]


def _joined(program: Program, node: Node) -> Node | None:
    """The list of `" ".join(words)` and `shlex.join(words)`, the text of `shlex.split(text)`."""
    value = program.value(node)
    if value.kind != "call" or len(value.inputs) < 2:
        return None
    callee = program.value((node[0], value.inputs[0]))
    if not _JOINS.isdisjoint(program.names((node[0], value.inputs[0]))):
        return node[0], value.inputs[1]
    if callee.kind != "attribute" or callee.text != "join":
        return None
    if program.constant((node[0], callee.inputs[0])) == " ":
        return node[0], value.inputs[1]
    return (node[0], callee.inputs[0]) if program.constant((node[0], value.inputs[1])) == " " else None  # words.join(" ")
