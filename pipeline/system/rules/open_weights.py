"""Files of public weights by their names: `knowledge/open_weights.yaml`, and how a name is held against it."""

from __future__ import annotations

import re
from functools import lru_cache

from pydantic import Field

from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_KNOWN = KNOWLEDGE / "open_weights.yaml"
_FILE = re.compile(r"([\w.-]+?)\.(?:gguf|ggml|bin|llamafile)")
# A number or a version, a size, and the parts of a quantisation: `v0.3`, `7b`, `8x7b`, `q4`, `k`, `m`, `fp16`.
_SIZE = re.compile(r"v?\d+|\d+k|(?:\d+x)?\d+[bm]|[ae]\d+b|i?q\d+|[ksml0]|x{1,2}[sl]|b?f(?:p)?\d+|int\d+|mxfp\d+|ud")


class OpenWeights(Frozen):
    families: tuple[str, ...] = Field(description="Families of models with public weights, as files of them are called.")
    words: tuple[str, ...] = Field(description="Words beside them that make no model of one's own.")


@lru_cache(maxsize=1)
def load_open_weights() -> OpenWeights:
    return read_knowledge(_KNOWN, OpenWeights)


def is_public_file(name: str) -> bool:
    """Whether a file is called as one of public weights is, and nothing more: `models/gemma-2-2b-it.Q4_K_M.gguf`."""
    known, found = load_open_weights(), _FILE.fullmatch(name.replace("\\", "/").rsplit("/", 1)[-1].lower())
    if found is None:
        return False
    parts = [part for part in re.split(r"[-_.]", found[1]) if part]
    families = [
        re.sub(r"\d+$", "", part) in known.families or f"{part}-{after}" in known.families
        for part, after in zip(parts, [*parts[1:], ""], strict=True)
    ]
    return any(families) and all(
        is_family or part in known.words or _SIZE.fullmatch(part) for is_family, part in zip(families, parts, strict=True)
    )
