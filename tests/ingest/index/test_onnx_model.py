"""A sentence encoder from a folder that the user names: a tiny one that is made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from ingest.errors import UnusableInput
from ingest.index import Embedding, embedding_named, make_embedder
from ingest.index.onnx_model import OnnxModel, identity_of
from pipeline.interfaces.cli.index import index_settings
from pipeline.retrieval import IndexSettings, Query, Retriever

WORDS = {word: number for number, word in enumerate(("[UNK]", "refund", "order", "image", "dimension"))}
VECTORS = np.eye(len(WORDS), dtype=np.float32)


def encoder(folder: Path, *, of_text: bool = False, wants: tuple[str, ...] = ("input_ids", "attention_mask")) -> Path:
    """A model that looks words up: a vector for each word, or the sum of a text's."""
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "words"]) for name in wants]
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])]
    outputs = [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "words", len(WORDS)])]
    tables = [numpy_helper.from_array(VECTORS, "table")]
    if of_text:
        tables.append(numpy_helper.from_array(np.array([1], np.int64), "axes"))
        nodes.append(helper.make_node("ReduceSum", ["last_hidden_state", "axes"], ["sentence_embedding"], keepdims=0))
        outputs.append(helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["batch", len(WORDS)]))
    model = helper.make_model(
        helper.make_graph(nodes, "looks-up", inputs, outputs, tables), opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    )
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.enable_padding(length=6)  # as exported files often say; what is filled up must not count
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_words_of_a_text_are_averaged_whatever_stands_beside_it(tmp_path: Path) -> None:
    model = OnnxModel.loaded(str(encoder(tmp_path)))
    alone, together = model.embed(["refund order"]), model.embed(["image", "refund order", "refund order refund order image"])
    assert model.dimension == len(WORDS)
    assert np.allclose(alone[0], together[1])
    assert np.allclose(alone[0], [0, 2**-0.5, 2**-0.5, 0, 0])
    assert np.allclose(np.linalg.norm(together, axis=1), 1)
    assert together[0].argmax() == WORDS["image"]


def test_a_model_that_gives_a_vector_of_the_text_is_taken_at_its_word(tmp_path: Path) -> None:
    model = OnnxModel.loaded(str(encoder(tmp_path, of_text=True, wants=("input_ids", "token_type_ids"))))
    assert model.embed(["order"])[0].argmax() == WORDS["order"]


def test_nothing_to_embed_gives_unit_vectors_all_the_same(tmp_path: Path) -> None:
    model = OnnxModel.loaded(str(encoder(tmp_path)))
    assert model.embed([]).shape == (0, len(WORDS))
    assert np.allclose(np.linalg.norm(model.embed(["", " "]), axis=1), 1)


def test_the_files_are_the_model_wherever_they_lie(tmp_path: Path) -> None:
    first, copy = encoder(tmp_path / "a"), encoder(tmp_path / "b")
    assert identity_of(str(first)) == identity_of(str(copy)) == OnnxModel.loaded(str(first)).identity
    tokenizer = copy / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text().replace("refund", "refunds"))
    assert identity_of(str(first)) != identity_of(str(copy))


def test_a_search_uses_it_and_another_one_makes_the_index_anew(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "app.md").write_text("# One\n\nrefund order\n\n# Two\n\nimage\n")
    settings = IndexSettings(embedding=embedding_named(f"onnx:{encoder(tmp_path / 'a')}"), folder=tmp_path / "index", jobs=1)
    with Retriever(tree, None, settings) as retriever:
        assert retriever.report.embedded == 2
        assert retriever.search(Query("image", mode="dense"))[0].start_line == 5
    with Retriever(tree, None, settings) as retriever:
        assert retriever.report.embedded == 0
    other = encoder(tmp_path / "a", of_text=True)
    with Retriever(tree, None, IndexSettings(embedding=Embedding("onnx", str(other)), folder=tmp_path / "index", jobs=1)) as retriever:
        assert retriever.report.embedded == 2


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda folder: (folder / "model.onnx").unlink(), r"no model\.onnx there: .*\(name a folder"),
        (lambda folder: (folder / "tokenizer.json").unlink(), r"no tokenizer\.json there"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"\x08\x09rubbish"), "the encoder cannot be used"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "the encoder cannot be used"),
        (lambda folder: encoder(folder, wants=("input_ids", "pixel_values")), "it wants pixel_values"),
    ],
)  # fmt: skip
def test_files_that_are_no_encoder_are_one_line(broken: object, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert callable(broken)
    broken(encoder(tmp_path))
    with pytest.raises(UnusableInput, match=said) as refused:
        make_embedder(Embedding("onnx", str(tmp_path)))
    assert "\n" not in str(refused.value)
    assert capfd.readouterr().err == ""


def test_a_model_of_the_tree_itself_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    encoder(tmp_path / "models")
    for named in ("onnx:models", f"onnx:{tmp_path}/models", "onnx:."):
        with pytest.raises(UnusableInput, match="lies in the tree to index, and none of that is loaded"):
            index_settings(tmp_path, {"embedding": named})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "models").symlink_to(tmp_path / "models")
    with pytest.raises(UnusableInput, match="lies in the tree"):
        index_settings(tmp_path / "models", {"embedding": f"onnx:{tmp_path}/elsewhere/models"})
