"""Judged pairs of releases: the files are whole, and the page says what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.identity.__main__ import PAGE, main
from evals.identity.model import Pair, UnusablePairs, read_pairs
from evals.identity.page import page
from tests.factories import finding, scan

LOST = {"what": "lost", "id": "a" * 16, "threat": "unsafe-model-load", "place": "app.py:3", "verdict": "right", "reason": "It was removed."}


def pair(**more: Any) -> Pair:
    return Pair.model_validate({"before": "1.0", "after": "1.1", "findings": (2, 1), "same": 1, "changed": [LOST], **more})


def test_at_least_twelve_pairs_were_read() -> None:
    assert sum(len(package.pairs) for package in read_pairs()) >= 12


def test_the_page_says_what_the_files_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_pairs()), "run make docs"


def test_a_pair_that_does_not_add_up_is_refused() -> None:
    assert pair().of("lost")
    with pytest.raises(ValueError, match="do not add up"):
        pair(findings=(3, 1))


def test_a_matched_finding_says_what_it_became() -> None:
    with pytest.raises(ValueError, match="`now` is given"):
        pair(findings=(2, 2), changed=[LOST | {"what": "matched"}])


def test_a_file_without_verdicts_is_no_file_of_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = scan((finding(id="a" * 16),)), scan((finding("unsafe-model-load", id="b" * 16),))
    for version, each in (("1.0", old), ("1.1", new)):
        (tmp_path / f"demo-{version}.json").write_text(each.model_dump_json(), encoding="utf-8")
    assert main(["draft", "demo", str(tmp_path), "1.0", "1.1", "--source", "pypi:demo", "--at", "0123456"]) == 0
    drafted = capsys.readouterr().out
    assert [one["what"] for one in yaml.safe_load(drafted)["pairs"][0]["changed"]] == ["lost", "new"]
    (tmp_path / "demo.yaml").write_text(drafted, encoding="utf-8")
    with pytest.raises(UnusablePairs, match=r"(?s)demo\.yaml.*verdict"):
        read_pairs(tmp_path)
