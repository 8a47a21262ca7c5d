"""Pipelines of training as files: DVC (dvc.yaml, params.yaml, *.dvc) and MLflow (MLproject, MLmodel).

Takes the text, gives an `ml_stage` per stage or entry point with what it runs, reads and writes, an `ml_data` per tracked file with its
hash, an `ml_model` for a saved model and a `parameter` per value. Templates (`${item}`) and remotes are not followed; DAGs of Airflow and
pipelines of SageMaker and Kubeflow are code and read as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.config.nodes import Node, shaped
from ingest.config.packages import setting
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

_MOST_PARAMETERS = 2000


def read_ml_pipeline(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    document = shaped(yaml_node(text), "the file", "map", write="stages: or outs: at its top")
    name = PurePosixPath(path).name.lower()
    if name == "mlproject":
        return tuple(_entry_points(document, path))
    if name == "mlmodel":
        return tuple(_model(document, path))
    if name == "params.yaml":
        return tuple(_parameters(document, path))
    return (*_stages(document, path), *_tracked(document, path))


def _stages(document: Node, path: str) -> Iterator[Setting]:
    for name, node, line in shaped(document.get("stages"), "stages", "map", write="one key per stage").entries():
        stage = node.get("do") if node.get("do").kind == "map" else node
        yield setting(
            "ml_stage", name, Place(path, line, max(line, node.end_line)), tool="dvc", command="\n".join(stage.get("cmd").texts()) or None,
            reads=_names(stage.get("deps")) or None, writes=_names(stage.get("outs")) or None, frozen=node.get("frozen").is_true,
        )  # fmt: skip


def _names(node: Node) -> tuple[str, ...]:
    """Paths, alone or as keys with options below them."""
    return tuple(item.text or next((name for name, _value, _line in item.entries()), "") for item in node.items)


def _tracked(document: Node, path: str) -> Iterator[Setting]:
    source = document.get("deps").items[0] if document.get("deps").items else document.get("deps")
    for item in document.get("outs").items:
        digest = item.get("md5", "etag", "checksum").text or item.get("hash").text
        yield setting(
            "ml_data", item.get("path").text, Place(path, item.line, max(item.line, item.end_line)), tool="dvc", pinned=bool(digest),
            source=source.get("url").text or source.get("repo").get("url").text or source.get("path").text or None,
        )  # fmt: skip


def _entry_points(document: Node, path: str) -> Iterator[Setting]:
    for name, node, line in document.get("entry_points").entries():
        yield setting(
            "ml_stage", name, Place(path, line, max(line, node.end_line)), tool="mlflow", command=node.get("command").text or None
        )


def _model(document: Node, path: str) -> Iterator[Setting]:
    flavors = tuple(name for name, _node, _line in document.get("flavors").entries())
    place = Place(path, max(1, document.line), max(1, document.end_line))
    if flavors:
        run = document.get("run_id").text or None
        yield setting("ml_model", path, place, tool="mlflow", flavors=flavors, run=run, signature=document.get("signature").kind == "map")


def _parameters(document: Node, path: str) -> Iterator[Setting]:
    pending = [("", document)]
    for _ in range(_MOST_PARAMETERS):
        if not pending:
            return
        name, node = pending.pop()
        if node.kind == "map":
            pending += [(f"{name}.{key}".lstrip("."), value) for key, value, _ in reversed(list(node.entries()))]
        elif node.kind == "scalar" and node.text:
            yield setting("parameter", name, Place(path, node.line, node.line), value=node.text)
