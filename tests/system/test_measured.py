"""What a model says of one case decides; how good it is over many cases decides about the model alone."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

_CODE = """
import torch
from sklearn.metrics import average_precision_score


class Ward(torch.nn.Module):
    def forward(self, x):
        return x


def score(model: Ward, patients):
    return torch.sigmoid(model(patients))


def evaluate(model, patients):
    return {{"quality": float(score(model, patients).mean())}}


def main():
    model = Ward()
    patients = torch.load("patients.pt", weights_only=True)
    risks = score(model, patients)
    {line}
        reject_all(patients)
"""


@pytest.mark.parametrize(
    ("line", "decides"),
    [
        ("if risks[0] < 0.4:", True),
        ("if risks.shape[0] < 4:", False),
        ("if average_precision_score([0, 1], risks) < 0.4:", False),
        ("if evaluate(model, patients)['quality'] < 0.4:", False),
        ("if torch.nn.functional.binary_cross_entropy(risks, patients) < 0.4:", False),
    ],
)
def test_a_measure_over_many_cases_is_no_decision(line: str, decides: bool) -> None:
    system = system_of(_CODE.format(line=line))
    (model,) = (element for element in system.elements if element.kind == "ml_model")
    assert (model.attributes.get("decides") is True) is decides
