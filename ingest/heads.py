"""Which kind of configuration a file is where its name does not say: a cheap look at its first bytes.

Takes a path and a head, gives a kind, or None. Nothing is parsed: what a format must begin with, or hold at its top level, is asked for
by pattern. A file that only looks so is read by that kind's reader, finds nothing there, and says nothing.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ingest.source import SourceKind

_STRUCTURED = frozenset({".yaml", ".yml", ".json", ".template"})
_ACTION = re.compile(rb"\{\{-?[ \t]*(?:/\*|[.$\w(])")
_RESOURCE = re.compile(rb"^(?:apiVersion:[ \t]*\S|[ \t]*\"apiVersion\"[ \t]*:)", re.MULTILINE)
_KIND = re.compile(rb"^(?:kind:[ \t]*\S|[ \t]*\"kind\"[ \t]*:)", re.MULTILINE)
_DEFINITION = (b"kind: CustomResourceDefinition", b"kind: Kustomization", b"kind: Chart")  # large, and nothing runs by them
_STACK = re.compile(
    rb"^[ \t]*[\"']?AWSTemplateFormatVersion|^Transform:[ \t]*[\"']?AWS::|^[ \t]*[\"']?Type[\"']?[ \t]*:[ \t]*[\"']?AWS::\w+::",
    re.MULTILINE,
)
_GIVEN_TO_ARM = re.compile(rb"schema\.management\.azure\.com/schemas/[\w.-]{1,20}/(?:\w{1,20}D|d)eploymentParameters\.json")
_MODELS, _OF_A_GATEWAY = (
    re.compile(rb"^model_list:[ \t]*(?:#[^\n]*)?$", re.MULTILINE),
    re.compile(rb"^[ \t-]+litellm_params:", re.MULTILINE),
)
_HUB, _SINGLE_USER = re.compile(rb"^hub:[ \t]*(?:#[^\n]*)?$", re.MULTILINE), re.compile(rb"^(?:singleuser|proxy):", re.MULTILINE)
_BOOTSTRAP = re.compile(rb"^static_resources:[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_API = re.compile(rb"^[ \t]*\{?[ \t]*[\"']?(?:openapi|swagger)[\"']?[ \t]*:[ \t]*[\"']?[23]\.", re.MULTILINE)

_CARD = (re.compile(rb"\"model_details\"\s*:\s*\{"), re.compile(rb"\"(?:schema_version|considerations|model_parameters)\"\s*:"))
_MODELS_LISTED = (re.compile(rb"\"bomFormat\"\s*:\s*\"CycloneDX\""), re.compile(rb"\"type\"\s*:\s*\"machine-learning-model\""))

# Servers of tools under a name of the project's own: `{"mcpServers": {...}}`, or a list of servers that are started by a package runner or
# stand at an address that ends as the protocol's do.
_SERVERS = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:\{[^\[\]]{0,500}?\"mcpServers\"\s*:\s*\{"
    rb"|\[\s*\{(?=.{0,3000}\"name\"\s*:)(?=.{0,3000}(?:\"command\"\s*:\s*\"(?:npx|uvx|bunx|pipx)\"|\"url\"\s*:\s*\"https?://[^\"\s]{1,300}/(?:mcp|sse)/?\")))",
    re.DOTALL,
)
_SHOWN = re.compile(r"demo|example|sample|template|schema")  # what a reader is shown, not what is used
_TASK = (re.compile(rb"\"containerDefinitions\"\s*:\s*\["), re.compile(rb"\"image\"\s*:"))
_PROMPT = re.compile(
    rb"^[ \t{]*[\"']?_type[\"']?[ \t]*:[ \t]*[\"']?(?:few_shot|chat_prompt|prompt)[\"']?[ \t]*(?:,|$)"
    rb"|\"lc\"\s*:\s*1\s*,\s*\"type\"\s*:\s*\"constructor\"\s*,\s*\"id\"\s*:\s*\[[^\]]{0,200}PromptTemplate\"",
    re.MULTILINE,
)
# Settings of Spring Boot and Quarkus under a name of the project's own, which the main file imports.
_OF_AN_APPLICATION, _RESOURCES = (
    re.compile(rb"^(?:spring|quarkus)(?::[ \t]*(?:#[^\n]*)?$|\.[\w.-]{1,80}:)", re.MULTILINE),
    "src/main/resources/",
)
# Columns that a training learns from: a key that speaks of them, and a list of names below or beside it.
_COLUMNS = re.compile(
    rb"^[ \t]*(?:[\w-]{0,40}[_-])?(?:features?|columns?|cols|categoricals?|numericals?|numerics?|predictors?)(?:[_-][\w-]{0,40})?[ \t]*:"
    rb"[ \t]*(?:\[[\"'\w]|(?:#[^\n]{0,200})?\n(?:[ \t]*#[^\n]{0,200}\n){0,3}[ \t]*-[ \t]+[\"']?[A-Za-z][\w .-]{0,60}[\"']?[ \t]*"
    rb"(?:#[^\n]{0,200})?$)",
    re.MULTILINE | re.IGNORECASE,
)


def may_be_told(path: str) -> bool:
    """Whether a file without a reader by its name may have one by its head."""
    return PurePosixPath(path.lower()).suffix in _STRUCTURED


def kind_of_head(path: str, head: bytes) -> SourceKind | None:
    """The kind of file its head says it is."""
    head = head.replace(b"\r\n", b"\n")  # the patterns end lines as most files do
    first = _KIND.search(head)
    if _RESOURCE.search(head) and first is not None and not head[first.start() :].startswith(_DEFINITION):
        return "helm_template" if _ACTION.search(head) else "kubernetes"
    if _STACK.search(head):
        return "cloudformation"
    if _MODELS.search(head) and _OF_A_GATEWAY.search(head):
        return "gateway"
    if _HUB.search(head) and _SINGLE_USER.search(head):
        return "helm_values"  # of JupyterHub, whose manual calls the file config.yaml
    if _BOOTSTRAP.search(head):
        return "envoy"
    if _API.search(head):
        return "openapi"
    if path.lower().endswith(".json"):
        if _GIVEN_TO_ARM.search(head):
            return "bicep_values"
        if _SERVERS.match(head) and not _SHOWN.search(PurePosixPath(path.lower()).stem):
            return "mcp_config"
        told: tuple[tuple[tuple[re.Pattern[bytes], ...], SourceKind], ...] = (
            (_CARD, "card_file"), (_MODELS_LISTED, "card_file"), (_TASK, "ecs_task"),
        )  # fmt: skip
        for patterns, kind in told:
            if all(pattern.search(head) for pattern in patterns):
                return kind
    if path.lower().endswith((".yaml", ".yml")) and _RESOURCES in f"/{path}" and _OF_AN_APPLICATION.search(head):
        return "spring_settings"
    if path.lower().endswith((".yaml", ".yml")) and _COLUMNS.search(head):
        return "feature_list"
    return "prompt_file" if _PROMPT.search(head[:4096]) else None
