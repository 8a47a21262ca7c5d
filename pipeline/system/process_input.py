"""What is typed into a process that was started: commands where a shell or an interpreter waits for them, data for any other program.

Takes a call that writes to a process, says whether what it writes may be run. A program that the code does not say may be a shell.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.argument_vectors import INTERPRETERS, SHELLS, Word, program_of, words_given
from pipeline.system.assembly import Assembly

# They wait for commands in a language of their own, of which some run programs.
_CONSOLES = frozenset(
    {"psql", "mysql", "sqlite3", "mongo", "mongosh", "gdb", "ssh", "ipython", "irb", "ftp", "sftp", "redis-cli", "bc", "su"}
)


def reads_commands(assembly: Assembly, call: Node) -> bool:
    """Whether the process that a call writes to may run what it reads: not where it is told which program or script it is."""
    program = assembly.program
    receiver = program.value((call[0], program.value(call).inputs[0]))
    if receiver.kind != "attribute":
        return True
    held = (call[0], receiver.inputs[0])
    if program.value(held).kind == "attribute" and program.value(held).text == "stdin":
        held = (held[0], program.value(held).inputs[0])
    started = [origin for origin in program.origins(held) if program.value(origin).kind == "call"]
    return not started or any(_waits(words_given(program, origin)) for origin in started)


def _waits(words: list[Word]) -> bool:
    if not words or words[0] is None:
        return True
    name = program_of(words[0])
    if name in SHELLS or name in INTERPRETERS:  # `bash -s` reads commands, `python report.py` runs a script that reads data
        return all(word is not None and word.startswith("-") for word in words[1:])
    return name in _CONSOLES or " " in words[0].strip()
