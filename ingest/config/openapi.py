"""OpenAPI and Swagger files: routes, where they are served, and which of them ask who calls.

Takes the text of a description in YAML or JSON, versions 2 and 3, gives an `api` setting and an `api_route` one per operation. `$ref` is
not followed, neither inside the file nor out of it: security stands at the operation or at the top, never behind a reference.
"""

from __future__ import annotations

from ingest.config.json_nodes import json_node
from ingest.config.nodes import Node, shaped
from ingest.config.packages import setting
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

_METHODS = ("get", "post", "put", "patch", "delete", "options", "head")
_MOST_ROUTES = 2000


def read_openapi(text: str, path: str) -> tuple[Setting, ...]:
    """The description first, then its routes in the order of the file."""
    document = json_node(text) if text.lstrip().startswith("{") else yaml_node(text)
    document = shaped(document, "the file", "map", write="openapi: and paths: at its top")
    schemes = document.get("components").get("securitySchemes")
    schemes = schemes if schemes.kind == "map" else document.get("securityDefinitions")
    servers = tuple(item.get("url").text for item in document.get("servers").items) or document.get("host").texts()
    found = [
        setting(
            "api", document.get("info").get("title").text or path, Place(path, max(1, document.line), max(1, document.line)),
            servers=servers or None,
            schemes=tuple(f"{name} {node.get('type').text}" for name, node, _ in schemes.entries()) or None,
            plain_http=any(server.startswith("http://") for server in servers),
        )
    ]  # fmt: skip
    shared = document.get("security")
    for route, node, _line in shaped(document.get("paths"), "paths", "map", write="/route: with its methods below").entries():
        for method in _METHODS:
            operation = node.get(method)
            if operation.kind == "map" and len(found) <= _MOST_ROUTES:
                own = operation.get("security")
                asks = _asks(own if own.kind == "list" else shared)
                line = next((key.line for key, value in node.pairs if value is operation), operation.line)
                found.append(
                    setting(
                        "api_route", f"{method.upper()} {route}", Place(path, line, line), secured=asks, method=method.upper(), path=route,
                        stated=own.kind == "list" or shared.kind == "list",
                    )
                )  # fmt: skip
    return tuple(found)


def _asks(security: Node) -> bool:
    """Whether one of the named schemes is needed; an empty alternative lets everyone in."""
    return bool(security.items) and all(item.pairs for item in security.items)
