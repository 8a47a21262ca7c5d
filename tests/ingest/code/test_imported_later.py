"""Modules and classes that a program takes in by way of functions and objects of its own are known by their names."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, system_of

_LOADS = "\nfrom fastapi import FastAPI\napp = FastAPI()\n@app.post('/models')\ndef models(text: str):\n    return {}.load(text, weights_only=False)\n"
_ASKS = """
import express from "express";
const app = express();
app.post("/ask", async (req, res) => { const Client = await load(); await new Client().responses.create({ model: "gpt-5", input: req.body.text }); });
"""
WAYS = {
    "a function gives the module back": ("def later():\n    import torch\n    return torch\n", "later()"),
    "a function imports by a name": ("import importlib\ndef later(name):\n    return importlib.import_module(name)\n", "later('torch')"),
    "a loader of a package": ("from tools import LazyLoader\ntorch = LazyLoader('torch', globals(), 'torch')\n", "torch"),
    "a function of a package": ("from tools import lazy_import\ntorch = lazy_import('torch')\n", "torch"),
    "an object that imports": (
        "import importlib\nclass Later:\n    def __init__(self, name):\n        self.name = name\n"
        "    def __getattr__(self, part):\n        return getattr(importlib.import_module(self.name), part)\ntorch = Later('torch')\n",
        "torch",
    ),
}
CLASSES = {
    "a class": 'import OpenAI from "openai";\nconst load = () => OpenAI;',
    "a class that is imported then": 'async function load() { return (await import("openai")).default; }',
    "a class that is kept": 'let kept: any;\nasync function load() { if (!kept) { kept = (await import("openai")).default; } return kept; }',
}


@pytest.mark.parametrize(("before", "module"), WAYS.values(), ids=WAYS.keys())
def test_a_module_that_is_imported_later_is_known(before: str, module: str) -> None:
    assert flows(system_of(before + _LOADS.format(module)), "deserialised", "user_input")


@pytest.mark.parametrize(
    "before", ["class Later:\n    def __init__(self, name):\n        self.name = name\n    def load(self, *a, **k):\n        return a\n"]
)
def test_an_object_that_imports_nothing_is_no_module(before: str) -> None:
    assert not flows(system_of(before + "torch = Later('torch')\n" + _LOADS.format("torch")), "deserialised")


@pytest.mark.parametrize("before", CLASSES.values(), ids=CLASSES.keys())
def test_a_class_that_a_function_gives_back_is_known(before: str) -> None:
    assert [one.name for one in elements(system_of({"ask.ts": before + _ASKS}), "hosted_llm")] == ["gpt-5"]
