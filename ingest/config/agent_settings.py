"""Settings of coding agents and of editors with one: what the agent may do without asking, what runs by itself, which servers it uses.

Takes the text of the settings of Claude Code, Codex, Gemini, Cursor, VS Code, Zed, opencode, goose, Continue, Amazon Q and aider, gives an
`agent_right` setting per line that takes a question away or starts a command, and `mcp_server` ones as `mcp.py` does. A rule that names one
harmless command says nothing here. What a user's own settings, a managed policy or a flag of the command line add is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.config.json_nodes import json_node
from ingest.config.mcp import configured_servers
from ingest.config.nodes import Node, shaped
from ingest.config.packages import environment, setting
from ingest.config.shell import runs_a_download
from ingest.config.toml_nodes import toml_node
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

# What stands for any command: everything, a shell, or an interpreter that takes its program as a word.
_ANY_COMMAND = re.compile(
    r"\*|(?:Bash|Shell|run_shell_command|ShellTool|execute_bash|shell)"
    r"(?:\(\s*(?:[:*\s]*|(?:(?:ba|z|da|fi)?sh|eval|sudo|env|xargs|exec|python[\d.]*|node|perl|ruby|osascript|powershell|pwsh)(?:\s-c)?[:\s]*\*)\s*\))?"
)
_CLIENTS = (
    (re.compile(r"\.claude/"), "claude-code"), (re.compile(r"\.codex/"), "codex"), (re.compile(r"\.gemini/"), "gemini"),
    (re.compile(r"\.cursor/"), "cursor"), (re.compile(r"\.vscode/|\.code-workspace$"), "vscode"), (re.compile(r"\.zed/"), "zed"),
    (re.compile(r"opencode\.jsonc?$"), "opencode"), (re.compile(r"goose/"), "goose"), (re.compile(r"\.continue/"), "continue"),
    (re.compile(r"\.amazonq/"), "amazon-q"), (re.compile(r"\.aider\."), "aider"),
)  # fmt: skip
# Switches by their path, and the values by which nobody is asked any more.
_SWITCHES: tuple[tuple[str, frozenset[str]], ...] = (
    ("permissions.defaultMode", frozenset({"bypassPermissions"})),
    ("chat.tools.autoApprove", frozenset({"true"})), ("chat.tools.global.autoApprove", frozenset({"true"})),
    ("agent.always_allow_tool_actions", frozenset({"true"})), ("yes-always", frozenset({"true"})), ("permission", frozenset({"allow"})),
    ("GOOSE_MODE", frozenset({"auto"})),
)  # fmt: skip
_SERVERS_TRUSTED = ("enableAllProjectMcpServers",)
_ALLOWED = ("permissions.allow", "tools.allowed", "allowedTools", "tools.core", "cline.allowedCommands", "roo-cline.allowedCommands")
_MOST_HOOKS = 100


def read_agent_settings(text: str, path: str) -> tuple[Setting, ...]:
    """What is allowed first, in the order of the file, then what runs by itself and the servers."""
    document = shaped(_document(text, path), "the file", "map", write="settings as keys")
    client = next((name for pattern, name in _CLIENTS if pattern.search(path.lower())), "agent")
    return (
        *_rights(document, client, path),
        *_hooks(document, client, path),
        *configured_servers(document, path),
        *_secrets(document, path),
    )


def _document(text: str, path: str) -> Node:
    if path.lower().endswith(".toml"):
        return toml_node(text)
    return yaml_node(text) if path.lower().endswith((".yaml", ".yml")) else json_node(text)


def _right(client: str, what: str, rule: str, node: Node, path: str) -> Setting:
    return setting("agent_right", client, Place(path, node.line, max(node.line, node.end_line)), what=what, rule=rule)


def _rights(document: Node, client: str, path: str) -> Iterator[Setting]:
    for name, values in _SWITCHES:
        node = _at(document, name)
        if node.kind == "scalar" and node.text in values:
            yield _right(client, "approval_off", f"{name}: {node.text}", node, path)
    for name in _ALLOWED:
        for item in _at(document, name).items:
            if item.kind == "scalar" and _ANY_COMMAND.fullmatch(item.text.strip()):
                yield _right(client, "any_command", item.text, item, path)
    yield from _terminal(document, client, path)
    for name in _SERVERS_TRUSTED:
        node = _at(document, name)
        if node.is_true:
            yield _right(client, "servers_trusted", f"{name}: true", node, path)
    sandbox, asked = document.get("sandbox_mode"), document.get("approval_policy")
    if sandbox.text == "danger-full-access":
        what = "approval_off" if asked.text == "never" else "sandbox_off"
        yield _right(client, what, f"sandbox_mode: {sandbox.text}", sandbox, path)
    if _at(document, "permissions.deny").items:
        yield _right(client, "deny_list", "permissions.deny", _at(document, "permissions.deny"), path)


def _terminal(document: Node, client: str, path: str) -> Iterator[Setting]:
    """Commands that are allowed by a pattern as a key: `"/.*/": true`, `bash: {"*": "allow"}`."""
    for name in ("chat.tools.terminal.autoApprove", "permission.bash"):
        node = _at(document, name)
        if node.kind == "scalar" and node.text == "allow":
            yield _right(client, "any_command", f"{name}: allow", node, path)
        for key, value, _line in node.entries():
            if key.strip("/^$") in ("*", ".*", "**") and value.text in ("true", "allow"):
                yield _right(client, "any_command", f"{name}: {key}", value, path)


def _hooks(document: Node, client: str, path: str) -> Iterator[Setting]:
    """Commands that run by themselves."""
    seen = 0
    for event, groups, _line in document.get("hooks").entries():
        for group in groups.items or (groups,):
            for hook in (group, *group.get("hooks").items):
                command = hook.get("command")
                if command.kind == "scalar" and command.text and seen < _MOST_HOOKS:
                    seen += 1
                    yield setting(
                        "agent_right", client, Place(path, command.line, command.end_line), what="hook", event=event, rule=command.text,
                        downloads_and_runs=runs_a_download(command.text),
                    )  # fmt: skip


def _secrets(document: Node, path: str) -> Iterator[Setting]:
    given = list(document.get("env").entries())
    beside = {key: value.text for key, value, _ in given}
    for key, value, line in given:
        yield environment(key, value.text, Place(path, line, line), beside=beside)


def _at(document: Node, path: str) -> Node:
    """The value at a dotted path; a key may hold dots itself, as those of editors do."""
    whole = document.get(path)
    if whole.kind != "none":
        return whole
    node = document
    for part in path.split("."):
        node = node.get(part)
    return node
