"""A whole scan with a real engine and a model of random weights: everything it says is invented, so nothing of it may be reported.

Slow and off by default; `tests.llm.engines` says what must be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import openai
import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from pipeline.agent.failures import classify
from pipeline.agent.providers import endpoint_named
from pipeline.agent.settings import AgentSettings
from pipeline.findings.model import Scan
from tests.agent.replies import Claims, sent
from tests.llm import shop
from tests.llm.engines import Engine, EngineName, running
from tests.llm.tiny_gguf import write_tiny_gguf

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engines")
    write_tiny_gguf(folder / "tiny.gguf")
    return folder


@pytest.fixture(scope="module")
def roomy(folder: Path) -> Iterator[Engine]:
    """One in whose context every question fits; a token is a byte here."""
    with running("llama-server", folder / "tiny.gguf", folder, context=65_536, slots=2) as engine:
        yield engine


def settings(engine: Engine, place: Path) -> AgentSettings:
    endpoint = endpoint_named("llamacpp:local", engine.base_url, {})
    return replace(shop.settings(engine.base_url, place), endpoint=endpoint, at_once=2, seconds=120.0)


def of_the_rules(scan: Scan) -> list[str]:
    said = {"arguments", "origin", "doubt"}
    return [finding.model_dump_json(exclude=said) for finding in scan.findings if finding.source == "rule"]


def test_what_random_weights_say_is_all_dropped_and_the_rules_part_stands(roomy: Engine, root: Path, offline: Scan, tmp_path: Path) -> None:
    scan = shop.scanned(root, settings(roomy, tmp_path))
    assert of_the_rules(scan) == of_the_rules(offline)
    assert len(scan.findings) == len(offline.findings)
    assert scan.llm is not None
    assert scan.llm.calls >= 3
    assert scan.llm.input_tokens > 1_000
    assert scan.llm.output_tokens > 100
    assert scan.llm.not_taken  # it did say things


def test_once_all_is_answered_a_scan_asks_nothing_and_says_the_same(roomy: Engine, root: Path, tmp_path: Path) -> None:
    """A reply that never ends is no answer, and asked for again; greedy random weights may do that once in a while."""
    for _ in range(4):
        if not shop.scanned(root, settings(roomy, tmp_path)).errors:
            break
    warm = [shop.scanned(root, settings(roomy, tmp_path)) for _ in range(2)]
    told = [scan.model_dump_json(exclude={"started_at", "duration_s"}) for scan in warm]
    assert told[0] == told[1]
    assert warm[0].llm is not None
    assert warm[0].llm.calls == 0
    assert warm[0].llm.cache_hits >= 3


def test_a_context_that_is_too_small_ends_in_errors_and_the_offline_result(folder: Path, root: Path, offline: Scan, tmp_path: Path) -> None:
    with running("llama-server", folder / "tiny.gguf", folder, context=2_048) as engine:
        scan = shop.scanned(root, settings(engine, tmp_path))
    assert of_the_rules(scan) == of_the_rules(offline)
    assert {error.path for error in scan.errors} == {"(llm)"}
    assert all("longer than the model can read" in error.error for error in scan.errors)
    assert scan.llm is not None
    assert scan.llm.output_tokens == 0


REFUSED: Mapping[EngineName, tuple[str, bool]] = {"llama-server": ("truncated", False), "llama_cpp.server": ("rejected", False)}


@pytest.mark.parametrize("name", REFUSED)
def test_what_real_engines_refuse_is_known(folder: Path, name: EngineName) -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "Claims", "schema": sent(Claims)}}
    with running(name, folder / "tiny.gguf", folder, context=2_048) as engine:
        model = ChatOpenAI(model="local", base_url=engine.base_url, api_key=SecretStr("none"), max_retries=0, timeout=60)
        with pytest.raises(openai.BadRequestError) as too_long:
            model.invoke("word " * 1_000)
        with pytest.raises(openai.OpenAIError) as failed:
            model.invoke("Judge.", response_format=schema, max_tokens=3)
    assert classify(too_long.value).kind == "too_long"
    failure = classify(failed.value)
    assert (failure.kind, failure.retry) == REFUSED[name]
