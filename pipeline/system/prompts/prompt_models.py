"""Prompt files that name their model: a prompt, the model it is for, and the values that are filled in.

Takes the settings of prompt files, adds a prompt for each that no code was seen to load, what it says of its inputs, the model it names and
the tie between them; of a promptfoo configuration the evaluator and the models that it asks. Where the values come from is for the code to
say, and a file for tests is none of the product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ingest.facts import Setting, TextFacts
from ingest.told_secrets import told_secrets
from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue, ElementKind
from pipeline.system.prompts.embedded import said_of_prompt, with_hash, without_spoken

_LOCAL = re.compile(r"^(?:ollama|llama\.?cpp|vllm|localai|local|lmstudio)$", re.IGNORECASE)
_READ = 200_000
_LONGEST_NAME = 300  # characters of a path
_BY_CODE = frozenset({"prompty", "dotprompt"})  # formats that only a library of the code reads


def add_prompt_models(assembly: Assembly, files: Sequence[TextFacts]) -> None:
    """Prompts and models of all files; prompts that no word of the code or of a setting leads to are marked."""
    said = frozenset(_said(assembly, files))
    for file in files:
        if file.purpose in ("product", "example", "documentation"):
            for setting in file.settings:
                if setting.kind == "prompt":
                    _add(assembly, file, setting, said)


def _said(assembly: Assembly, files: Sequence[TextFacts]) -> Iterator[str]:
    """The words of paths and names that code, or a setting of another file, may load a prompt by."""
    texts = [value.text for facts in assembly.program.files for value in facts.values if value.kind == "constant"]
    texts += [
        one
        for file in files
        for setting in file.settings
        if setting.kind != "prompt"
        for value in setting.attributes.values()
        for one in (value if isinstance(value, tuple) else (value,))
        if isinstance(one, str)
    ]
    for text in texts:
        if len(text) <= _LONGEST_NAME:
            yield from re.split(r"[^\w.-]+", text.lower())


def _is_led_to(path: str, said: frozenset[str], setting: Setting) -> bool:
    """Whether a file is named, or its ending or folder: `load(f"{name}.prompty")`, `promptDir: "prompts"`; in Genkit by its bare name."""
    file = PurePosixPath(path.lower())
    folder = {file.parent.name} if "prompt" in file.parent.name else set()
    bare = {file.name.partition(".")[0]} if setting.attributes.get("format") == "dotprompt" else set()
    return not said.isdisjoint({file.name, file.suffix} | bare | folder)


def _add(assembly: Assembly, file: TextFacts, setting: Setting, said: frozenset[str]) -> None:
    place = assembly.cite_place(setting.place)
    model = _model(assembly, file, setting)
    if setting.attributes.get("format") == "promptfoo":
        evaluator = assembly.drafts.put("evaluator", f"promptfoo ({file.path})", None, {"product": "promptfoo"}, place, None, file.purpose)
        if model is not None:
            assembly.relate(evaluator, "uses_model", model, place)
        return
    prompt = _prompt(assembly, file, setting)
    if assembly.program.files and setting.attributes.get("format") in _BY_CODE and not _is_led_to(file.path, said, setting):
        assembly.draft(prompt).attributes["unused"] = True
    if model is not None:
        assembly.relate(model, "has_prompt", prompt, place)


def _prompt(assembly: Assembly, file: TextFacts, setting: Setting) -> str:
    """The prompt that code loads from this file, or a new one."""
    known = [
        d for d in assembly.drafts.by_id.values() if d.kind == "prompt" and (d.name == file.path or d.name.startswith(f"{file.path}#"))
    ]
    text = "\n".join(stored.text for stored in file.texts)[:_READ]
    if known:
        identity = known[0].id
    else:
        kind = "system" if setting.attributes.get("system") else "user"
        whole = next((stored.place for stored in file.texts if not stored.key), setting.place)
        cited = without_spoken(assembly.cite_place(whole), told_secrets(text))
        identity = assembly.drafts.put("prompt", file.path, None, said_of_prompt(text, kind), cited, None, file.purpose)
        with_hash(assembly, identity, text)
    draft = assembly.draft(identity)
    for name in ("format", "inputs", "template"):
        if setting.attributes.get(name):
            draft.attributes[name] = _value(setting, name)
    return identity


def _model(assembly: Assembly, file: TextFacts, setting: Setting) -> str | None:
    model, service = str(setting.attributes.get("model") or ""), str(setting.attributes.get("service") or "")
    if not model:
        return None
    kind: ElementKind = "local_llm" if _LOCAL.match(service) else "hosted_llm"
    known = next((d.id for d in assembly.drafts.by_id.values() if d.kind == kind and d.attributes.get("model") == model), None)
    if known is not None:
        return known
    attributes: dict[str, AttributeValue] = {"model": model, **({"provider": service} if service else {})}
    name, place = f"{model} ({service})" if service else model, assembly.cite_place(setting.place)
    return assembly.drafts.put(kind, name, None, attributes, place, None, file.purpose)


def _value(setting: Setting, name: str) -> AttributeValue:
    value = setting.attributes[name]
    return value if isinstance(value, tuple) else str(value)
