"""What is typed into a process: a command where a shell reads it, code where an interpreter does, mere data of a fixed program.

`typed` takes a call whose rule names its standard input and gives what becomes of a text there, by the words the process was started
with. A program that is not known from the code, or that another one starts out of sight (`ssh host`), may be a shell; a program that
is fixed is taken for one that reads data, unless its name says that it reads commands. What a script does with its input is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import SinkRole
from pipeline.system.program.command_words import INTERPRETERS, SHELLS, Word, command_words, program_name, wrapped
from pipeline.system.program.sites import CallSite

# Consoles whose commands can run programs, and languages whose console reads a program.
_CONSOLES = frozenset({"psql", "mysql", "mariadb", "sqlite3", "mongosh", "mongo", "redis-cli", "gdb", "lldb", "ftp", "sftp", "telnet", "at",
                       "batch", "xargs", "parallel", "crontab", "ed", "ex", "expect"})  # fmt: skip
_LANGUAGES = INTERPRETERS | {
    "ipython",
    "ipython3",
    "bpython",
    "irb",
    "pry",
    "R",
    "ghci",
    "julia",
    "octave",
    "jshell",
    "scala",
    "tclsh",
    "iex",
}
# What starts a program elsewhere: in a box that has a program of its own, or on a machine whose shell waits.
_BOXES = frozenset({"docker", "podman", "nerdctl", "kubectl", "oc", "docker-compose"})
_ELSEWHERE = frozenset({"ssh", "su", "chroot", "nsenter", "wsl", "tmux", "screen", "script", "unshare", "runuser", "adb", "vagrant",
                        "firejail", "bwrap", "lxc", "machinectl", "sandbox-exec", "busybox"})  # fmt: skip
# What runs a program of a package or of an environment; the words that belong to it, and its options that take a word.
_RUNNERS: dict[str, frozenset[str]] = {
    "npx": frozenset({"-p", "--package"}), "bunx": frozenset(), "uvx": frozenset({"--from", "--with", "--python", "-p"}),
    "uv": frozenset({"--with", "--python", "-p", "--directory", "--project", "--env-file"}), "poetry": frozenset({"-C", "-P"}),
    "pipenv": frozenset(), "pipx": frozenset({"--spec", "--python"}), "pdm": frozenset({"-p"}), "hatch": frozenset({"-e"}),
    "rye": frozenset(), "pnpm": frozenset({"-C"}), "yarn": frozenset(), "npm": frozenset({"-p", "--package"}),
    "conda": frozenset({"-n", "--name", "-p", "--prefix"}), "mamba": frozenset({"-n", "-p"}),
}  # fmt: skip
_OF_RUNNERS = frozenset({"run", "exec", "dlx", "x", "tool"})
_WITH_WORD = frozenset(
    {"-W", "-X", "-r", "--require", "--import", "--loader", "-o", "+o", "-O", "+O", "--rcfile", "--init-file", "-I", "-d"}
)
_SHELL_TEXT = re.compile(r"^(-[A-Za-z]*c|/[cC]|-[Cc]ommand|-[Ff]ile|-[Ee]ncoded[Cc]ommand)$")
_TEXT = {
    "python": r"-[A-Za-z]*[cm]", "pypy": r"-[A-Za-z]*[cm]", "ipython": r"-[cm]", "node": r"-e|-p|-pe|--eval|--print",
    "tsx": r"-e|-p|--eval", "ts-node": r"-e|-p|-pe|--eval", "deno": "eval", "bun": "-e|--eval", "php": "-r|-f",
}  # fmt: skip
_CONSOLE_TEXT = re.compile(r"^(-[cefQ]|--(command|execute|eval|file|batch))(=.*)?$")
_SEPARATORS = frozenset({"|", "||", "&&", ";", "&"})
_COMPUTED = re.compile(r"[`;|&]|\$\(")
_VECTOR = frozenset({"", "*", "args", "argv", "program", "file", "path", "command", "cmd"})


def typed(assembly: Assembly, site: CallSite) -> SinkRole | None:
    """What a text becomes that is typed into the process a call starts, or was called on; None for the data of a fixed program."""
    found: set[SinkRole | None] = set()
    for start in _starts(assembly, site):
        sinks = sorted((sink.argument, sink.role) for sink in assembly.sinks.get(start, ()))
        value, words, is_line = assembly.program.value(start), list[Word](), False
        for argument, role in sinks:
            if role in ("process_arguments", "shell") and value.labels[argument] in _VECTOR and argument > 0:
                words += command_words(assembly.program, (start[0], value.inputs[argument]), {}) or [None]
                is_line = is_line or role == "shell"
        found.add(_of_line(words) if is_line else _of_command(words))
    return "shell" if not found or "shell" in found else "code" if "code" in found else None


def _starts(assembly: Assembly, site: CallSite) -> Iterator[Node]:
    """Calls that started the process: the call itself, or where what it is a method of comes from."""
    program, node = assembly.program, site.node
    if site.rule.sinks:
        yield node
        return
    callee = program.value((node[0], program.value(node).inputs[0]))
    while callee.kind == "attribute":
        receiver = (node[0], callee.inputs[0])
        callee = program.value(receiver)
        if callee.kind == "attribute" and callee.text == "stdin":
            continue
        yield from (origin for origin in program.origins(receiver) if program.value(origin).kind == "call")
        return


def _of_line(words: Sequence[Word]) -> SinkRole | None:
    """Of a command line that a shell takes apart: what any of its programs makes of it."""
    commands: list[list[Word]] = [[]]
    for word in words:
        if word in _SEPARATORS:
            commands.append([])
        elif word is not None and _COMPUTED.search(word):
            return "shell"
        else:
            commands[-1].append(word.strip("'\"") if word is not None else None)
    found = [_of_command(command) for command in commands if command]
    return "shell" if not found else next((role for role in found if role is not None), None)


def _of_command(words: Sequence[Word]) -> SinkRole | None:
    words = list(words)[wrapped(words) :]
    while words and words[0] is not None and re.match(r"^[A-Za-z_]\w*=", words[0]):
        words = words[1 + wrapped(words[1:]) :]
    if not words or words[0] is None or words[0].startswith("$"):
        return "shell"
    name, rest = program_name(words[0]), words[1:]
    if name in _RUNNERS:
        return _of_runner(name, rest)
    if name in SHELLS or name in _LANGUAGES:
        return _of_reader(name, rest)
    if name in _CONSOLES:
        return None if any(word is not None and _CONSOLE_TEXT.match(word) for word in rest) else "shell"
    if name in _BOXES or name in _ELSEWHERE:
        for at, word in enumerate(rest):
            if word is None or program_name(word) in SHELLS or program_name(word) in _LANGUAGES:
                return _of_command(rest[at:])
        return None if name in _BOXES else "shell"
    return None


def _of_runner(name: str, rest: Sequence[Word]) -> SinkRole | None:
    at = 0
    while at < len(rest) and (word := rest[at]) is not None and (word.startswith("-") or word in _OF_RUNNERS):
        at += 2 if word in _RUNNERS[name] else 1
    return _of_command(rest[at:]) if at < len(rest) else None


def _of_reader(name: str, rest: Sequence[Word]) -> SinkRole | None:
    """Of a shell or an interpreter: its program, where no text and no file was given to it."""
    role: SinkRole = "shell" if name in SHELLS else "code"
    takes_text = _SHELL_TEXT if name in SHELLS else re.compile(f"^({_TEXT.get(name.rstrip('23'), '-[A-Za-z]*[eE]')})$")
    at = 0
    while at < len(rest):
        word = rest[at]
        if word is None:
            return None  # a file, as a rule
        if word in ("-", "/dev/stdin", "-i") or (name in SHELLS and re.match(r"^-[a-z]*s$", word)):
            return role
        if takes_text.match(word):
            return _of_text(name, rest[at + 1 :])
        if not word.startswith(("-", "+")) and not (name == "cmd" and word.startswith("/")) and word not in ("run", "repl"):
            return None
        at += 2 if word in _WITH_WORD else 1
    return role


def _of_text(name: str, text: Sequence[Word]) -> SinkRole | None:
    """Of a shell or an interpreter that was given its program as a text: a program of a shell may start another shell."""
    if text[:1] == ["-"]:
        return "shell" if name in SHELLS else "code"
    return _of_line(text) if name in SHELLS else None
