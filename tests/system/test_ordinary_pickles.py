"""What ordinary software unpickles is no model file; what a program with an AI part unpickles may be one."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

_CACHE = """
import pickle
{imports}

def fetch(store, key):
    return pickle.loads(store.get(key))
"""


@pytest.mark.parametrize(
    ("code", "ordinary"),
    [
        (_CACHE.format(imports=""), True),
        (_CACHE.format(imports="import sklearn"), False),
        (_CACHE.format(imports="from openai import OpenAI"), False),
        (_CACHE.format(imports="").replace("fetch", "fetch_model"), False),
        ('import pickle\n\n\ndef load():\n    return pickle.load(open("data/churn_model.pkl", "rb"))\n', False),
        (_CACHE.format(imports="").replace("store.get(key)", "self.model.get(key)"), True),
    ],
    ids=["a cache", "beside a library for models", "beside a model", "called a model", "a file called a model", "a table called model"],
)
def test_a_cache_of_a_program_without_ai_is_no_model(code: str, ordinary: bool) -> None:
    pickled = [element for element in system_of(code).elements if element.kind == "model_file"]
    assert [element.attributes.get("of_no_model") is True for element in pickled] == [ordinary]
