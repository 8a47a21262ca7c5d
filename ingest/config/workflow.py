"""GitHub Actions workflows: who may start them, what they may do, what each step runs and with what.

Takes the text, gives one `workflow` setting and a `workflow_step` per step (and per called workflow),
with the packages its scripts install. Called actions are not read. Untrusted expressions are those an
outsider writes: titles, bodies, branch names, commit messages; numbers and hashes are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.config.commands import command_settings
from ingest.config.nodes import Node, shaped
from ingest.config.packages import setting
from ingest.config.shell import installed, read_twice, runs_a_download
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

# Runs with the repository's secrets, started by somebody who may not have any right in it.
_UNTRUSTED_TRIGGERS = frozenset({
    "pull_request_target", "issues", "issue_comment", "discussion", "discussion_comment", "workflow_run", "fork", "watch",
    "pull_request_review", "pull_request_review_comment", "pull_request_comment",
})  # fmt: skip
_EXPRESSION = re.compile(r"\$\{\{([^}]{1,500})\}\}")
_UNTRUSTED = re.compile(
    r"github\.event\.(?:issue|pull_request|discussion|comment|review|review_comment|head_commit|commits|pages|workflow_run|inputs_from_issue)"
    r"(?:\.(?!labels?\b)[\w*]+|\[[^\]]{1,40}\])*\.(?:title|body|label|ref|message|email|name|page_name|default_branch|head_branch|description)\b"
    r"|github\.head_ref\b|github\.event\.\*|toJSON\(\s?github\.event\s?\)|toJSON\(\s?github\s?\)",
    re.IGNORECASE,
)
_UNTRUSTED_CODE = re.compile(
    r"github\.event\.pull_request\.head\.(?:sha|ref)|github\.head_ref|github\.event\.workflow_run\.head_(?:sha|branch)|refs/pull/"
)
# Settings of actions that are run or obeyed, and actions that hand their settings to a model.
_ACTED_ON = re.compile(
    r"(?:^|[-_])(?:prompts?|instructions?|question|script|code|commands?|cmd|run|args|arguments)(?:$|[-_])", re.IGNORECASE
)
_MODEL_ACTION = re.compile(
    r"(?:^|[/_-])(?:ai|llm|gpt|chatgpt|openai|claude|anthropics?|gemini|codex|copilot|ollama)(?:$|[/_@-])", re.IGNORECASE
)
_SECRET = re.compile(r"\bsecrets\.([A-Za-z_]\w{0,100})|\bsecrets\[\s?['\"]([\w-]{1,100})['\"]\s?\]")
_SHA = re.compile(r"[0-9a-f]{40}|sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"v?\d[\w.+-]*")


def read_workflow(text: str, path: str) -> tuple[Setting, ...]:
    """The workflow first, then its steps in the order of the file."""
    document = shaped(yaml_node(text), "the file", "map", write="on: and jobs: at its top")
    if document.kind != "map":
        return ()  # nothing but comments: switched off, and nothing is run
    triggers, line, end = _triggers(document)
    found = [
        setting(
            "workflow",
            document.get("name").text or path.rsplit("/", 1)[-1],
            Place(path, line, end),
            triggers=triggers,
            permissions=_permissions(_allowed(document, "permissions")),
            untrusted_trigger=any(trigger in _UNTRUSTED_TRIGGERS for trigger in triggers),
        )
    ]
    shared = _secrets(document.get("env"))
    for job, node, at in shaped(document.get("jobs"), "jobs", "map", write="one key per job, with its steps below").entries():
        found += _job(job, node, at, path, shared, document.get("permissions"))
    return tuple(found)


def _triggers(document: Node) -> tuple[tuple[str, ...], int, int]:
    node = document.get("on", "true")
    names = tuple(name for name, _, _ in node.entries()) or node.texts()
    return names, next((key.line for key, value in document.pairs if value is node), node.line), node.end_line


def _allowed(holder: Node, name: str) -> Node:
    return shaped(holder.get("permissions"), name, "scalar", "map", write="read-all, or one scope: right per line")


def _permissions(node: Node) -> tuple[str, ...] | None:
    if node.kind == "scalar":
        return (node.text,)
    if node.kind == "map":
        return tuple(f"{scope}: {value.text}" for scope, value, _ in node.entries()) or ("none",)
    return None


def _job(job: str, node: Node, line: int, path: str, shared: frozenset[str], permissions: Node) -> Iterator[Setting]:
    node = shaped(node, f"jobs.{job}", "map", write="its settings as keys, such as steps:")
    allowed = _permissions(_allowed(node, f"jobs.{job}.permissions")) or _permissions(permissions)
    secrets = shared | _secrets(node.get("env"))
    runs_on = " ".join(node.get("runs-on").texts()) or None
    steps = list(shaped(node.get("steps"), f"jobs.{job}.steps", "list", write="a list, - run: command").items)
    if node.get("uses").text:
        steps.append(node)  # a called workflow stands in the place of steps
    for step in steps:
        shaped(step, f"a step of jobs.{job}", "map", write="- run: command, or - uses: action")
        uses = shaped(step.get("uses"), f"uses of a step of jobs.{job}", "scalar", write="one action, owner/name@commit").text
        run = shaped(step.get("run"), f"run of a step of jobs.{job}", "scalar", write="the script as a text")
        settings = shaped(step.get("with"), f"with of a step of jobs.{job}", "map", write="name: value per setting")
        place = Place(path, line if step is node else step.line, step.end_line)
        script = run.text or settings.get("script").text
        code = run if run.text else settings.get("script")
        yield setting(
            "workflow_step", step.get("name").text or uses or (script.strip().splitlines() or ["step"])[0][:80], place,
            uses=uses or None, pin=_pin(uses) if uses else None, run=script or None, job=job, runs_on=runs_on, permissions=allowed,
            runs_on_line=node.get("runs-on").line if runs_on else None, job_if=node.get("if").text or None,
            waits=node.get("environment").kind != "none" or None,
            untrusted_input=tuple(
                sorted({*_untrusted(script), *_untrusted_settings(uses, settings), *_read_twice(run.text, node, step)})
            ) or None,
            untrusted_environment=tuple(sorted({name for part in step.get("env").scalars() for name in _untrusted(part.text)})) or None,
            checks_out_untrusted="actions/checkout" in uses and bool(_UNTRUSTED_CODE.search(settings.get("ref").text)),
            secrets=tuple(sorted(secrets | _secrets(step))) or None, continue_on_error=step.get("continue-on-error").is_true or None,
            exit_code=settings.get("exit-code").text or None,
        )  # fmt: skip
        if run.text:
            span = Place(path, code.line, max(code.line, code.end_line))
            yield setting("run_command", "run", span, command=script, downloads_and_runs=runs_a_download(script), job=job)
            yield from installed(script, span)
            yield from command_settings(script, span, "workflow", lines=False)


def _untrusted_settings(uses: str, settings: Node) -> Iterator[str]:
    """Outsiders' text that an action is told to act on; a title that an action only shows is not."""
    for name, value, _ in settings.entries():
        if (_ACTED_ON.search(name) or _MODEL_ACTION.search(uses)) and name.lower() not in {"ref", "repository"}:
            yield from _untrusted(value.text)


def _untrusted(script: str) -> tuple[str, ...]:
    found = {match[0].strip() for expression in _EXPRESSION.finditer(script) for match in _UNTRUSTED.finditer(expression[1])}
    return tuple(sorted(found))


def _read_twice(script: str, *holders: Node) -> Iterator[str]:
    """Outsiders' text that comes in by a variable and that a script reads as a command."""
    given = {name: _untrusted(value.text) for holder in holders for name, value, _ in holder.get("env").entries()}
    for name in read_twice(script, {name for name, found in given.items() if found}):
        yield from given[name]


def _secrets(node: Node) -> frozenset[str]:
    return frozenset(
        match[1] or match[2]
        for scalar in node.scalars()
        for expression in _EXPRESSION.finditer(scalar.text)
        for match in _SECRET.finditer(expression[1])
    )


def _pin(uses: str) -> str:
    if uses.startswith("./"):
        return "sha"  # of this repository: as fixed as the workflow itself
    _, separator, reference = uses.partition("@")
    if uses.startswith("docker://"):
        return "sha" if _SHA.search(uses) else "tag" if ":" in uses.removeprefix("docker://") else "none"
    if not separator:
        return "none"
    if _SHA.fullmatch(reference):
        return "sha"
    return "tag" if _VERSION.fullmatch(reference) else "branch"
