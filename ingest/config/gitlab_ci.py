"""GitLab CI: what starts a pipeline, and what each job runs, in which image.

Takes the text, gives one `workflow` and a `workflow_step` per job and per pipeline or component that is taken over from elsewhere, with
the packages its scripts install, and with what authors write where a script reads it as a command. Templates of the same file
(`extends`, `default`) are not merged; included files are not read, and are a step that says what was included.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config.commands import command_settings
from ingest.config.nodes import Node, shaped
from ingest.config.packages import environment, image_parts, setting
from ingest.config.shell import installed, read_twice, runs_a_download
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

_NOT_JOBS = frozenset({
    "image", "services", "stages", "variables", "include", "workflow", "default", "cache", "before_script", "after_script", "spec",
})  # fmt: skip
_SCRIPTS = ("before_script", "script", "after_script")
# What whoever opens a merge request or writes a commit says in words of their own.
_OF_AUTHORS = frozenset({
    "CI_MERGE_REQUEST_TITLE", "CI_MERGE_REQUEST_DESCRIPTION", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_MESSAGE", "CI_COMMIT_TITLE",
    "CI_COMMIT_DESCRIPTION", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
})  # fmt: skip
_MOST_DEPTH = 10


def read_gitlab_ci(text: str, path: str) -> tuple[Setting, ...]:
    """The workflow first, then what stands at the top, then the jobs."""
    document = shaped(yaml_node(text), "the file", "map", write="jobs as keys")
    top = Place(path, max(1, document.line), max(1, document.end_line))
    found = [
        setting("workflow", "GitLab CI", Place(path, top.start_line, top.start_line), triggers=_triggers(document), untrusted_trigger=False)
    ]
    found += _included(document.get("include"), path)
    for name in ("default", "image"):
        found += _image(document.get("default").get("image") if name == "default" else document.get("image"), "default", path)
    found += _variables(document.get("variables"), path)
    for name, node, line in document.entries():
        if name not in _NOT_JOBS and node.kind == "map":
            found += _job(name, node, line, path)
    return tuple(found)


def _triggers(document: Node) -> tuple[str, ...]:
    rules = [*document.get("workflow").get("rules").items]
    rules += [rule for _name, node, _line in document.entries() for rule in node.get("rules").items]
    sources = " ".join(rule.get("if").text for rule in rules)
    known = {"schedule": "schedule", "merge_request_event": "merge_request", "trigger": "trigger", "api": "api", "web": "web"}
    return tuple(sorted({name for word, name in known.items() if f'"{word}"' in sources or f"'{word}'" in sources})) or ("push",)


def _job(name: str, node: Node, line: int, path: str) -> Iterator[Setting]:
    script, first, last = [], 0, line
    for key in _SCRIPTS:
        for item in _lines(node.get(key)):
            script.append(item.text)
            first, last = first or item.line, max(last, item.end_line)
    text = "\n".join(script)
    place = Place(path, first or line, max(first or line, last))
    yield setting(
        "workflow_step", name, Place(path, line, max(line, node.end_line)), run=text or None, job=name,
        runs_on=" ".join(node.get("tags").texts()) or None, untrusted_input=read_twice(text, _OF_AUTHORS) or None,
        continue_on_error=node.get("allow_failure").is_true or None,
    )  # fmt: skip
    yield from _image(node.get("image"), name, path)
    yield from _variables(node.get("variables"), path)
    if text:
        yield setting("run_command", "run", place, command=text, downloads_and_runs=runs_a_download(text), job=name)
        yield from installed(text, place)
        yield from command_settings(text, place, "workflow", lines=False)


def _lines(node: Node, depth: int = 0) -> Iterator[Node]:
    """The commands of a script, which may be lists of lists."""
    if node.kind == "scalar":
        yield node
    elif depth < _MOST_DEPTH:
        for item in node.items:
            yield from _lines(item, depth + 1)


def _image(node: Node, job: str, path: str) -> Iterator[Setting]:
    reference = node.text or node.get("name").text
    if reference:
        pin = {"digest": "sha", "given": "sha"}.get(image_parts(reference)[3], image_parts(reference)[3])
        yield setting("workflow_step", reference, Place(path, node.line, node.end_line), uses=f"docker://{reference}", pin=pin, job=job)


def _included(node: Node, path: str) -> Iterator[Setting]:
    """Pipelines of others: of a project by its reference, of a component by its version, of an address by nothing."""
    for item in node.items or (node,):
        place = Place(path, max(1, item.line), max(1, item.end_line))
        name = item.get("component", "remote", "project").text or (item.text if item.text.startswith("http") else "")
        if not name:
            continue
        reference = item.get("ref").text or name.partition("@")[2]
        sha = len(reference) == 40 and all(letter in "0123456789abcdef" for letter in reference)
        pin = (
            "sha"
            if sha or item.get("integrity").text
            else "tag"
            if reference[:1].isdigit() or reference[:2] in ("v0", "v1", "v2")
            else "branch"
        )
        yield setting("workflow_step", name, place, uses=name, pin=pin, job="include")


def _variables(node: Node, path: str) -> Iterator[Setting]:
    given = {name: value.text or value.get("value").text for name, value, _ in node.entries()}
    for name, _value, line in node.entries():
        yield environment(name, given[name], Place(path, line, line), beside=given)
