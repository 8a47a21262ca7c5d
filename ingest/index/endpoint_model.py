"""Embeddings from an OpenAI-compatible endpoint that the user has named: hosted, or Ollama, vLLM, llama.cpp nearby.

Texts go there in batches; the client retries what fails for a moment. Secrets were masked when the chunks were made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ingest.errors import UnusableInput
from ingest.index.embedding import Embedding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from openai import OpenAI

_AT_ONCE = 64
_MOST_CHARACTERS = 8_000  # of one text: smaller endpoints refuse what is longer than their model's window
_RETRIES = 4
_TIMEOUT_S = 60.0


class EndpointModel:
    """A model behind an address."""

    windowed = False

    def __init__(self, client: OpenAI, embedding: Embedding, dimension: int) -> None:
        self._client, self._model = client, embedding.model
        self.identity = f"openai:{embedding.model}:{embedding.address or 'default'}"
        self.dimension = dimension

    @classmethod
    def connected(cls, embedding: Embedding) -> EndpointModel:
        """Asks once, to learn the dimension and that it answers."""
        from openai import OpenAI

        if not embedding.key and not embedding.address:
            raise UnusableInput("no key for the embedding endpoint", embedding.model, "set OPENAI_API_KEY, or name an endpoint of your own")
        client = OpenAI(api_key=embedding.key or "none", base_url=embedding.endpoint, max_retries=_RETRIES, timeout=_TIMEOUT_S)
        probe = cls(client, embedding, 0)
        return cls(client, embedding, int(probe.embed(["dimension"]).shape[1]))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        rows = [row for batch in _batches(texts) for row in self._asked(batch)]
        if not rows:
            return np.zeros((0, self.dimension), np.float32)
        if len({len(row) for row in rows}) != 1 or (self.dimension and len(rows[0]) != self.dimension):
            raise UnusableInput("the embedding endpoint answered with vectors of another size", self._model, "check the model's name")
        found = np.asarray(rows, np.float32)
        if not np.isfinite(found).all():
            raise UnusableInput("the embedding endpoint answered with numbers that are none", self._model, "check the model's name")
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        found[(lengths == 0)[:, 0], 0] = 1.0
        return np.asarray(found / np.where(lengths == 0, 1.0, lengths), np.float32)

    def _asked(self, batch: Sequence[str]) -> list[list[float]]:
        from openai import OpenAIError

        try:
            answer = self._client.embeddings.create(model=self._model, input=list(batch), encoding_format="float")
        except OpenAIError as failure:
            said = " ".join(str(failure).split())[:200]
            raise UnusableInput(f"the embedding endpoint failed: {said}", self._model, "check its address, key and model") from None
        found = sorted(answer.data, key=lambda item: item.index)
        if [item.index for item in found] != list(range(len(batch))):
            raise UnusableInput("the embedding endpoint left texts out", self._model, "try again, or another model")
        return [item.embedding for item in found]


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(texts), _AT_ONCE):
        yield [text[:_MOST_CHARACTERS] or " " for text in texts[start : start + _AT_ONCE]]
