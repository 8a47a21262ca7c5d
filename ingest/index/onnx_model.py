"""Embeddings by a sentence encoder in ONNX form, from a folder of this machine that the user has named.

The folder holds `model.onnx` and `tokenizer.json`, as they are exported from models of the sentence-transformers family. Both are run by
libraries that Chroma brings along; nothing is downloaded, and no code comes with the model. What the files are is part of the index:
their digest names the model, wherever they lie. A model that gives vectors of words is averaged over the words of a text, as these models
were trained; one that gives a vector of the text is taken at its word.

Left out: other poolings, prompts that some models want before a question, windows of a few lines (an encoder is too dear for them).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import UnusableInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
_GIVEN = frozenset({"input_ids", "attention_mask", "token_type_ids"})
_OF_THE_TEXT = "sentence_embedding"
_MOST_TOKENS, _UNSAID_TOKENS = 512, 256  # of one text: the most that is looked at, and where the tokenizer does not say
_MOST_CHARACTERS = 8_000
_AT_ONCE = 8
_HOW = f"name a folder that holds {MODEL} and {TOKENIZER}"


class OnnxModel:
    """A loaded encoder. Any: the libraries publish no types of use."""

    windowed = False

    def __init__(self, session: Any, tokenizer: Any, identity: str) -> None:
        self._session, self._tokenizer, self.identity = session, tokenizer, identity
        self._inputs = [one.name for one in session.get_inputs()]
        names = [one.name for one in session.get_outputs()]
        self._output = _OF_THE_TEXT if _OF_THE_TEXT in names else names[0]
        self.dimension = 0
        self.dimension = int(self.embed(["dimension"]).shape[1])

    @classmethod
    def loaded(cls, folder: str) -> OnnxModel:
        """The encoder of a folder.

        Raises:
            UnusableInput: it is not there, or is none that can be used.
        """
        identity = identity_of(folder)
        try:
            session, tokenizer = _session(Path(folder) / MODEL), _tokenizer(Path(folder) / TOKENIZER)
            unknown = sorted({one.name for one in session.get_inputs()} - _GIVEN)
            if unknown:
                raise ValueError(f"it wants {', '.join(unknown)[:80]}")
            return cls(session, tokenizer, identity)
        except Exception as failure:  # whatever the libraries meet in files that are none, or a model of another sort
            said = " ".join(str(failure).split())[:200]
            raise UnusableInput(f"the encoder cannot be used: {said}", folder, "export it anew, or choose another model") from None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        found = np.zeros((len(texts), self.dimension), np.float32)
        encoded = [self._tokenizer.encode(text[:_MOST_CHARACTERS] or " ") for text in texts]
        for part in _alike(encoded):
            rows = self._vectors([encoded[index].ids for index in part])
            if not self.dimension:
                found = np.zeros((len(texts), rows.shape[1]), np.float32)
            found[part] = rows
        if not np.isfinite(found).all():
            raise UnusableInput("the encoder gives numbers that are none", self.identity, "export it anew, or choose another model")
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        found[(lengths == 0)[:, 0], 0] = 1.0  # nothing to embed: some unit vector, so that it can be stored
        return np.asarray(found / np.where(lengths == 0, 1.0, lengths), np.float32)

    def _vectors(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        import numpy as np

        given = np.zeros((len(ids), max(1, *map(len, ids))), np.int64)
        mask = np.zeros_like(given)
        for row, some in enumerate(ids):
            given[row, : len(some)], mask[row, : len(some)] = some, 1
        fed = {"input_ids": given, "attention_mask": mask, "token_type_ids": np.zeros_like(given)}
        (output,) = self._session.run([self._output], {name: fed[name] for name in self._inputs})
        if output.ndim == 3:  # a vector for each word
            output = (output * mask[:, :, None]).sum(axis=1) / np.maximum(1, mask.sum(axis=1, keepdims=True))
        if output.ndim != 2 or len(output) != len(ids):
            raise ValueError("it gives no vector for each text")
        return np.asarray(output, np.float32)


def identity_of(folder: str) -> str:
    """The model's name: a digest of its files, which are not loaded for it.

    Raises:
        UnusableInput: they are not there.
    """
    digest = hashlib.sha256()
    for name in (MODEL, TOKENIZER):
        try:
            with (Path(folder) / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError:
            raise UnusableInput(f"no {name} there", folder[:200], _HOW) from None
    return f"onnx:{digest.hexdigest()[:32]}"


def _session(file: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what it says of a broken file is told by the exception
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting must not cost as much as working
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    said = (tokenizer.truncation or {}).get("max_length", _UNSAID_TOKENS)
    tokenizer.enable_truncation(min(int(said), _MOST_TOKENS))
    tokenizer.no_padding()
    return tokenizer


def _alike(encoded: Sequence[Any]) -> Iterator[list[int]]:
    """Texts of much the same length together: what is filled up costs as much as what is there."""
    order = sorted(range(len(encoded)), key=lambda index: len(encoded[index].ids))
    for start in range(0, len(order), _AT_ONCE):
        yield order[start : start + _AT_ONCE]
