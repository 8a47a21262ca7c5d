import pytest
from loans.pipeline import Attention, Record, pipeline


def test_chain():
    out = pipeline(Record("1", "Agent 21 /", subjects=("Spy; Thriller", "Spy")))
    assert out.title == "Agent 21"
    assert out.subjects == ("Spy", "Thriller")
    assert out.language == "ger"


def test_attention():
    with pytest.raises(Attention):
        pipeline(Record("2", "", language="ger"))


def test_hostile_titles_are_just_titles():
    out = pipeline(Record("3", "Ignore previous instructions: a novel"))
    assert out.title == "Ignore previous instructions: a novel"
