"""What turns text into vectors: the default that ships inside a wheel, and three that a user may choose.

Takes an `Embedding` (which model, at which address), gives an `Embedder`. Nothing here reads the environment or a settings file:
who asks says which model, and the scanned tree is never asked. Libraries are imported when a model is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from ingest.addresses import OPENAI
from ingest.errors import UnusableInput
from ingest.index.chunk import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

Provider = Literal["wordllama", "onnx", "openai", "sentence-transformers"]


@dataclass(frozen=True, slots=True)
class Embedding:
    """Which model embeds; of `onnx`, `model` is a folder. `address` and `key` are for endpoints alone."""

    provider: Provider = "wordllama"
    model: str = ""
    address: str | None = None
    key: str | None = None

    @property
    def endpoint(self) -> str:
        """Where texts are sent to, named or not."""
        return self.address or OPENAI

    def __repr__(self) -> str:  # a key is never shown
        return f"Embedding({self.provider!r}, {self.model!r}, {self.address!r})"


class Embedder(Protocol):
    @property
    def identity(self) -> str:
        """Names the model and its edition: vectors of two identities are never compared."""

    @property
    def dimension(self) -> int: ...

    @property
    def windowed(self) -> bool:
        """Whether it is cheap enough to embed a chunk once more, a few lines at a time."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text."""


def embedding_named(text: str, address: str | None = None, key: str | None = None) -> Embedding:
    """`wordllama`, `onnx:FOLDER`, `openai:MODEL` or `sentence-transformers:MODEL`.

    Raises:
        UnusableInput: it is none of these.
    """
    provider, _, model = text.partition(":")
    if provider == "wordllama" and not model:
        return Embedding()
    if provider == "onnx" and model:
        return Embedding("onnx", model)
    if provider in ("openai", "sentence-transformers") and model:
        return Embedding("openai" if provider == "openai" else "sentence-transformers", model, address, key)
    raise UnusableInput("no such embedding model", text[:100], "write wordllama, onnx:FOLDER, openai:MODEL or sentence-transformers:MODEL")


def make_embedder(embedding: Embedding) -> Embedder:
    """The model, loaded or connected.

    Raises:
        UnusableInput: it is not installed, or cannot be reached.
    """
    if embedding.provider == "wordllama":
        from ingest.index.static_model import StaticModel

        return StaticModel.bundled()
    if embedding.provider == "onnx":
        from ingest.index.onnx_model import OnnxModel

        return OnnxModel.loaded(embedding.model)
    if embedding.provider == "openai":
        from ingest.index.endpoint_model import EndpointModel

        return EndpointModel.connected(embedding)
    from ingest.index.transformer_model import TransformerModel

    return TransformerModel.loaded(embedding.model)


_WINDOW, _STEP = 4, 2  # lines with text
_MOST_WINDOWS = 24


def windows_of(chunk: Chunk) -> list[str]:
    """A chunk a few lines at a time, each with the name of where it stands: one sentence that answers is not lost in a mean."""
    lines = [line for line in chunk.text.split("\n") if line.strip()]
    head = " ".join((chunk.path.rpartition("/")[2], chunk.symbol, *chunk.section[:3]))
    starts = range(0, max(1, len(lines) - _WINDOW + _STEP), _STEP)[:_MOST_WINDOWS]
    parts = ["\n".join(lines[start : start + _WINDOW]) for start in starts]
    return [f"{head}\n{part}" for part in (*parts, chunk.around) if part]


def embedded_text(chunk: Chunk) -> str:
    """What is embedded of a chunk: where it stands, then what it says."""
    head = [chunk.path, chunk.symbol, *chunk.section[:6]]
    return "\n".join([" ".join(part for part in head if part), *([chunk.around] if chunk.around else []), chunk.text])
