"""application.yml and application.properties of Spring Boot and Quarkus: what is logged, offered for diagnosis, and fetched.

Takes the text of such a file, gives one `property` setting per value under the names that tell of models, logs, diagnosis and the
server, with the profile it holds for, one `environment` setting per key, and one `mcp_server` setting per server of tools that
Spring AI is to use. Lists and values with defaults (`${NAME:default}`) are given as they stand; imports are not followed (a file that
is imported is read as one of its own, where its head tells what it is), and secrets are not looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.config.mcp import servers_named
from ingest.config.nodes import BadConfig, Node
from ingest.config.packages import environment, said_by_default, setting
from ingest.config.resources import Flat, flat_node
from ingest.config.yaml_nodes import yaml_documents
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_BYTES = 400_000
_MOST = 1000
_TOLD = re.compile(
    r"(?:management|logging\.level|server|spring\.ai|langchain4j|quarkus\.langchain4j|quarkus\.log)\.|spring\.autoconfigure\.exclude",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"spring\.security\.user\.password|quarkus\.security\.users\.embedded\.users\.[\w-]{1,80}")
_KEY = re.compile(r"(?:secret|key)$", re.IGNORECASE)
_PROFILE = ("spring.config.activate.on-profile", "spring.profiles")
_FILTERED = re.compile(r"(?<=[:\s])@([\w.-]{1,100})@(?=\s|$)")  # what a build of Maven fills in; no YAML begins so
_PROPERTY = re.compile(r"\s*([^\s=:#!][^\s=:]{0,300})\s*[=:]\s?(.*)$")


def read_spring_settings(text: str, path: str) -> tuple[Setting, ...]:
    """The values in the order of the file."""
    if len(text) > _BYTES:
        raise BadConfig(f"larger than {_BYTES} characters")
    stem, _, of_name = PurePosixPath(path).stem.partition("-")
    values = list(_properties(text) if path.lower().endswith(".properties") else _documents(text))
    told = (
        setting("property", value.path, Place(path, value.line, value.line), value=value.text, profile=profile or of_name or None)
        for value, profile in values
        if stem and _TOLD.match(value.path)
    )
    keys = (
        environment(value.path, value.text, Place(path, value.line, value.line), secret=_login(value), profile=profile or of_name or None)
        for value, profile in values
        if stem and (_KEY.search(value.path) or _LOGIN.fullmatch(value.path))
    )
    servers = () if path.lower().endswith(".properties") else _servers(text, path)
    return (*(found for found, _ in zip((*told, *keys), range(_MOST), strict=False)), *servers)


def _login(value: Flat) -> str | None:
    """The detector's name of the one password that opens the application, where it stands here as it is typed."""
    text = said_by_default(value.text).strip("\"' ").removeprefix("{noop}")
    return "password" if _LOGIN.fullmatch(value.path) and text and not text.startswith(("${", "{", "ENC(")) else None


def _servers(text: str, path: str) -> Iterator[Setting]:
    """Servers of tools that a client of Spring AI starts or calls."""
    for document in yaml_documents(_FILTERED.sub(r"'@\1@'", text)):
        client = document.get("spring").get("ai").get("mcp").get("client")
        for transport in ("stdio", "sse", "streamable-http", "streamableHttp"):
            yield from servers_named(client.get(transport).get("connections"), path)


def _documents(text: str) -> Iterator[tuple[Flat, str]]:
    for document in yaml_documents(_FILTERED.sub(r"'@\1@'", text)):
        values = _flat(document)
        profile = next((value.text for value in values if value.path in _PROFILE), "")
        yield from ((value, profile) for value in values)


def _flat(document: Node) -> list[Flat]:
    return [value for value, _ in zip(flat_node(document, ""), range(_MOST), strict=False)]


def _properties(text: str) -> Iterator[tuple[Flat, str]]:
    for number, line in enumerate(split_lines(text), 1):
        match = _PROPERTY.match(line)
        if match is not None:
            yield Flat(match[1], match[2].strip(), number), ""
