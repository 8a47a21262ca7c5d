"""`.streamlit/config.toml`: the address that pages listen on; `.chainlit/config.toml`: whether markup in messages is let through.

Takes the text, gives a `page_settings` setting where an address is written, and one where markup is let through. Of
`.streamlit/secrets.toml`, which Streamlit reads into `st.secrets`, the values that are secrets, each with those of its table beside it.
All other settings say nothing here, and neither do those of a user's own folder.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config.nodes import Node, shaped
from ingest.config.packages import secret_variable, setting
from ingest.config.toml_nodes import toml_node
from ingest.facts import Setting
from ingest.source import Place

_SECRETS, _DEEPEST = "secrets.toml", 4
_TABLE, _KEY = "server", "address"
_FEATURES, _MARKUP = "features", "unsafe_allow_html"


def read_page_settings(text: str, path: str) -> tuple[Setting, ...]:
    """The address, if there is one, and markup that is let through."""
    document = shaped(toml_node(text), "the file", "map", write="settings as keys")
    if path.lower().endswith(_SECRETS):
        return tuple(_secrets(document, path, 0))
    found: list[Setting] = []
    node = document.get(_TABLE).get(_KEY)
    if node.kind == "scalar" and node.text:
        found.append(setting("page_settings", f"{_TABLE}.{_KEY}", Place(path, node.line, node.end_line), address=node.text))
    markup = document.get(_FEATURES).get(_MARKUP)
    if markup.kind == "scalar" and markup.text.lower() == "true":
        found.append(setting("page_settings", f"{_FEATURES}.{_MARKUP}", Place(path, markup.line, markup.end_line), raw_markup=True))
    return tuple(found)


def _secrets(table: Node, path: str, depth: int) -> Iterator[Setting]:
    beside = {name: value.text for name, value, _ in table.entries() if value.kind == "scalar"}
    for name, value, _ in table.entries():
        if value.kind == "map" and depth < _DEEPEST:
            yield from _secrets(value, path, depth + 1)
        elif value.kind == "scalar" and "\n" not in value.text:
            secret = secret_variable(name, value.text, Place(path, value.line, value.end_line), beside=beside)
            if secret is not None:
                yield secret
