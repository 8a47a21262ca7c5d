"""The order in which replies come leaves no trace: the same bytes, however long each takes and however many are asked at once."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from tests.llm import shop
from tests.llm.analyst import SURVEY, analyst, threat
from tests.llm.scripts import Answer, Reply, Request
from tests.llm.server import Server

SENTENCE = "The clerk of the day is told of each refund by mail the next morning."


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with more documents, each the matter of a question of its own."""
    root = shop.shop(tmp_path_factory.mktemp("scanned") / "shop")
    for number in range(8):
        text = f"The clerk of part {number} pays what is asked, and is told so.\n" * 158
        (root / "docs" / f"part{number:02}.md").write_text(f"# Part {number}\n\n{text}")
    return root


def everywhere(text: str, known: Sequence[str]) -> dict[str, object]:
    """The same threats in reply to every question, told a little differently; two opinions; quotes that stand nowhere."""
    words = hashlib.sha256(text.partition("not found in")[0].encode()).hexdigest()
    shown = [
        threat("tool:refund", "app.py", shop.QUOTE, title="One title", description=f"In the words of {words[: 2 + number]}.")
        for number in (0, 4)
    ]
    more = [threat("tool:refund", "app.py", "app = FastAPI()", title=f"Title {words[0]}", classes=["spoofing"])]
    quotes = [{"path": "app.py", "line": 1, "text": line, "role": "step"} for line in ("app = FastAPI()", "from fastapi import FastAPI")]
    quotes = quotes if int(words[0], 16) % 2 else quotes[::-1]
    opinions = [{"finding": f, "stance": "against", "reason": "It is safe.", "quotes": quotes[:1]} for f in known[:2]]
    other = [threat("tool:refund", "app.py", shop.QUOTE, threat=f"custom/of-{words[0]}", title="Other")]
    nowhere = [threat("tool:refund", "app.py", f"nowhere {words}", title=f"Nowhere {words[:3]}")]
    return {"threats": [*shown, *more, *other, *nowhere], "opinions": opinions}


def survey(_: str) -> dict[str, object]:
    quote = {"path": "docs/refunds.md", "line": 3, "text": SENTENCE, "role": "claim"}
    return SURVEY | {"elements": [{"kind": "operator", "name": "Clerk", "zone": "user", "quotes": [quote]}]}


def some(text: str) -> dict[str, object]:
    words = hashlib.sha256(text.encode()).digest()
    verdicts = ("stands", "unproven", "refuted")
    numbers = [int(line.partition(".")[0]) for line in text.split("\n") if line.partition(". [")[0].isdigit()]
    return {"verdicts": [{"number": n, "verdict": verdicts[words[n] % 3], "reason": f"Line {words[n]} says so."} for n in numbers]}


def told(scan: Scan) -> str:
    return scan.model_dump_json(exclude={"started_at", "duration_s"})


def test_replies_in_any_order_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    known = [finding.id for finding in shop.scanned(root, None).findings]
    told_all = analyst(threats=lambda text: everywhere(text, known), survey=survey, verdicts=some)
    results = {}
    for seed, at_once in ((0, 1), (1, 16), (2, 16), (3, 3), (4, 16), (5, 16)):
        delays = random.Random(seed)

        def slow(request: Request, number: int, delays: random.Random = delays, at_once: int = at_once) -> Answer:
            right = told_all(request, number)
            assert isinstance(right, Reply)
            tokens = len(json.dumps(request)) // 4
            usage = {"prompt_tokens": tokens if tokens % 3 else 0, "completion_tokens": 99, "total_tokens": tokens + 99}
            return replace(right, seconds=0.0 if at_once == 1 else delays.choice((0.0, 0.02, 0.15)), usage=usage)

        with Server(slow) as server:
            place = tmp_path / str(seed)
            place.mkdir()
            (place / "machine.key").write_bytes(b"k" * 32)
            scan = shop.scanned(root, shop.settings(server.url, place, at_once=at_once))
        assert not scan.errors and scan.llm is not None and scan.llm.doubts and not server.asked_again
        assert at_once == 1 or server.most_at_once > 1
        results[seed] = told(scan)
    assert len(set(results.values())) == 1
    assert len([finding for finding in scan.findings if finding.source == "llm"]) > 3 and scan.llm is not None and scan.llm.not_taken
    assert any(len(finding.arguments) > 1 for finding in scan.findings)
