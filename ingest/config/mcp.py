"""MCP client configurations: which servers a client starts or calls, from which package, with which rights.

Takes the text of mcp.json and its relatives (`mcpServers`, `servers`, also below `mcp`, or a list of servers with names), or the
settings of a client that holds them under a name of its own (Codex, Zed, goose, opencode, Continue), gives one `mcp_server` setting
per server and an `environment` one per variable. Servers are not looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ingest.config.json_nodes import json_node
from ingest.config.nodes import NOTHING, Node, shaped
from ingest.config.packages import environment, image_parts, npm_parts, npm_pin, setting
from ingest.facts import Setting
from ingest.secrets import find_secrets, secret_in_assignment
from ingest.source import Place

_NPM = frozenset({"npx", "bunx", "pnpx", "pnpm", "yarn", "npm", "bun"})
_PYPI = frozenset({"uvx", "pipx", "uv"})
_SUBCOMMANDS = frozenset({"dlx", "exec", "x", "run", "tool"})
_VALUED = frozenset({
    "-p", "--package", "--from", "--with", "--python", "--index-url", "--directory", "-e", "--env", "-v", "--volume", "--name",
    "--mount", "--network", "--env-file", "-w", "-u", "--user", "--platform", "--entrypoint", "-c",
})  # fmt: skip
_HEADER_SECRET = re.compile(r"(?:bearer|token|basic)[ \t]{1,5}(\S{12,500})", re.IGNORECASE)


def read_mcp(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    document = json_node(text)
    if document.kind == "list":
        return tuple(found for item in document.items for found in _server(item.get("name").text or "server", item, item.line, path))
    document = shaped(document, "the file", "map", write='an object, {"mcpServers": {...}}')
    servers = next((node for node in _places(document) if node.kind == "map"), NOTHING)
    return tuple(found for name, node, line in servers.entries() for found in _server(name, node, line, path))


def configured_servers(document: Node, path: str) -> Iterator[Setting]:
    """The servers that the settings of a client name, in whichever form it has."""
    for holder in (document, document.get("mcp"), document.get("experimental")):
        for key in ("mcpServers", "servers", "mcp_servers", "context_servers", "amp.mcpServers", "modelContextProtocolServers"):
            for name, node, line in holder.get(key).entries():
                yield from _server(name, node, line, path)
            for item in holder.get(key).items:
                inner = item.get("transport") if item.get("transport").pairs else item
                yield from _server(item.get("name").text or "server", inner, item.line, path)
    for name, node, line in document.get("mcp").entries():  # opencode
        if node.get("type").text in ("local", "remote"):
            yield from _server(name, node, line, path)
    for name, node, line in document.get("extensions").entries():  # goose
        if node.get("type").text in ("stdio", "sse", "streamable_http"):
            yield from _server(name, node, line, path)


def servers_named(node: Node, path: str) -> Iterator[Setting]:
    """The servers of a mapping from names."""
    for name, inner, line in node.entries():
        yield from _server(name, inner, line, path)


def _places(document: Node) -> Iterator[Node]:
    for holder in (document, document.get("mcp")):
        for name in ("mcpServers", "servers"):
            yield shaped(holder.get(name), name, "map", write='{"name of the server": {"command": ...}}')


def _server(name: str, node: Node, line: int, path: str) -> Iterator[Setting]:
    if shaped(node, name, "map", write='{"command": ..., "args": [...]} or {"url": ...}').kind == "none":
        return
    command, arguments = _command(name, node)
    shaped(node.get("env"), f"{name}.env", "map", write='{"NAME": "value"}')
    package, pin = _package(command, arguments)
    allowed = node.get("autoApprove", "alwaysAllow", "alwaysAllowTools", "autoAllow")
    given = node.get("env", "environment", "envs")
    variables = [*given.entries(), *node.get("headers", "http_headers").entries()]
    beside = {key: value.text for key, value, _ in variables}
    secrets = sorted(key for key, value, _ in variables if _secret(key, value.text, beside) is not None)
    in_arguments = any(find_secrets(argument) for argument in arguments)
    yield setting(
        "mcp_server", name, Place(path, line, max(line, node.end_line)),
        command=command or None, arguments=arguments or None, url=node.get("url", "serverUrl", "uri", "httpUrl").text or None,
        package=package, pin=pin,
        auto_approve=allowed.texts() if allowed.kind == "list" else (("*",) if allowed.is_true or node.get("trust").is_true else None),
        env_secrets=tuple(secrets) or None, argument_secrets=in_arguments,
        disabled=node.get("disabled").is_true or node.get("enabled").text == "false",
    )  # fmt: skip
    for key, value, at in given.entries():
        yield environment(key, value.text, Place(path, at, at), beside=beside, server=name)


def _command(name: str, node: Node) -> tuple[str, tuple[str, ...]]:
    """The program and its words, in one list, in a mapping of their own, or apart."""
    given = node.get("command", "cmd")
    if given.kind == "list":
        words = given.texts()
        return (words[0], words[1:]) if words else ("", ())
    if given.kind == "map":
        return given.get("path", "command").text, given.get("args").texts()
    command = shaped(given, f"{name}.command", "scalar", write="the program as a text").text
    return command, shaped(node.get("args"), f"{name}.args", "list", write="a list of texts").texts()


def _secret(key: str, value: str, beside: Mapping[str, str]) -> str | None:
    header = _HEADER_SECRET.match(value)
    if header is not None:
        return secret_in_assignment("token", header[1])
    return secret_in_assignment(key, value, beside)


def _package(command: str, arguments: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The package a launcher fetches and how it is pinned; None for programs that are simply there."""
    program = re.split(r"[\\/]", command)[-1].lower().removesuffix(".exe").removesuffix(".cmd")
    words = list(arguments)
    if program == "cmd" and words[:1] == ["/c"] and len(words) > 1:  # how Windows users write npx
        program, words = words[1].lower(), words[2:]
    flags = {"--from", "--with", "-p", "--package"} if program in _NPM | _PYPI else set()
    reference = ""
    position = 0
    while position < len(words):
        word = words[position]
        following = words[position + 1] if position + 1 < len(words) else ""
        if word in flags and following:
            reference = following
            break
        if word in _VALUED:
            position += 2
            continue
        if not word.startswith("-") and word not in _SUBCOMMANDS:
            reference = word
            break
        position += 1
    if not reference:
        return None, None
    if program in _NPM:
        name, version = npm_parts(reference)
        return name, npm_pin(version)
    if program in _PYPI:
        if "://" in reference:
            return reference, "git" if reference.startswith("git+") else "url"
        if program == "uv" and reference.endswith(".py"):
            return None, None
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(==|@)?(.*)$", reference, re.DOTALL)
        if match is None:
            return reference, "none"
        exact = bool(match[2]) and match[3] not in {"", "latest"}
        return match[1], "exact" if exact else "range" if match[3] and match[3] != "latest" else "none"
    if program in {"docker", "podman"}:
        name, _, _, pin = image_parts(reference)
        return name, pin
    return None, None
