"""A model that several functions ask is one element, where one variable or field holds it."""

from __future__ import annotations

from tests.system.small import system_of

_NETS = """
import torch
from torch import nn


class Small(nn.Module):
    def forward(self, x):
        return x


class Large(nn.Module):
    def forward(self, x):
        return x


def build(kind):
    return Small() if kind == "small" else Large()
"""


def _models(files: dict[str, str]) -> list[str]:
    return sorted(element.name for element in system_of(files).elements if element.kind == "ml_model")


def test_a_variable_that_is_asked_and_handed_on_is_one_model() -> None:
    app = """
import torch

from nets import build

net: torch.nn.Module | None = None


def begin():
    global net
    net = build("small")


def heat(model: torch.nn.Module, x):
    return model(x)


def judge(x):
    return net(x)


def explain(x):
    return heat(net, x)
"""
    assert _models({"app.py": app, "nets.py": _NETS}) == ["app.net (torch)"]


def test_a_function_that_is_handed_two_models_is_none_of_both() -> None:
    app = """
import torch

from nets import build

first: torch.nn.Module | None = None
second: torch.nn.Module | None = None


def begin():
    global first, second
    first, second = build("small"), build("large")


def heat(model: torch.nn.Module, x):
    return model(x)


def explain(x):
    return heat(first, x), heat(second, x)
"""
    assert _models({"app.py": app, "nets.py": _NETS}) == ["app.heat (torch)"]
