"""langgraph.json: which graphs a LangGraph server offers, and whether it asks callers who they are.

Takes the text, gives one `agent_server` setting. Where the file of the authentication lies is not followed.
"""

from __future__ import annotations

from ingest.config.json_nodes import json_node
from ingest.config.nodes import shaped
from ingest.config.packages import setting
from ingest.facts import Setting
from ingest.source import Place


def read_langgraph(text: str, path: str) -> tuple[Setting, ...]:
    """One setting, with the names of the graphs and the auth entry."""
    document = shaped(json_node(text), "the file", "map", write='an object, {"graphs": {...}}')
    graphs = document.get("graphs")
    names = tuple(name for name, _node, _line in graphs.entries())
    if not names:
        return ()
    place = Place(path, max(1, graphs.line), max(1, graphs.line, graphs.end_line))
    authenticated = document.get("auth").get("path").kind == "scalar"
    return (setting("agent_server", "langgraph", place, graphs=names, authenticated=authenticated),)
