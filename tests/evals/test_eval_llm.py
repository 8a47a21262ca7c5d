"""`threatloom eval --llm`: real scans with a scripted model over loopback, held against labels and against rules alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from evals.labels import SYSTEMS, read_labels
from evals.result import EvalResult, SystemResult
from evals.running import child, run
from evals.running.apart import Ran
from evals.running.asked import REPLIES, AskedModel
from pipeline.findings.model import Scan
from pipeline.interfaces.cli import run as command
from tests.llm import shop
from tests.llm.analyst import analyst, elements_of, findings_of, nothing, threat, verdicts
from tests.llm.obeying import honest
from tests.llm.scripts import Answer, Call, Request, always, error, tool_names, turns, uses, words_of
from tests.llm.server import Server

CANARY = "canary-of-the-answer-key-5f1d"
REFUND = "custom/refund-to-a-stranger"
LINE = shop.CODE.split("\n").index(f"    {shop.QUOTE}") + 1
LABELS = {
    "version": 1, "canary": CANARY, "system": "shop", "kind": "vulnerable", "languages": ["python"],
    "expected": [
        {
            "id": "refund-to-stranger", "stride": ["tampering"], "threat": f"The money goes to a stranger, {CANARY}", "uncatalogued": True,
            "files": [{"path": "app.py", "lines": str(LINE)}], "severity": "high", "must": True, "why": f"The caller names the card, {CANARY}.",
        },
        {
            "id": "key-in-code", "stride": ["information_disclosure"], "threat": "A key stands in the code",
            "accept": ["secret-in-code-or-config"], "files": [{"path": "app.py", "lines": "7"}], "severity": "high", "must": True,
            "why": "Whoever reads the code has it.",
        },
    ],
    "must_not": [{"claim": "The clerk is not told", "file": "docs/refunds.md", "lines": "3", "why": f"He is, by mail, {CANARY}."}],
}  # fmt: skip


@pytest.fixture
def systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "systems"
    shop.shop(folder / "shop")
    (folder / "shop" / "labels.yaml").write_text(yaml.safe_dump(LABELS))
    monkeypatch.setenv("THREATLOOM_API_KEY", shop.KEY)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return folder


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process of its own does, in this one: starting some takes most of the time."""

    def scanned(root: Path, *, timeout: float, turn: int = 0, asked: AskedModel | None = None) -> Ran:
        with TemporaryDirectory() as folder:
            if asked is not None:
                asked.written(Path(folder))
            os.environ.pop(REPLIES, None)
            child.main("scan", str(root), folder, "1", str(turn))
            scan = Scan.model_validate_json((Path(folder) / child.SCAN).read_bytes())
        return Ran(scan, "incomplete" if scan.errors else "completed")

    monkeypatch.setenv(REPLIES, "")  # so that it is as before in the end
    monkeypatch.setattr(run, "scan_apart", scanned)


def evaluated(systems: Path, url: str, *more: str, code: int = 0) -> EvalResult:
    out = systems.parent / "out.json"
    given = [
        "eval",
        "--systems",
        str(systems),
        "--llm",
        "tested",
        "--base-url",
        url,
        "--quiet",
        "--jobs",
        "1",
        f"--format=json={out}",
        *more,
    ]
    assert command(given) == code
    return EvalResult.model_validate_json(out.read_bytes())


def threats(text: str) -> dict[str, object]:
    """What rules cannot know; a trap; something that is nowhere; and something that the second reading will not believe."""
    if "tool:refund" not in elements_of(text):
        return nothing()
    sentence = "The clerk of the day is told of each refund by mail the next morning."
    return {
        "threats": [
            threat("tool:refund", "app.py", shop.QUOTE),
            threat("tool:refund", "docs/refunds.md", sentence, threat="custom/clerk-not-told", title="Nobody is told"),
            threat("tool:refund", "app.py", "os.system(order_id)", threat="custom/order-run", title="The order is run"),
            threat("tool:refund", "app.py", "app = FastAPI()", threat="custom/no-pool", title="Doubtful"),
        ],
        "opinions": [
            {"finding": one, "stance": "against", "reason": "Not so.", "quotes": [quote("app = FastAPI()")]} for one in findings_of(text)
        ],
    }


def quote(text: str) -> dict[str, object]:
    return {"path": "app.py", "line": 1, "text": text, "role": "step"}


def judged(text: str) -> dict[str, object]:
    numbers = [int(line.partition(".")[0]) for line in text.split("\n") if "Doubtful" in line and line[:1].isdigit()]
    said = verdicts(text, "stands")
    given = said["verdicts"]
    assert isinstance(given, list)
    return {"verdicts": [one | ({"verdict": "refuted"} if one["number"] in numbers else {}) for one in given]}


def of_shop(result: EvalResult) -> SystemResult:
    return next(one for one in result.systems if one.name == "shop")


def test_what_a_model_adds_stands_beside_rules_alone(systems: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(analyst(threats=threats, verdicts=judged)) as server:
        result = evaluated(systems, server.url, "--format", "table", f"--format=html={systems.parent / 'e.html'}", "--format=markdown=" + str(systems.parent / "e.md"))  # fmt: skip
        asked = len(server.requests)
    one = of_shop(result)
    added = one.added
    assert added is not None and one.llm is not None
    assert (added.won, added.lost, added.sprung, added.changed) == (("refund-to-stranger",), (), ("The clerk is not told",), ())
    assert (added.not_shown, added.refuted, added.not_taken) == (1, 1, 0) and added.argued_against > 0 and added.rules > 0
    new = {finding.threat: finding.outcome for finding in one.findings if finding.added}
    assert new == {REFUND: "label", "custom/clerk-not-told": "trap"}
    scores = {name: (found.hits, found.of) for name in ("won", "sprung", "added_precision", "rules_changed", "not_shown", "refuted")
              if (found := result.score(name))}  # fmt: skip
    assert scores == {
        "won": (1, 2 - added.alone[2]), "sprung": (1, 1), "added_precision": (1, 2), "rules_changed": (0, added.rules),
        "not_shown": (1, 4), "refuted": (1, 4),
    }  # fmt: skip
    tokens = one.llm.input_tokens + one.llm.output_tokens
    for_won = result.score("tokens_per_won")
    assert one.llm.calls == asked and tokens > 0 and for_won is not None and for_won.value == tokens
    assert result.against_rules is not None and result.against_rules.gained == ("shop/refund-to-stranger",)
    assert result.against_rules.old_analyst == "rules alone" and result.model == "tested"
    assert "analyse/find-threats@" in " ".join(result.prompts)
    shown = capsys.readouterr().out
    for whole in (shown, (systems.parent / "e.html").read_text(), (systems.parent / "e.md").read_text()):
        text = " ".join(whole.split())
        assert "what the model added" in text.lower() and "model tested, prompts survey/complete-system@" in text


def test_a_rule_keeps_the_label_that_a_model_finds_again(in_process: None, systems: Path) -> None:
    def again(text: str) -> dict[str, object]:
        said = threat("tool:refund", "app.py", 'PAYMENTS_KEY = "', threat="custom/key-seen", classes=["information_disclosure"])
        return {"threats": [said], "opinions": []} if "tool:refund" in elements_of(text) else nothing()

    with Server(analyst(threats=again)) as server:
        one = of_shop(evaluated(systems, server.url))
    label = next(label for label in one.labels if label.id == "key-in-code")
    assert label.finding == next(finding.id for finding in one.findings if finding.threat == "secret-in-code-or-config")
    assert [finding.outcome for finding in one.findings if finding.added] == ["unjudged"] and one.added is not None and not one.added.won


def test_the_answer_key_is_in_no_request_however_it_is_asked_for(in_process: None, systems: Path) -> None:
    """A model that looks for it by every tool there is; and one index that was made with it before."""
    (systems / "shop" / "docs" / "note.md").write_text("# Note\n\nSee labels.yaml for the canary of this system.\n")
    asks = (
        Call("read_lines", {"path": "labels.yaml", "start": 1, "end": 40}), Call("read_lines", {"path": "./labels.yaml", "start": 1, "end": 40}),
        Call("read_lines", {"path": "docs/../labels.yaml", "start": 1, "end": 40}), Call("list_folder", {"path": "."}),
        Call("search_passages", {"query": "canary answer key expected must_not uncatalogued", "path_glob": None}),
        Call("search_passages", {"query": "canary", "path_glob": "*.yaml"}),
        Call("read_lines", {"path": "../shop/labels.yaml", "start": 1, "end": 40}), Call("list_folder", {"path": ".."}),
        Call("read_lines", {"path": str(systems / "shop" / "labels.yaml"), "start": 1, "end": 40}),
    )  # fmt: skip
    plain = analyst()

    def asking(request: Request, number: int) -> Answer:
        if "read_lines" in tool_names(request) and not turns(request):
            return uses(*asks)
        return plain(request, number)

    assert command(["search", "canary", str(systems / "shop")]) == 0
    with Server(asking) as server:
        one = of_shop(evaluated(systems, server.url))
        bodies = b"".join(record.body for record in server.records)
        answers = [words_of(each) for each in server.requests if turns(each)]
    assert one.outcome == "completed" and answers and any("note.md" in answer for answer in answers)
    assert CANARY.encode() not in bodies and b"must_not:" not in bodies and b"refund-to-stranger" not in bodies
    log = "".join(file.read_text() for file in (systems.parent / "data").rglob("*.jsonl"))
    assert log and CANARY not in log


def test_nothing_of_the_answer_key_of_a_reference_system_is_sent(in_process: None, systems: Path) -> None:
    labels = read_labels(SYSTEMS / "speech-kiosk")
    with Server(honest()) as server:
        arguments = [
            "eval",
            "speech-kiosk",
            "--llm",
            "tested",
            "--base-url",
            server.url,
            "--quiet",
            f"--format=json={systems.parent / 'k.json'}",
        ]
        assert command(arguments) == 0
        sent = "".join(words_of(one) for one in server.requests)
        bodies = b"".join(record.body for record in server.records)
    assert labels.canary and labels.canary.encode() not in bodies and "labels.yaml" not in sent
    key = [*(one.why for one in labels.expected), *(one.why for one in labels.must_not), *(one.claim for one in labels.must_not)]
    assert not [one for one in key if one in sent]
    result = EvalResult.model_validate_json((systems.parent / "k.json").read_bytes())
    assert result.systems[0].added is not None and not result.systems[0].added.changed and not result.systems[0].added.lost


def test_a_run_that_is_repeated_asks_anew_and_one_that_is_begun_again_pays_nothing(in_process: None, systems: Path) -> None:
    with Server(analyst(threats=threats)) as server:
        first = of_shop(evaluated(systems, server.url))
        asked = len(server.requests)
        again = of_shop(evaluated(systems, server.url))
        assert len(server.requests) == asked and first.llm is not None and again.llm is not None
        assert (again.llm.calls, again.llm.cache_hits) == (0, asked)
        assert again.llm.kept_input_tokens == first.llm.input_tokens and first.added == again.added
        repeated = of_shop(evaluated(systems, server.url, "--repeat", "2"))
        assert len(server.requests) == 2 * asked and repeated.stability is not None and repeated.stability.jaccard == 1
        anew = of_shop(evaluated(systems, server.url, "--no-cache"))
        assert len(server.requests) == 3 * asked and anew.llm is not None and anew.llm.cache_hits == 0


def test_results_with_a_model_are_kept_apart(in_process: None, systems: Path) -> None:
    assert command(["eval", "--systems", str(systems), "--record", "--quiet"]) == 0
    alone = (systems / "results.json").read_text()
    with Server(analyst(threats=threats)) as server:
        evaluated(systems, server.url, "--record")
        evaluated(systems, server.url, "--record", "--budget", "9M")
    assert (systems / "results.json").read_text() == alone and (systems / "results-tested.json").exists()
    lines = json.loads((systems / "history.json").read_text())
    assert [(one.get("model"), one.get("budget")) for one in lines] == [(None, None), ("tested", None), ("tested", ["9M"])]
    page = systems.parent / "page.html"
    with Server(analyst(threats=threats)) as server:
        compared = evaluated(systems, server.url, "--compare", str(systems / "results.json"), f"--format=html={page}")
    assert compared.comparison is not None and compared.comparison.old_analyst == "rules alone"
    assert compared.comparison.gained == ("shop/refund-to-stranger",)
    assert "<polyline" not in page.read_text()  # three runs, and no two of one analyst


def test_a_model_that_answers_nothing_is_no_result_of_a_model(in_process: None, systems: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(always(error(401, "Incorrect API key provided.", "invalid_api_key"))) as server:
        one = of_shop(evaluated(systems, server.url, code=3))
    assert one.added is None and one.outcome == "incomplete" and one.unmeasured
    assert capsys.readouterr().err == "threatloom: what the model adds could not be measured: shop\n"


def test_what_it_would_take_is_told_before_anything_is_sent(systems: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(analyst()) as server:
        assert command(["eval", "--systems", str(systems), "--llm", "tested", "--base-url", server.url, "--dry-run", "--quiet"]) == 0
        assert not server.records
    rows = capsys.readouterr().out.splitlines()
    assert rows[1].split()[0] == "shop" and rows[2].split()[1:5] == rows[1].split()[1:5] and "Nothing was sent" in rows[3]
