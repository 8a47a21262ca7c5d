"""What a model found in the exit code, in `explain` and in `doctor`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.findings.model import Failed, LLMUse, Scan
from pipeline.reports.json import render
from tests import factories as make
from tests.interfaces.conftest import Stub
from tests.reports.examined import SCAN as EXAMINED
from tests.reports.hostile import SCAN as HOSTILE

Run = Callable[..., tuple[int, str, str]]
USE = LLMUse(model="m", cost=None)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    (tmp_path / "scan.json").write_text(render(EXAMINED), "utf-8")
    return tmp_path / "scan.json"


# Exit code


@pytest.mark.parametrize(
    ("source", "confidence", "code"),
    [("llm", "medium", 1), ("llm", "low", 0), ("both", "low", 1), ("rule", "low", 1), ("contradiction", "low", 1)],
)
def test_what_a_model_alone_saw_counts_unless_nobody_bears_it_out(
    run: Run, stub: Stub, tmp_path: Path, source: str, confidence: str, code: int
) -> None:
    stub.result = make.scan((make.finding(severity="high", source=source, confidence=confidence),), llm=USE)
    assert run("scan", tmp_path, "--fail-on", "high")[0] == code


def test_what_did_not_count_is_said(run: Run, stub: Stub, tmp_path: Path) -> None:
    unproven = make.finding(severity="critical", source="llm", confidence="low")
    stub.result = make.scan((unproven,), llm=USE)
    said = "1 finding that a model alone saw, with low confidence, did not count for --fail-on high"
    assert said in run("scan", tmp_path, "--fail-on", "high")[2]
    assert "did not count" not in run("scan", tmp_path)[2] + run("scan", tmp_path, "--fail-on", "high", "--quiet")[2]
    stub.result = make.scan((unproven, make.finding("b", severity="critical")), llm=USE)
    code, _, err = run("scan", tmp_path, "--fail-on", "high")
    assert code == 1 and "did not count" not in err


def test_a_model_that_gave_no_answer_ends_with_3_and_says_so(run: Run, stub: Stub, tmp_path: Path) -> None:
    stub.result = make.scan(errors=(Failed(path="(llm)", error="survey: the endpoint answered 503 four times"),), llm=USE)
    code, out, _ = run("scan", tmp_path)
    assert code == 3 and "error  (llm): survey: the endpoint answered 503 four times" in out
    stub.result = stub.result.model_copy(update={"findings": (make.finding(),)})
    assert run("scan", tmp_path, "--fail-on", "high")[0] == 1, "findings come before what is missing"


def test_the_help_says_what_counts(run: Run) -> None:
    out = " ".join(run("scan", "--help")[1].split())
    assert (
        "What a model alone saw counts unless its confidence is low" in out and "3 the scan is incomplete, or a model gave no answer" in out
    )


# explain


def test_a_finding_of_a_model_is_explained_with_its_origin_and_its_doubt(run: Run, report: Path) -> None:
    code, out, _ = run("explain", "5c8b0166", "--scan", report)
    assert code == 0
    for said in (
        "Seen by: model", "openai:gpt-5.5, asked with analyse/find-threats@4 (digest 9f8e7d6c5b4a3921)", "docs/design.md:63",
        "The sentence says when the mail is sent", "A threat of the model's own, which has no page in the catalog",
    ):  # fmt: skip
        assert said in out
    assert "threatloom explain custom/" not in out


def test_a_model_s_own_name_for_a_threat_finds_it_in_the_report(run: Run, report: Path) -> None:
    code, out, _ = run("explain", "custom/refund-to-a-stranger", "--scan", report)
    assert code == 0 and "4b7af055e211" in out and "Order numbers count upwards" in out


def test_a_model_s_own_name_without_a_report_asks_for_one_and_scans_nothing(run: Run, stub: Stub) -> None:
    code, out, err = run("explain", "custom/refund-to-a-stranger")
    assert (code, out) == (2, "") and "--scan REPORT.json" in err and err.count("\n") == 1
    assert not stub.calls


def test_a_name_that_several_findings_of_a_model_have_asks_for_an_id(run: Run, report: Path) -> None:
    twin = EXAMINED.findings[-2].model_copy(update={"id": "6d9c02770433"})
    report.write_text(render(EXAMINED.model_copy(update={"findings": (*EXAMINED.findings, twin)})), "utf-8")
    code, _, err = run("explain", "custom/refund-to-a-stranger", "--scan", report)
    assert code == 2 and "4b7af055e211" in err and "6d9c02770433" in err


def test_an_offline_report_without_the_id_says_where_findings_of_models_are(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scan.json").write_text(render(make.scan()), "utf-8")
    _, _, err = run("explain", "5c8b0166f322", "--scan", tmp_path / "scan.json")
    assert "what a model found is in the JSON report of its scan" in err


def test_arguments_are_explained_beside_a_rule_finding(run: Run, report: Path) -> None:
    out = run("explain", "1887d966", "--scan", report)[1]
    assert "against: A limiter bounds calls per caller" in out and "src/api/limits.py:8: limiter = Limiter(key_func=caller" in out
    assert "it changes neither the finding nor its severity" in out and "Seen by: rule" in out


def test_hostile_words_of_a_model_do_nothing_to_the_terminal(run: Run, tmp_path: Path) -> None:
    hostile: Scan = HOSTILE.model_copy(
        update={"findings": tuple(f.model_copy(update={"id": "abcdef0" + str(n)}) for n, f in enumerate(HOSTILE.findings))}
    )
    (tmp_path / "scan.json").write_text(render(hostile), "utf-8")
    for identity in ("abcdef00", "abcdef01"):
        code, out, _ = run("explain", identity, "--scan", tmp_path / "scan.json")
        assert code == 0 and "alert(1)" in out
        assert not any(mark in out for mark in ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200b"))


# doctor


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, *_, **__: tmp_path / "data" / name)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, *_, **__: tmp_path / "cache" / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_doctor_names_the_keys_that_are_set_and_shows_none(run: Run, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "very-secret-1")
    monkeypatch.setenv("THREATLOOM_API_KEY", "very-secret-2")
    code, out, _ = run("doctor")
    assert code == 0 and "THREATLOOM_API_KEY, MISTRAL_API_KEY are set" in out and "very-secret" not in out


def test_doctor_names_the_extras_that_are_missing(run: Run, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    found = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> object:
        return None if name in ("langchain_anthropic", "langchain_aws") else found(name, package)

    monkeypatch.setattr("importlib.util.find_spec", without)
    out = run("doctor")[1]
    assert "not anthropic, bedrock: pip install 'threatloom[anthropic,bedrock]'" in out and "openai, azure, google" in out


def test_doctor_says_which_model_is_in_use_and_where_it_is(run: Run, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "none: scans are offline" in run("doctor")[1]
    monkeypatch.setenv("THREATLOOM_LLM", "ollama:qwen3:32b")
    assert "ollama:qwen3:32b, on this machine, no cost; not asked here" in run("doctor")[1]
    monkeypatch.setenv("THREATLOOM_LLM", "openai:gpt-5.5")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    out = run("doctor")[1]
    assert "openai:gpt-5.5, questions are sent to api.openai.com" in out and "very-secret" not in out
    monkeypatch.setenv("THREATLOOM_LLM", "nobody:nothing")
    code, out, _ = run("doctor")
    assert code == 0 and "no such provider of models" in out and "correct THREATLOOM_LLM" in out


def test_doctor_says_where_log_replies_and_key_are(run: Run, machine: Path) -> None:
    out = run("doctor")[1]
    data, cache = machine / "data" / "threatloom", machine / "cache" / "threatloom"
    assert (
        f"{data / 'egress'}: empty" in out
        and f"{cache / 'replies'}: empty" in out
        and f"{data / 'machine.key'}: made by the first scan" in out
    )
    (data / "egress").mkdir(parents=True)
    (data / "egress" / "shop.jsonl").write_text("x" * 200_000)
    (data / "machine.key").write_bytes(b"k" * 32)
    (data / "machine.key").chmod(0o600)
    out = run("doctor")[1]
    assert f"{data / 'egress'}: 1 scan, 0.2 MB" in out and "there, and yours alone" in out
    (data / "machine.key").chmod(0o644)
    code, out, _ = run("doctor")
    assert code == 0 and "others on this machine may read" in out and "chmod 600" in out
