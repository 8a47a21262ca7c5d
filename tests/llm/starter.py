"""Starts `threatloom` often and soon: a process that has everything imported, and forks one that runs a command line.

A process of its own costs seconds until it asks its first question, most of them for imports. What is forked is a process like any other:
it can be killed, interrupted and waited for. On standard input comes one command a line, as JSON: `{"start": [arguments], "environment":
{...}, "output": FILE}` is answered with the process id, `{"wait": PID}` with the exit code, negative for the signal that ended it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self


class Starter:
    """The process that forks, while its context is open."""

    def __init__(self, *warm_up: str, environment: Mapping[str, str]) -> None:
        """`warm_up`: a command line that is run first, for what it imports."""
        command = [sys.executable, "-m", "tests.llm.starter"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env=dict(environment)
        )
        self._asked({"warm_up": warm_up})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], output: Path) -> int:
        """The id of a process that runs the command line; what it says goes to a file."""
        return self._asked({"start": list(arguments), "environment": dict(environment), "output": str(output)})

    def wait(self, process: int) -> int:
        return self._asked({"wait": process})

    def _asked(self, command: object) -> int:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _forked(arguments: Sequence[str], environment: Mapping[str, str], output: str) -> int:
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.environ.update(environment)
        from pipeline.interfaces.cli import run

        code = run(arguments)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    for line in sys.stdin:
        match json.loads(line):
            case {"warm_up": arguments}:
                from pipeline.interfaces.cli import run

                answer = run(arguments)
                assert threading.active_count() == 1, "a process with threads cannot be forked"
            case {"start": arguments, "environment": environment, "output": output}:
                answer = _forked(arguments, environment, output)
            case {"wait": process}:
                answer = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        print(answer, flush=True)


if __name__ == "__main__":
    main()
