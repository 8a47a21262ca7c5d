"""Embeddings by a sentence-transformers model on this machine, where the user has installed the library."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ingest.errors import UnusableInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TransformerModel:
    """A loaded model."""

    windowed = False

    def __init__(self, model: Any, name: str, dimension: int) -> None:  # Any: the library is not installed with us
        self._model = model
        self.identity = f"sentence-transformers:{name}"
        self.dimension = dimension

    @classmethod
    def loaded(cls, name: str) -> TransformerModel:
        try:
            library = import_module("sentence_transformers")
        except ImportError:
            mend = "pip install sentence-transformers, or leave the setting out"
            raise UnusableInput("sentence-transformers is not installed", name, mend) from None
        try:
            model = library.SentenceTransformer(name, trust_remote_code=False)
        except Exception as failure:  # whatever the library meets: a missing model, no network, broken files
            said = " ".join(str(failure).split())[:200]
            raise UnusableInput(
                f"the embedding model cannot be loaded: {said}", name, "check its name, or that its files are here"
            ) from None
        return cls(model, name, int(model.get_sentence_embedding_dimension()))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return np.asarray(self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False), np.float32)
