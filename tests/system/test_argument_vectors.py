"""What data is in the argument vector of a process where functions of the project put the vector together out of their arguments."""

from __future__ import annotations

from textwrap import indent

import pytest

from pipeline.system.model import System
from tests.system.small import system_of


def ends(system: System) -> set[str | None]:
    return {flow.role for flow in system.flows if flow.target.startswith("interpreter:") and "user_input" in flow.carries}


def python(body: str, before: str) -> set[str | None]:
    """What a caller's text is in the process that a route with this body starts."""
    return ends(
        system_of(
            f"import asyncio, openai, subprocess\nfrom fastapi import FastAPI\napp = FastAPI()\n{before}\n@app.post('/run')\n"
            f"async def run(text: str):\n{indent(body, '    ')}\n"
        )
    )


CALL = "def call(*command, **more):\n    return subprocess.run(command, check=True, **more)"
GIT = "def git(*words):\n    return subprocess.run(['git', *words])"
NAMED = "def call(folder, *command):\n    return subprocess.run(list(command), cwd=folder)"
LATER = "def call(*command):\n    p = subprocess.Popen([*command, '--quiet'])"
ASYNC = "async def call(*command):\n    p = await asyncio.create_subprocess_exec(*command)"
PASSED = "def show(*words):\n    return call('git', 'show', *words)\n" + CALL
METHOD = "class Runner:\n    def call(self, *command):\n        subprocess.run(command)"


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("call('git', 'log', text)", CALL),
        ("call('ssh', text, 'uptime')", CALL),
        ("call('ssh', '-p', text, 'db1', 'uptime')", CALL),
        ("call('docker', 'exec', 'web', 'ls', text)", CALL),
        ("call('docker', 'exec', text, 'ls')", CALL),
        ("call('kubectl', 'exec', 'web', '-n', 'shop', '--', 'ls', text)", CALL),
        ("call('git', 'clone', '--depth', '1', text, '/tmp/x')", CALL),
        ("git('log', text)", GIT),
        ("git(text)", GIT),
        ("call('/tmp', 'git', text)", NAMED),
        ("call('git', text)", LATER),
        ("await call('git', text)", ASYNC),
        ("show(text)", PASSED),
        ("call(*['git', text])", CALL),
        ("Runner().call('git', text)", METHOD),
    ],
)
def test_behind_a_fixed_program_a_spread_argument_is_an_argument(body: str, before: str) -> None:
    assert python(body, before) == {"process_arguments"}


@pytest.mark.parametrize(
    ("body", "before", "role"),
    [
        ("call(text, 'log')", CALL, "shell"),
        ("call('/tmp', text, 'x')", NAMED, "shell"),
        ("call('bash', '-c', text)", CALL, "shell"),
        ("call('ssh', 'db1', text)", CALL, "shell"),
        ("call('ssh', '-o', 'BatchMode=yes', '-p', '22', 'db1', 'uptime', text)", CALL, "shell"),
        ("call('adb', 'shell', text)", CALL, "shell"),
        ("call('docker', 'exec', '-it', '-u', 'app', 'web', 'sh', '-c', text)", CALL, "shell"),
        ("call('docker', 'exec', 'web', text)", CALL, "shell"),
        ("call('kubectl', 'exec', 'web', '-n', 'shop', '--', 'python', '-c', text)", CALL, "code"),
        ("call('python', '-c', text)", CALL, "code"),
        ("await call(text)", ASYNC, "shell"),
        ("call(*text.split())", CALL, "shell"),
        ("show(text)", "def show(*words):\n    return call(*words)\n" + CALL, "shell"),
        ("show(text)", "def show(*words):\n    return call('sudo', *words)\n" + CALL, "shell"),
        ("Runner().call(text)", METHOD, "shell"),
        ("call('git', 'log')\ncall(text)", CALL, "shell"),
        ("call('git', text)\ncall(text)", CALL, "shell"),
        ("run_it(['git', text])\nrun_it([text])", "def run_it(words):\n    return subprocess.run(words)", "shell"),
        ("call('git', text)\nshow(text)", "def show(*words):\n    return call(*words)\n" + CALL, "shell"),
    ],
)
def test_the_first_of_spread_arguments_is_the_program(body: str, before: str, role: str) -> None:
    assert role in python(body, before)


def script(body: str) -> set[str | None]:
    return ends(
        system_of(
            {
                "app.ts": "import express from 'express';\nimport OpenAI from 'openai';\nimport { spawn } from 'node:child_process';\n"
                "const app = express();\nfunction git(...words: string[]) { return spawn('git', words); }\n"
                "function call(...command: string[]) { return spawn(command[0], command.slice(1)); }\n"
                "function all(program: string, ...rest: string[]) { return spawn(program, ['-x', ...rest]); }\n"
                f"app.post('/run', (req, res) => {{ {body} }});\n"
            }
        )
    )


def test_rest_parameters_of_typescript_are_words_of_the_command() -> None:
    assert script("git('log', req.body.text)") == {"process_arguments"}
    assert script("all('git', req.body.text)") == {"process_arguments"}
    assert "shell" in script("call(req.body.text, 'x')")
    assert "shell" in script("all(req.body.text, 'x')")


def test_variadic_parameters_of_go_are_words_of_the_command() -> None:
    program = (
        'package main\nimport (\n  "net/http"\n  "os/exec"\n  openai "github.com/sashabaranov/go-openai"\n)\n'
        'func git(words ...string) error { return exec.Command("git", words...).Run() }\n'
        "func call(words ...string) error { return exec.Command(words[0], words[1:]...).Run() }\n"
        'func run(w http.ResponseWriter, r *http.Request) {\n  text := r.FormValue("text")\n  BODY\n}\n'
        'func main() { http.HandleFunc("/run", run)\n  http.ListenAndServe(":80", nil) }\n'
    )
    assert ends(system_of({"main.go": program.replace("BODY", 'git("log", text)')})) == {"process_arguments"}
    assert "shell" in ends(system_of({"main.go": program.replace("BODY", 'call(text, "log")')}))
