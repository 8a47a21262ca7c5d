"""Prompts from their files: front matter and words, checked when they are loaded.

Takes a name (`ingest/transcribe-picture`), gives a `Prompt`. A file that does not declare what it has to, or does not use what it declares,
is an error at once, and not when a model is asked. `prompts/README.md` shows what a file looks like; `rendering` puts values in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import yaml

from prompts.fences import MARK, defang

Trust = Literal["trusted", "untrusted"]

GIVEN = "=== given ==="
PLACEHOLDER = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
EXHIBITS = "common/exhibits"  # what the marks of fences mean: said in the system text of each prompt that takes values

_DECLARED = frozenset({"name", "version", "purpose", "inputs", "output"})
_TRUST = frozenset({"trusted", "untrusted"})
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")
_INPUT = re.compile(r"[a-z][a-z0-9_]*")
_NO_NONCE = "0" * 16


@dataclass(frozen=True, slots=True)
class Prompt:
    """The words of one prompt; `version` moves when their meaning does."""

    name: str
    version: int
    text: str
    """All words of the file, as a prompt without values is sent."""
    purpose: str
    inputs: Mapping[str, Trust]
    output: str
    system: str
    """What is the same each time, with what the marks of fences mean after the words of a prompt that takes values."""
    given: str
    """What holds the values, each as `{{name}}`; empty where none go into the words."""
    digest: str
    """16 hexadecimal digits over the file, and over the shared words in `system`."""


def load_prompt(name: str) -> Prompt:
    """The prompt of a name.

    Raises:
        ValueError: there is none, or its file declares too little, too much or something else, or does not use what it declares.
    """
    file = _read(name)
    return _prompt_of(name, file, _read(EXHIBITS) if GIVEN in file else "")


@lru_cache(maxsize=64)
def _prompt_of(name: str, file: str, shared: str) -> Prompt:
    """The prompt that a file declares; kept by what stands in the files, since each question asks for one."""
    head, separator, words = file.removeprefix("---\n").partition("\n---\n")
    declared = _front_matter(name, head) if separator else None
    if not isinstance(declared, dict) or set(declared) != _DECLARED:
        raise ValueError(f"prompt {name} must declare {', '.join(sorted(_DECLARED))}, and nothing else")
    version, inputs = declared["version"], declared["inputs"]
    if declared["name"] != name.rpartition("/")[2] or type(version) is not int or version < 1:
        raise ValueError(f"prompt {name} must bear its own name and a whole number as its version")
    if not isinstance(inputs, dict) or not all(isinstance(trust, str) and trust in _TRUST for trust in inputs.values()):
        raise ValueError(f"prompt {name} must say of each input whether it is trusted or untrusted")
    if not all(isinstance(key, str) and _INPUT.fullmatch(key) for key in inputs):
        raise ValueError(f"prompt {name} must name its inputs in small letters, digits and underscores")
    if not all(isinstance(declared[key], str) and declared[key].strip() for key in ("purpose", "output")):
        raise ValueError(f"prompt {name} must say in words what it is for and what it gives")
    text = words.strip()
    system, given = _parts(name, text)
    _check_words(name, system, given, inputs)
    return Prompt(
        name=declared["name"],
        version=version,
        text=text,
        purpose=declared["purpose"],
        inputs=MappingProxyType(dict(inputs)),
        output=declared["output"],
        system=f"{system}\n\n{_prompt_of(EXHIBITS, shared, '').text}" if given else system,
        given=given,
        digest=hashlib.sha256((file + (shared if given else "")).encode()).hexdigest()[:16],
    )


def _read(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a prompt")
    file = files("prompts").joinpath(f"{name}.md")
    if not file.is_file():
        raise ValueError(f"there is no prompt {name}")
    return file.read_text(encoding="utf-8")


def _parts(name: str, text: str) -> tuple[str, str]:
    """The words that stay the same, and those that hold values."""
    lines = text.split("\n")
    marks = [number for number, line in enumerate(lines) if line.strip() == GIVEN]
    if len(marks) > 1:
        raise ValueError(f"prompt {name} has more than one line {GIVEN}")
    if not marks:
        system, given = text, ""
    else:
        system, given = "\n".join(lines[: marks[0]]).strip(), "\n".join(lines[marks[0] + 1 :]).strip()
    if not system or (marks and not given):
        raise ValueError(f"prompt {name} has no words before or after its line {GIVEN}")
    return system, given


def _check_words(name: str, system: str, given: str, inputs: Mapping[str, Trust]) -> None:
    if "{{" in system:
        raise ValueError(f"prompt {name} has a placeholder outside of what follows {GIVEN}: the system text stays the same for all values")
    if not given:
        return
    left = PLACEHOLDER.sub("", given)
    if "{{" in left or "}}" in left:
        raise ValueError(f"prompt {name} has braces that are no placeholder; one is written {{{{name}}}}")
    used = PLACEHOLDER.findall(given)
    if set(used) != set(inputs):
        wrong = ", ".join(sorted(set(used) ^ set(inputs)))
        raise ValueError(f"prompt {name} must use each input that it declares, and no other: {wrong}")
    for key, trust in inputs.items():
        alone = sum(line.strip() == f"{{{{{key}}}}}" for line in given.split("\n"))
        if trust == "untrusted" and (used.count(key) != 1 or alone != 1):
            raise ValueError(f"prompt {name} must have the untrusted input {key} once, on a line of its own")
    if defang(given, _NO_NONCE).imitations:
        raise ValueError(f"prompt {name} must leave the marks of fences ({MARK}) to the code that puts values in")


class _Strict(yaml.SafeLoader):
    """YAML in which no key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        made: dict[object, object] = super().construct_mapping(node, deep=deep)
        if len(made) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return made


def _front_matter(name: str, head: str) -> object:
    try:
        return yaml.load(head, _Strict)  # a safe loader, see above
    except yaml.YAMLError as broken:
        raise ValueError(f"prompt {name} has a front matter that cannot be read: {broken}") from broken
