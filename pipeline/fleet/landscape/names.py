"""What a thing is called in all systems: one model, package, image or server has one name, however a system writes it.

Only what is surely the same is made the same: a provider's prefix, the case, a registry that is the default, the date of a snapshot. A
model whose name a setting chooses has none and is not shared with anybody.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PROVIDERS = frozenset({
    "openai", "azure", "azure_openai", "azure_ai", "azureopenai", "anthropic", "google", "gemini", "google_genai", "google_vertexai",
    "vertex_ai", "vertexai", "bedrock", "aws_bedrock", "amazon", "openrouter", "mistral", "mistralai", "cohere", "groq", "ollama",
    "ollama_chat", "together", "together_ai", "fireworks", "fireworks_ai", "deepseek", "xai", "x-ai", "perplexity", "litellm", "vllm",
    "huggingface",
})  # fmt: skip
_PROVIDER_NAMES = {
    "azure_openai": "azure openai", "azureopenai": "azure openai", "azure-openai": "azure openai", "azure": "azure openai",
    "api.openai.com": "openai", "google_genai": "google", "google-genai": "google", "gemini": "google",
    "generativelanguage.googleapis.com": "google", "api.anthropic.com": "anthropic", "claude": "anthropic", "mistralai": "mistral",
    "api.mistral.ai": "mistral", "aws_bedrock": "bedrock", "aws bedrock": "bedrock", "amazon bedrock": "bedrock",
    "api.groq.com": "groq", "openrouter.ai": "openrouter", "api.deepseek.com": "deepseek",
}  # fmt: skip
_SNAPSHOT = re.compile(r"^(.*?[a-z0-9])[-@](20\d\d-?[01]\d-?[0-3]\d|latest)$")
_REGION = re.compile(r"^(?:us|eu|apac|global)\.(?=(?:anthropic|amazon|meta|mistral|cohere)\.)")
_BEDROCK = re.compile(r"^(?:anthropic|amazon|meta|mistral|cohere|ai21)\.(.+?)(?:-v\d+:\d+)?$")
_DEFAULT_REGISTRY = re.compile(r"^(?:(?:index\.|registry-1\.)?docker\.io/)?(?:library/)?")


class Name(NamedTuple):
    """A name that all systems share, and the version this one has; empty where it says none."""

    name: str
    version: str = ""


def model_name(said: str) -> Name:
    """`openai/gpt-4o-2024-08-06` and `GPT-4o` are one model, in two versions; weights of a hub keep their owner."""
    name = said.strip().lower().removeprefix("models/")
    while "/" in name and name.partition("/")[0] in _PROVIDERS:
        name = name.partition("/")[2]
    first, colon, rest = name.partition(":")
    if colon and first in _PROVIDERS and rest:
        name = rest
    first, space, rest = name.partition(" ")
    if space and first in _PROVIDERS and rest:
        name = rest
    name = _REGION.sub("", name)
    if bedrock := _BEDROCK.match(name):
        name = bedrock[1]
    snapshot = _SNAPSHOT.match(name)
    return Name(snapshot[1], snapshot[2]) if snapshot else Name(name)


def provider_name(said: str) -> Name:
    name = said.strip().lower()
    return Name(_PROVIDER_NAMES.get(name, name))


def package_name(said: str, ecosystem: str, version: str) -> Name:
    """As the index of the ecosystem compares names."""
    name = re.sub(r"[-_.]+", "-", said).lower() if ecosystem == "pypi" else said.lower() if ecosystem in ("npm", "nuget") else said
    return Name(f"{name} ({ecosystem})" if ecosystem else name, version)


def image_name(said: str) -> Name:
    """Without the registry that is the default; a tag or a digest is its version."""
    name = _DEFAULT_REGISTRY.sub("", said.strip().strip("\"'"), count=1)
    name, _, digest = name.partition("@")
    base, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return Name(base.lower(), tag)
    return Name(name.lower(), digest[:19])


def action_name(said: str) -> Name:
    name, _, version = said.strip().strip("\"'").partition("@")
    return Name(name.lower(), version)


def plain_name(said: str) -> Name:
    return Name(" ".join(said.split()).lower())


_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE | re.MULTILINE)
_IMAGE = re.compile(r"^\s*-?\s*[\"']?image[\"']?\s*:\s*[\"']?([^\s\"'#,]+)", re.MULTILINE)
_USES = re.compile(r"^\s*-?\s*uses\s*:\s*[\"']?([^\s\"'#]+@[^\s\"'#]+)", re.MULTILINE)
_NO_NAME = re.compile(r"[$%{}<>]")


def images_in(text: str) -> tuple[Name, ...]:
    """Images that lines of a Dockerfile or of a deployment name; stages of the same file and names left to a setting are none."""
    stages = {stage.lower() for _, stage in _FROM.findall(text) if stage}
    said = [image for image, _ in _FROM.findall(text)] + _IMAGE.findall(text)
    named = (image for image in said if not _NO_NAME.search(image) and image.lower() not in stages and image.lower() != "scratch")
    return tuple(dict.fromkeys(image_name(image) for image in named))


def actions_in(text: str) -> tuple[Name, ...]:
    """Actions of others that lines of a workflow use."""
    return tuple(
        dict.fromkeys(action_name(used) for used in _USES.findall(text) if not _NO_NAME.search(used) and not used.startswith("./"))
    )
