"""`.streamlit/config.toml`: the address that pages listen on.

Takes the text, gives a `page_settings` setting where an address is written. All other settings say nothing here, and neither do those of
a user's own folder.
"""

from __future__ import annotations

from ingest.config.nodes import shaped
from ingest.config.packages import setting
from ingest.config.toml_nodes import toml_node
from ingest.facts import Setting
from ingest.source import Place

_TABLE, _KEY = "server", "address"


def read_page_settings(text: str, path: str) -> tuple[Setting, ...]:
    """The address, if there is one."""
    document = shaped(toml_node(text), "the file", "map", write="settings as keys")
    node = document.get(_TABLE).get(_KEY)
    if node.kind != "scalar" or not node.text:
        return ()
    return (setting("page_settings", f"{_TABLE}.{_KEY}", Place(path, node.line, node.end_line), address=node.text),)
