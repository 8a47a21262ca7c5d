"""Settings of a gateway of models (LiteLLM): which models stand behind which name, and what holds for all callers.

Takes a YAML file of such settings, or the part of another file that is one (values of a chart, a text in a ConfigMap), gives one `gateway`
setting with its values by path (`model_list.0.litellm_params.model`), and the keys that stand in clear. What is kept in the gateway's
database, and what environment variables say, is not here; `include` is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config.nodes import BadConfig, Node, shaped
from ingest.config.packages import environment, secret_variable, setting
from ingest.config.resources import Flat, flat_node
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.secrets import is_placeholder
from ingest.source import Place

_BYTES = 400_000
_DEPTH = 4  # of the values of a chart, in which the settings may stand
_MODELS = "model_list"


def read_gateway(text: str, path: str) -> tuple[Setting, ...]:
    """The gateway of a file of its own, and its secrets."""
    if len(text) > _BYTES:
        raise BadConfig(f"larger than {_BYTES} characters")
    document = shaped(yaml_node(text), "the file", "map", write="settings as keys")
    return (*gateways(document, path), *_keys(document, path))


def gateways(node: Node, path: str, before: int = 0, depth: int = 0) -> Iterator[Setting]:
    """The settings of gateways in a tree, whose lines are counted on from those before it."""
    if any(model.get("litellm_params").kind == "map" for model in node.get(_MODELS).items):
        settled = [value for value in flat_node(node, "", before) if not value.path.startswith(f"{_MODELS}.")]
        models = [value for value in flat_node(node, "", before) if value.path.startswith(f"{_MODELS}.")]
        kept = (*settled, *models)[:200]  # what holds for all first
        yield setting(
            "gateway", "litellm", Place(path, node.line + before, max(node.line, node.end_line) + before),
            values=tuple(f"{value.path}={value.text}" for value in kept), value_lines=tuple(str(value.line) for value in kept),
        )  # fmt: skip
    elif depth < _DEPTH:
        for _key, value in node.pairs:
            yield from gateways(value, path, before, depth + 1)


def gateway_of_text(text: str, path: str, before: int) -> Iterator[Setting]:
    """The gateway, and its secrets, of a text that stands in another file below a line."""
    if f"{_MODELS}:" not in text or "litellm_params:" not in text or len(text) > _BYTES:
        return
    try:
        node = yaml_node(text)
    except BadConfig:
        return
    yield from gateways(node, path, before)
    yield from _keys(node, path, before)


def _keys(node: Node, path: str, before: int = 0) -> Iterator[Setting]:
    """Secrets in clear; the master key counts however simple it is, for whoever knows it is the administrator."""
    told: dict[str, str] = {}
    for value in flat_node(node, "", before):
        place = Place(path, value.line, value.line)
        if _is_master(value):
            told[value.name] = value.text
            yield environment(value.name, value.text, place, secret="Secret Keyword")
        elif "\n" not in value.text:
            found = secret_variable(value.name, value.text, place, beside={**told, value.name: value.text}, template=True)
            if found is not None:
                told[value.name] = value.text
                yield found


def _is_master(value: Flat) -> bool:
    given = value.path == "general_settings.master_key" and value.text not in ("", "null", "~")
    return given and not value.text.startswith("os.environ/") and "$" not in value.text and not is_placeholder(value.text)
