"""Model servers that are started from a command: `vllm serve owner/model --trust-remote-code` in a container file or a composition.

Takes the settings of configuration files, adds the model that the command loads, with what its flags allow. Flags that stand
in variables are not followed, and a command without a model's name adds nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue

_LONGEST = 20_000
_WORDS = 500
_EXEC_FORM = re.compile(r"[\[\],]+(?=\s|\"|$)|^\s*\[")
# Servers of models by the words that start them, and the image whose entry point is the server.
_SERVERS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    ("vllm", re.compile(r"(^|\s|/)vllm serve\s|\bvllm\.entrypoints\.(openai\.)?api_server\b"), re.compile(r"(^|/)vllm-openai\b")),
    ("sglang", re.compile(r"\bsglang\.launch_server\b"), re.compile(r"^$")),
    ("text-generation-inference", re.compile(r"(^|\s|/)text-generation-launcher\b"), re.compile(r"(^|/)text-generation-inference\b")),
)
_MODEL_FLAGS = ("--model", "--model-path", "--model-id")
_FIXED = re.compile(r"[0-9a-f]{40}")


def add_started_models(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """A local model per command that starts a server of models."""
    for file in files:
        for setting in file.settings:
            if setting.kind == "run_command" and setting.name in ("CMD", "ENTRYPOINT"):
                _started(assembly, file, setting, "")
            elif setting.kind == "service":
                _started(assembly, file, setting, str(setting.attributes.get("image") or "").split("@")[0])


def _started(assembly: Assembly, file: ConfigFacts, setting: Setting, image: str) -> None:
    words = _words(str(setting.attributes.get("command") or ""))
    joined = " ".join(words)
    product = next((name for name, command, own in _SERVERS if command.search(joined) or (image and own.search(image))), None)
    model = _model(words) if product is not None else ""
    if product is None or not model or "$" in model:
        return
    attributes: dict[str, AttributeValue] = {"library": product, "model": model}
    if "--trust-remote-code" in words or "--trust-remote-code=true" in (word.lower() for word in words):
        attributes["trust_remote_code"] = True
    if model.startswith(("/", "./")):
        attributes["local_path"] = True
    place = assembly.cite_place(setting.place)
    identity = assembly.drafts.put("local_llm", f"{model} ({product})", None, attributes, place, None, file.purpose)
    if _FIXED.fullmatch(_flag(words, ("--revision",))):
        assembly.control("pinned_revision", identity, place)


def _words(command: str) -> list[str]:
    text = _EXEC_FORM.sub(" ", command[:_LONGEST]) if command.lstrip().startswith("[") else command[:_LONGEST]
    try:
        return shlex.split(text.replace("\\\n", " "), comments=True)[:_WORDS]
    except ValueError:
        return text.split()[:_WORDS]


def _flag(words: Sequence[str], names: Sequence[str]) -> str:
    """The value of the first of these flags, in either of its forms."""
    for index, word in enumerate(words):
        name, given, value = word.partition("=")
        if name in names:
            return value if given else words[index + 1] if index + 1 < len(words) else ""
    return ""


def _model(words: Sequence[str]) -> str:
    named = _flag(words, _MODEL_FLAGS)
    if named:
        return named
    after = words[words.index("serve") + 1 :] if "serve" in words else []
    return after[0] if after and not after[0].startswith("-") else ""
