"""Commands of shell scripts, wherever such a script stands: files, recipes, container files, compositions, workflows, package scripts.

Takes the text of a script, gives its simple commands as words: the program first, without what only starts it (`exec`, `sudo`,
`uv run`, `python -m`), variables that the script itself sets filled in, defaults taken (`${HOST:-0.0.0.0}`), and with the variables
that hold for it. A script inside a script (`bash -c "..."`) is read as well. Conditions are not judged, functions not entered by their
call, and what another file sets is not known: such a variable stays as it is written. Commands of programs that nobody asks about are
no facts; `PROGRAMS` lists the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath

from tree_sitter import Language, Node, Parser

from ingest.config.packages import setting
from ingest.default_passwords import is_default
from ingest.facts import Setting
from ingest.source import Place

# What starts a model, an agent or the tools around it, or fetches a model.
PROGRAMS = frozenset({
    "vllm", "vllm.entrypoints.openai.api_server", "vllm.entrypoints.api_server", "sglang.launch_server", "text-generation-launcher",
    "ollama", "llama-server", "llama_cpp.server", "lmdeploy", "litellm", "tritonserver", "langgraph", "mlflow", "jupyter", "jupyter-lab",
    "jupyter-notebook", "jupyterlab", "notebook", "ray", "fastmcp", "mcp", "mcpo", "mcp-proxy", "supergateway", "huggingface-cli", "hf",
    "lm_eval", "lm-eval", "optimum-cli", "trl", "text-embeddings-router", "tensorflow_model_server", "local-ai", "xinference-local",
    "flower-superlink", "flower-server", "flower-fleet-api", "mc", "aws", "airflow", "superset",
    "uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "waitress-serve", "fastapi", "flask",  # what starts an application of Python
    "streamlit", "chainlit",  # or a page
})  # fmt: skip
_VERIFIERS = frozenset({"cosign", "slsa-verifier", "gh", "in-toto-verify", "model_signing", "model-signing"})
_PASSED_OVER = re.compile(r"\|\|\s*(?:true|:|echo\b)")
_GENERAL = frozenset({"git", "wget", "curl", "aria2c", "sha256sum", "shasum", "md5sum"})  # where they are used on a hub of models
_HUB = re.compile(r"\b(?:huggingface\.co|hf\.co)/")
MODEL_ADDRESS = re.compile(  # a file of weights somewhere on the web
    r"(?P<scheme>https?)://(?:[^/\s@\"']{1,200}@)?(?P<host>[\w.$-]{1,200})(?::\d+)?(?P<path>/[^\s\"'?#]{1,500}?\.(?:bin|pt|pth|ckpt|pkl|pickle|joblib|safetensors|gguf|onnx|h5|keras))"
    r"(?:[?#][^\s\"']*)?"
)
_ENGINES = frozenset({"docker", "podman", "nerdctl"})  # where they start the image of a server of models
_IMAGE = re.compile(
    r"vllm-openai|text-(?:generation|embeddings)-inference|ollama/ollama|llama\.cpp:server|lmsysorg/sglang|tensorflow/serving|localai/localai|litellm|flwr/superlink"
)
_MENTIONED = re.compile(
    r"\b(?:vllm|sglang|text-generation-launcher|ollama|llama-server|llama_cpp|lmdeploy|litellm|tritonserver|langgraph|mlflow|jupyter|notebook|ray"
    r"|fastmcp|mcpo?|supergateway|huggingface|hf|lm.eval|optimum-cli|trl"
    r"|text-embeddings-router|tensorflow_model_server|local-ai|xinference-local|flower-(?:superlink|server|fleet-api)|mc(?=\s+(?:policy|anonymous)\b)|public-read|airflow(?=\s+users\b)|superset(?=\s+fab\b)"
    r"|uvicorn|gunicorn|hypercorn|granian|daphne|waitress-serve|fastapi|flask|streamlit|chainlit)\b"
)
_VARIABLES = re.compile(
    r"(?:OLLAMA|VLLM|LLAMA|SGLANG|LITELLM|FASTMCP|MCP|MLFLOW|JUPYTER|LANGGRAPH|RAY|HF|STREAMLIT|CHAINLIT)_\w+|API_KEY|HOST(?:NAME)?"
)
_MAKES_LOGINS = frozenset({"airflow", "superset"})  # `airflow users create --password admin`, `superset fab create-admin --password admin`
_PASSWORD_OPTIONS = ("-p", "--password")
KNOWN_PASSWORD, OTHER_PASSWORD = "(a known password)", "(a password)"  # what stands for one in a command's words
_LENGTH = 64_000  # characters of one script
_COMMANDS, _WORDS, _WORD = 400, 200, 1000
_MOST_AROUND = 20
_FOR_DEVELOPMENT = re.compile(r"(?<!!)==?\s*[\"']?(?:tests?|testing|ci|dev|devel|development|local|debug)\b", re.IGNORECASE)
_DEPTH = 3  # scripts inside scripts
_STARTERS = frozenset({
    "exec", "nohup", "sudo", "time", "env", "command", "tini", "dumb-init", "setsid", "stdbuf", "cross-env", "dotenv", "xvfb-run",
    "gosu", "su-exec", "npx", "bunx", "uvx", "pipx",
})  # fmt: skip
_RUNNERS = frozenset({"uv", "poetry", "pipenv", "pdm", "hatch", "rye", "conda", "micromamba", "pnpm", "yarn", "npm", "pixi"})
_RUNNER_WORDS = frozenset({"run", "exec", "dlx", "x", "tool"})
_VALUED = frozenset({
    "-u", "--user", "-n", "--name", "-p", "--with", "--from", "--extra", "--group", "--package", "--env-file", "--directory",
    "--project", "-C", "--python", "-e",
})  # fmt: skip
_SHELLS = frozenset({"sh", "bash", "zsh", "ash", "dash", "su", "runuser"})
_TOGETHER = frozenset({"concurrently", "run-p", "run-s", "npm-run-all"})
_PYTHON = re.compile(r"python[\d.]*|torchrun|accelerate")
_GIVEN = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_DEFAULT = re.compile(r"\$\{([A-Za-z_]\w*):?[-=]([^{}$]*)\}")


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words, variables that hold for it, and its line counted from the script's first."""

    words: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    line: int
    for_development: bool = False  # it stands in a branch for tests or a developer's machine


def command_settings(script: str, place: Place, where: str, service: str | None = None, lines: bool = True) -> Iterator[Setting]:
    """A `command` setting per command that starts or fetches something of an AI system; with `lines` each has its own line."""
    model = MODEL_ADDRESS.search(script) is not None
    if not model and _MENTIONED.search(script) is None:
        return
    hub, image = model or _HUB.search(script) is not None, _IMAGE.search(script) is not None
    for command in read_commands(script):
        name = command.words[0]
        verifying = name in _VERIFIERS and "verify" in " ".join(command.words[:3])
        if verifying and _PASSED_OVER.search(script.splitlines()[min(command.line, script.count("\n"))]):
            continue
        if name in PROGRAMS or verifying or (hub and name in _GENERAL) or (image and name in _ENGINES and "run" in command.words[1:3]):
            line = min(place.start_line + command.line, place.end_line) if lines else place.start_line
            variables = tuple(f"{name}={value}" for name, value in command.variables if _VARIABLES.fullmatch(name))
            yield setting(
                "command", name, Place(place.path, line, line if lines else place.end_line), where=where, service=service,
                words=_without_passwords(command.words), variables=variables or None, for_development=command.for_development or None,
            )  # fmt: skip


def _without_passwords(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a command that makes a login, with what is said of its password instead of it."""
    if words[0] not in _MAKES_LOGINS:
        return words
    user = next((after for word, after in pairwise(words) if word in ("-u", "--username")), "")
    found: list[str] = []
    for before, word in pairwise(("", *words)):
        option, given, value = word.partition("=")
        if option in _PASSWORD_OPTIONS and given:
            found += [option, _said_of(user, value)]
        else:
            found.append(_said_of(user, word) if before in _PASSWORD_OPTIONS else word)
    return tuple(found)


def _said_of(user: str, password: str) -> str:
    return KNOWN_PASSWORD if is_default(user, password) else OTHER_PASSWORD


def read_commands(script: str, depth: int = 0) -> tuple[Command, ...]:
    """The simple commands of a script, in its order."""
    source = script[:_LENGTH].replace("\r\n", "\n").encode("utf-8", "replace")
    known: dict[str, str] = {}
    exported: dict[str, str] = {}
    found: list[Command] = []
    stack = [_parser().parse(source).root_node]
    while stack and len(found) < _COMMANDS:
        node = stack.pop()
        if node.type == "command":
            branch = _is_for_development(node, source)
            found += (replace(one, for_development=branch or one.for_development) for one in _command(node, source, known, exported, depth))
        elif node.type == "variable_assignment":
            _assign(node, source, known, known)
        elif node.type == "declaration_command":
            into = exported if _text(node, source).startswith("export") else known
            for child in node.named_children:
                if child.type == "variable_assignment":
                    _assign(child, source, known, into)
                elif into is exported and child.type == "variable_name" and (name := _text(child, source)) in known:
                    exported[name] = known[name]
            continue
        elif node.type in ("heredoc_body", "comment"):
            continue
        stack += reversed(node.named_children)
    return tuple(found[:_COMMANDS])


def _is_for_development(node: Node, source: bytes) -> bool:
    """Whether a branch around a command is taken for tests or development alone: `if [ "$ENVIRONMENT" = "test" ]`."""
    child, around = node, node.parent
    for _ in range(_MOST_AROUND):
        if around is None:
            return False
        if around.type in ("if_statement", "elif_clause") and child.type not in ("else_clause", "elif_clause") and around.named_children:
            condition = _text(around.named_children[0], source)
            if around.named_children[0] != child and _FOR_DEVELOPMENT.search(condition[:_WORD]) is not None:
                return True
        child, around = around, around.parent
    return False


def _command(node: Node, source: bytes, known: dict[str, str], exported: dict[str, str], depth: int) -> Iterator[Command]:
    own: dict[str, str] = {}
    words: list[str] = []
    for child in node.named_children[:_WORDS]:
        if child.type == "variable_assignment":
            _assign(child, source, known, own)
        elif not child.type.endswith("redirect"):
            words.append(_word(child, source, known)[:_WORD])
    line = node.start_point[0]
    rest, given = started(words)
    inner = _inner(rest)
    if inner and depth < _DEPTH:
        for text in inner:
            for command in read_commands(text, depth + 1):
                yield Command(
                    command.words, tuple({**exported, **own, **dict(given), **dict(command.variables)}.items()), line + command.line
                )
    elif rest:
        yield Command(tuple(rest), tuple({**exported, **own, **dict(given)}.items()), line)


def started(words: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """A command without what only starts it, and the variables it is given on the way: `env A=1 uv run python -m vllm` is `vllm`."""
    rest, given = list(words), []
    for _step in range(12):
        while rest and (match := _GIVEN.fullmatch(rest[0])):
            given.append((match[1], match[2]))
            rest.pop(0)
        if not rest:
            break
        name = PurePosixPath(rest[0]).name
        rest[0] = name
        if name in _STARTERS or (name in _RUNNERS and len(rest) > 1 and _runs(rest)):
            rest = _after(rest, name in _RUNNERS)
        elif _PYTHON.fullmatch(name) and "-m" in rest[1:4]:
            rest = rest[rest.index("-m") + 1 :]
        elif _PYTHON.fullmatch(name):
            rest[0] = "python"
            break
        else:
            break
    return rest, given


def _runs(words: Sequence[str]) -> bool:
    return any(word in _RUNNER_WORDS for word in words[1:4])


def _after(words: list[str], runner: bool) -> list[str]:
    """What stands behind a starter and its own options."""
    rest = words[1:]
    while rest:
        if rest[0] == "--":
            return rest[1:]
        if rest[0].startswith("-"):
            rest = rest[2:] if rest[0] in _VALUED else rest[1:]
        elif runner and rest[0] in _RUNNER_WORDS:
            rest = rest[1:]
        elif words[0] in ("gosu", "su-exec"):
            return rest[1:]  # the user
        else:
            break
    return rest


def _inner(words: Sequence[str]) -> list[str]:
    """Scripts that a command is given as words: `bash -lc "..."`, `concurrently "a" "b"`."""
    if words and words[0] in _SHELLS:
        for index, word in enumerate(words[1:6], 1):
            if re.fullmatch(r"-[a-z]*c|--command", word):
                return list(words[index + 1 : index + 2])
    if words and words[0] in _TOGETHER:
        return [word for word in words[1:] if " " in word]
    return []


def _assign(node: Node, source: bytes, known: dict[str, str], into: dict[str, str]) -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is not None and value is not None and value.type != "array":
        into[_text(name, source)] = known[_text(name, source)] = _word(value, source, known)[:_WORD]


def _word(node: Node, source: bytes, known: dict[str, str]) -> str:
    """What a word says: quotes off, variables filled in where the script sets them or gives a default."""
    text = _text(node, source)[:_LENGTH]
    if node.type == "raw_string":
        return text[1:-1]
    if node.type == "command_name" and node.named_children:
        return _word(node.named_children[0], source, known)
    if node.type == "concatenation":
        return "".join(_word(child, source, known) for child in node.children[:50])
    if node.type == "string":
        text = text[1:-1].replace('\\"', '"')
    elif node.type == "word":
        return re.sub(r"\\(.)", r"\1", text.replace("\\\n", ""), flags=re.DOTALL)
    return _filled(text, known)


def _filled(text: str, known: dict[str, str]) -> str:
    if "$" not in text:
        return text
    text = _DEFAULT.sub(lambda match: known.get(match[1]) or match[2], text)
    return re.sub(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", lambda match: known.get(match[1] or match[2], match[0]), text)


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_bash  # where it is used: most trees hold no script that asks for it

    return Parser(Language(tree_sitter_bash.language()))
