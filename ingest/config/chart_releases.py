"""Charts that another file installs: Helm releases of Flux, applications of Argo CD, `HelmChart` of k3s, `helm_release` of Terraform, and
the files of DevSpace, Skaffold and helmfile.

Takes a resource, gives one `chart_values` setting with the chart's name and the values that stand in the resource, by their paths,
the keys that stand in clear, and the gateway of models that the values describe. Values in files, secrets and ConfigMaps that it
refers to are not joined.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from ingest.config.gateway import gateways
from ingest.config.nodes import NOTHING, BadConfig, Node, shaped
from ingest.config.packages import secret_variable, setting
from ingest.config.resources import Flat, flat_node
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

RELEASES = frozenset({"HelmRelease", "HelmChart", "Application"})
_SET = re.compile(r"set(?:_sensitive)?\.(\d+)\.(name|value)")
_MOST = 200


def of_manifest(document: Node, path: str) -> Iterator[Setting]:
    """The release of a manifest of one of `RELEASES`."""
    spec = document.get("spec")
    sources = (spec, spec.get("source"), *spec.get("sources").items)
    for source in sources:
        chart = source.get("chart").text or source.get("chart").get("spec").get("chart").text or source.get("chartRef").get("name").text
        helm = source.get("helm")
        yield from _release(
            chart or (source.get("path").text.rsplit("/", 1)[-1] if helm.kind == "map" else ""), document, helm, source, path
        )


def _release(chart: str, document: Node, helm: Node, source: Node, path: str) -> Iterator[Setting]:
    named = chart.rsplit("/", 1)[-1]
    if not named:
        return
    parts = [(node, 0) for node in (source.get("values"), helm.get("valuesObject")) if node.kind == "map"]
    for text in (source.get("valuesContent"), helm.get("values")):
        if text.kind == "scalar":
            parts.append((_parsed(text.text), text.line))
    given = [Flat(item.get("name").text, item.get("value").text, item.line) for item in helm.get("parameters").items]
    values = [*(value for node, before in parts for value in flat_node(node, "", before)), *given]
    yield from _settings(named, values, path, document.line)
    for node, before in parts:
        yield from gateways(node, path, before)


def read_deployers(text: str, path: str) -> tuple[Setting, ...]:
    """What DevSpace, Skaffold or helmfile installs, with the values that stand in its file; `at` is where a chart lies in this tree."""
    document = shaped(yaml_node(text), "the file", "map", write="releases")
    found: list[Setting] = []
    for _name, deployment, _line in document.get("deployments").entries():
        helm = deployment.get("helm")
        found += _deployed(helm.get("chart").get("path").text or helm.get("chart").get("name").text, [helm.get("values")], deployment, path)
    for holder in (document.get("deploy"), document.get("manifests")):
        for release in holder.get("helm").get("releases").items:
            chart = release.get("chartPath").text or release.get("remoteChart").text
            found += _deployed(chart, [release.get("setValues"), release.get("overrides")], release, path)
    for release in document.get("releases").items:
        values = [*release.get("values").items]
        found += _deployed(release.get("chart").text, values, release, path)
    return tuple(found)


def _deployed(chart: str, values: Sequence[Node], release: Node, path: str) -> Iterator[Setting]:
    name = chart.rstrip("/").rsplit("/", 1)[-1]
    if not name:
        return
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), chart)) if chart.startswith(".") or chart.count("/") > 1 else None
    given = [value for node in values if node.kind == "map" for value in flat_node(node, "")]
    yield from _settings(name, given, path, release.line, folder)


def of_resource(values: Sequence[Flat], place: Place) -> Iterator[Setting]:
    """The release of a `helm_release`: what it sets by name, and the values that it encodes or writes out."""
    chart = next((value.text for value in values if value.path == "chart"), "").rsplit("/", 1)[-1]
    if not chart or "$" in chart:
        return
    sets: dict[str, dict[str, Flat]] = {}
    found: list[Flat] = []
    for value in values:
        match = _SET.fullmatch(value.path)
        if match is not None:
            sets.setdefault(match[1], {})[match[2]] = value
        elif value.path == "values" and "\n" in value.text:
            node = _parsed(value.text)
            found += flat_node(node, "", value.line - 1)
            yield from gateways(node, place.path, value.line - 1)
        elif value.path.startswith("values."):
            found.append(Flat(re.sub(r"^values\.(?:\d+\.)?", "", value.path), value.text, value.line))
    found += [
        Flat(pair["name"].text.replace("\\.", "."), pair["value"].text, pair["value"].line) for pair in sets.values() if len(pair) == 2
    ]
    yield from _settings(chart, found, place.path, place.start_line)


def _settings(chart: str, values: Sequence[Flat], path: str, line: int, at: str | None = None) -> Iterator[Setting]:
    kept = values[:_MOST]
    if not kept:
        return
    yield setting(
        "chart_values", chart, Place(path, line, line), chart=chart, values=tuple(f"{value.path}={value.text}" for value in kept),
        value_lines=tuple(str(value.line) for value in kept), at=at,
    )  # fmt: skip
    beside = {value.name: value.text for value in values}
    for value in values:
        if "\n" not in value.text and "${" not in value.text:
            found = secret_variable(value.name, value.text, Place(path, value.line, value.line), beside=beside, template=True)
            if found is not None:
                yield found


def _parsed(text: str) -> Node:
    try:
        return yaml_node(text)
    except BadConfig:
        return NOTHING
