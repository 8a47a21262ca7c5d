"""Pipelines of DVC: `.dvc/config`, `dvc.yaml` and `params.yaml`.

Takes the text, gives the credentials of remotes that stand in clear, the stages with what each runs, reads and writes, and the
parameters by their dotted path.

What `dvc.lock` and the `.dvc` files of data hold by hash is not read, nor are stages that are written as loops (`foreach`, `matrix`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.config.nodes import Node
from ingest.config.packages import secret_variable, setting
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 2000
_SECTION = re.compile(r"\s*\[\s*['\"]?(?P<section>[^\]]{1,200}?)['\"]?\s*\]\s*$")
_ASSIGNMENT = re.compile(r"\s*(?P<key>[\w-]{1,80})\s*=\s*(?P<value>.*?)\s*$")
# Fields of a remote that open it, as DVC documents them; the names of others speak of files, profiles and addresses.
_CREDENTIALS = frozenset({
    "access_key_id", "secret_access_key", "session_token", "password", "connection_string", "account_key", "sas_token", "client_secret",
    "oss_key_secret", "gdrive_client_secret", "token", "passphrase",
})  # fmt: skip


def read_dvc_config(text: str, path: str) -> tuple[Setting, ...]:
    """The credentials of remotes, in the order of the file."""
    found: list[Setting] = []
    remote = ""
    beside: dict[str, str] = {}
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        section = _SECTION.match(line[:400])
        if section is not None:
            remote, beside = section["section"], {}
            continue
        match = _ASSIGNMENT.match(line[:2000])
        if match is None or not remote.startswith("remote"):
            continue
        key, value = match["key"].lower(), match["value"].strip("\"'")
        beside[key] = value
        if key in _CREDENTIALS:
            secret = secret_variable(key, value, Place(path, number, number), beside=dict(beside))
            found += [secret] if secret is not None else []
    return tuple(found)


def read_dvc_pipeline(text: str, path: str) -> tuple[Setting, ...]:
    """One setting per stage that has a command, in the order of the file; of a file of parameters one per text."""
    document = yaml_node(text)
    if path.rsplit("/", 1)[-1].lower() == "params.yaml":
        return tuple(_parameters(document, path))
    stages = document.get("stages")
    return tuple(
        setting("pipeline_stage", name, Place(path, line, stage.end_line), command=" && ".join(command), reads=_paths(stage.get("deps")),
                writes=_paths(stage.get("outs")))
        for name, stage, line in stages.entries()
        if (command := stage.get("cmd").texts())
    )  # fmt: skip


def _paths(node: Node) -> tuple[str, ...]:
    """Paths of a list whose entries are texts, or mappings of one path to how it is kept."""
    return tuple(item.text if item.kind == "scalar" else next((key for key, _, _ in item.entries()), "") for item in node.items)


def _parameters(document: Node, path: str) -> Iterator[Setting]:
    pending = [("", document)]
    for _ in range(_LINES):
        if not pending:
            return
        name, node = pending.pop()
        if node.kind == "map":
            pending += [(f"{name}.{key}".lstrip("."), value) for key, value, _ in reversed(list(node.entries()))]
        elif node.kind == "scalar" and node.text:
            yield setting("parameter", name, Place(path, node.line, node.line), value=node.text)
