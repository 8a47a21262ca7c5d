"""What is typed into a process that was started: commands of a shell, code of an interpreter, or mere data of a fixed program."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from tests.system.small import flows, lines_of, system_of

HEAD = """\
import asyncio, pexpect, subprocess, sys
from fastapi import FastAPI
from openai import OpenAI
app = FastAPI()
PIPE = subprocess.PIPE
"""


def roles(body: str, before: str = "") -> set[str | None]:
    """What a caller's text becomes in processes of a route with this body."""
    system = system_of(f"{HEAD}{dedent(before)}\n@app.post('/run')\nasync def run(text: str):\n{indent(dedent(body).strip(), '    ')}\n")
    return {role for role in ("shell", "code", "process_arguments") if flows(system, role, "user_input")}


COMMANDS = [
    "subprocess.Popen(['bash'], stdin=PIPE).communicate(text)",
    "subprocess.Popen('/bin/sh', stdin=PIPE).communicate(input=text)",
    "subprocess.Popen(['bash', '-l', '-s', '--', 'a'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['sudo', '-u', 'bob', 'bash'], stdin=PIPE).communicate(text)",
    "subprocess.Popen('FOO=1 bash', shell=True, stdin=PIPE).communicate(text)",
    "subprocess.Popen('cat | sh', shell=True, stdin=PIPE).communicate(text)",
    "subprocess.Popen(['psql', '-d', 'shop'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['docker', 'exec', '-i', 'box', 'sh'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['ssh', 'host'], stdin=PIPE).communicate(text)",
    "subprocess.Popen([sys.argv[1]], stdin=PIPE).communicate(text)",
    "subprocess.run(['bash'], input=text)",
    "subprocess.check_output('sh', input=text, shell=True)",
    "subprocess.run(' '.join(['ssh', 'host']), input=text, shell=True)",
    "p = await asyncio.create_subprocess_exec('bash', stdin=PIPE)\np.stdin.write(text.encode())",
    "p = await asyncio.create_subprocess_shell('/bin/bash', stdin=PIPE)\nawait p.communicate(text.encode())",
    "child = pexpect.spawn('/bin/bash')\nchild.sendline(text)",
]  # fmt: skip


@pytest.mark.parametrize("body", COMMANDS)
def test_what_is_typed_into_a_shell_or_an_unknown_program_is_a_command(body: str) -> None:
    assert "shell" in roles(body)


CODE = [
    "subprocess.Popen([sys.executable, '-'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['python3', '-u'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['node', '--no-warnings'], stdin=PIPE).communicate(text)",
    "subprocess.run(['python3.12', '-W', 'ignore', '-'], input=text)",
    "p = await asyncio.create_subprocess_exec('npx', 'ts-node', stdin=PIPE)\nawait p.communicate(text.encode())",
]


@pytest.mark.parametrize("body", CODE)
def test_what_is_typed_into_an_interpreter_without_a_program_is_code(body: str) -> None:
    assert roles(body) == {"code"}


DATA = [
    "p = await asyncio.create_subprocess_exec('npx', 'ts-node', 'src/chart.ts', stdin=PIPE)\nawait p.communicate(text.encode())",
    "subprocess.Popen(['wc', '-w'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['pbcopy'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['python', 'worker.py'], stdin=PIPE).communicate(text)",
    "subprocess.Popen([sys.executable, '-m', 'worker'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['bash', 'worker.sh'], stdin=PIPE).communicate(text)",
    "subprocess.Popen(['bash', '-c', 'wc -w'], stdin=PIPE).communicate(text)",
    "subprocess.Popen('ffmpeg -i - out.mp3', shell=True, stdin=PIPE).communicate(text)",
    "p = subprocess.Popen(['jq', '.a'], stdin=PIPE)\np.stdin.write(text)",
    "subprocess.run(['git', 'apply'], input=text)",
    "import shlex\nsubprocess.run(shlex.split('git apply -'), input=text)",
    "words = ['npx', 'prettier', '--stdin-filepath', 'a.ts']\nsubprocess.run(' '.join(words), input=text, shell=True)",
    "subprocess.run(['uv', 'run', 'worker.py'], input=text)",
    "child = pexpect.spawn('passwd bob')\nchild.sendline(text)",
]


@pytest.mark.parametrize("body", DATA)
def test_what_is_typed_into_a_fixed_program_of_another_kind_is_its_data(body: str) -> None:
    assert roles(body) == set()


def test_a_process_kept_in_a_field_is_known_by_how_it_was_started() -> None:
    session = """
    class Session:
        async def start(self):
            self._process = await asyncio.create_subprocess_shell({program!r}, stdin=PIPE)
        async def run(self, line):
            self._process.stdin.write(line.encode())
    """
    assert roles("await Session().run(text)", session.format(program="/bin/bash")) == {"shell"}
    assert roles("await Session().run(text)", session.format(program="tail -n 3 | bash")) == {"shell"}
    assert roles("await Session().run(text)", session.format(program="tail -n 3")) == set()


def test_the_line_that_types_is_the_end_of_the_way() -> None:
    system = system_of(
        f"{HEAD}\n@app.post('/run')\ndef run(text: str):\n    p = subprocess.Popen(['bash'], stdin=PIPE)\n    p.communicate(text)\n"
    )
    assert [lines_of(flow)[-1] for flow in flows(system, "shell")] == [("app.py", 10)]
