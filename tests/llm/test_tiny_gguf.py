"""The tiny model: the same file for the same seed, small, and with a token for every byte."""

from __future__ import annotations

from pathlib import Path

from gguf import GGUFReader

from tests.llm.tiny_gguf import byte_alphabet, write_tiny_gguf


def test_the_same_seed_gives_the_same_small_file(tmp_path: Path) -> None:
    for name, seed in (("first", 7), ("again", 7), ("other", 8)):
        write_tiny_gguf(tmp_path / name, seed)
    first, again, other = ((tmp_path / name).read_bytes() for name in ("first", "again", "other"))
    assert first == again
    assert first != other
    assert len(first) < 5_000_000


def test_every_byte_is_a_token_and_every_pair_has_its_letters(tmp_path: Path) -> None:
    write_tiny_gguf(tmp_path / "tiny.gguf")
    reader = GGUFReader(tmp_path / "tiny.gguf")
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    assert set(byte_alphabet().values()) <= set(tokens)
    assert len(set(tokens)) == len(tokens)
    for left, right in (merge.split(" ") for merge in reader.fields["tokenizer.ggml.merges"].contents()):
        assert {left, right, left + right} <= set(tokens)
    rows = next(tensor for tensor in reader.tensors if tensor.name == "token_embd.weight").shape[1]
    assert rows == len(tokens)
