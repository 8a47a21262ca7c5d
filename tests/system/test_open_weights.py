"""Which files are public weights, by their names alone."""

from __future__ import annotations

import pytest

from pipeline.system.rules.open_weights import is_public_file

_NAMES = {
    "./models/gemma-2-2b-it.Q4_K_M.gguf": True,
    "mistral-7b-instruct-v0.2.Q4_K_M.gguf": True,
    "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf": True,
    "mixtral-8x7b-instruct-v0.1.Q5_0.gguf": True,
    "C:\\models\\Phi-3-mini-4k-instruct-q4.gguf": True,
    "gpt-oss-20b-mxfp4.gguf": True,
    "llama-3-acme-support.gguf": False,
    "model.gguf": False,
    "gemma-2-2b-it": False,
}


@pytest.mark.parametrize(("name", "public"), _NAMES.items(), ids=_NAMES.keys())
def test_a_file_of_public_weights_is_called_nothing_more(name: str, public: bool) -> None:
    assert is_public_file(name) is public
