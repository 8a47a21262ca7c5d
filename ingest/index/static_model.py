"""The default embedding: WordLlama's static vectors, from the files inside its wheel, with no network.

A word's vector is looked up and a text's is their mean, so it takes microseconds and no processor of its own. Identifiers
are split into words and punctuation is left out first: the model was trained on prose.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from wordllama import WordLlamaInference

_NAME, _DIMENSION = "l2_supercat", 256
_EDITION = 2  # of how text is prepared here
_MOST_CHARACTERS = 8_000
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


class StaticModel:
    """WordLlama as it is installed."""

    windowed = True

    def __init__(self, model: WordLlamaInference) -> None:
        self._model = model
        self.identity = f"wordllama:{_NAME}:{_DIMENSION}:{version('wordllama')}:{_EDITION}"
        self.dimension = _DIMENSION

    @classmethod
    def bundled(cls) -> StaticModel:
        """The model inside the wheel; nothing is downloaded."""
        root = logging.getLogger()
        before, level = list(root.handlers), root.level
        import wordllama

        root.handlers[:], root.level = before, level  # its import sets the program's logging up: not its affair
        # Its loader looks for the tokenizer in a folder that the wheel names otherwise; as a cache, the package itself has all files.
        folder = Path(wordllama.__file__).parent
        return cls(wordllama.WordLlama.load(_NAME, cache_dir=folder, dim=_DIMENSION, disable_download=True))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return np.zeros((0, _DIMENSION), np.float32)
        found = np.asarray(self._model.embed([_as_prose(text) for text in texts], norm=False), np.float32)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        found[(lengths == 0)[:, 0], 0] = 1.0  # nothing to embed: some unit vector, so that it can be stored
        return np.asarray(found / np.where(lengths == 0, 1.0, lengths), np.float32)


def _as_prose(text: str) -> str:
    return " ".join(word.lower() for word in _WORD.findall(text[:_MOST_CHARACTERS]))
