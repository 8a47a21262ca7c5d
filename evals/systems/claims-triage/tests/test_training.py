import pandas as pd

from triage.ml.training import balanced


def test_balanced_has_a_quarter_of_fraud():
    frame = pd.DataFrame({"is_fraud": [True] * 5 + [False] * 300, "n": range(305)})
    made = balanced(frame)
    assert made.is_fraud.mean() == 0.25
    assert set(made[~made.is_fraud].n) == set(range(5, 305))


def test_enough_fraud_is_left_alone():
    frame = pd.DataFrame({"is_fraud": [True, False], "n": [1, 2]})
    assert balanced(frame) is frame
