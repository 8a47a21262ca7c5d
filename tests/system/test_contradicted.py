"""What documents and drawings say, held against what was found: quantities, statements, companies, and who is left in peace."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.contradicted.known_parties import is_among, named_parties
from pipeline.system.contradicted.quantities import amounts, length_limits, lengths, rates, said_rate, said_span, spans
from tests.system.small import scan_of

MINUTE = 60


@pytest.mark.parametrize(
    ("text", "per_minute"),
    [
        ("limited to 10 requests per minute", 10),
        ("10 requests per user per minute", 10),
        ("at most 600 calls an hour", 10),
        ('@limiter.limit("10/minute")', 10),
        ("10 per 1 minute", 10),
        ("RateLimiter(times=10, seconds=60)", 10),
        ("rateLimit({ windowMs: 60 * 1000, max: 10 })", 10),
        ('Ratelimit.slidingWindow(5, "30 s")', 10),
        ("PermitLimit = 10, Window = TimeSpan.FromMinutes(1)", 10),
        ("up to 10 rpm", 10),
        ("limit_req_zone $addr zone=one:10m rate=2r/s;", 120),
    ],
)
def test_rates_are_read_in_prose_and_in_the_words_of_limiters(text: str, per_minute: float) -> None:
    assert [round(rate * MINUTE, 6) for rate in rates(text)][-1:] == [per_minute]


@pytest.mark.parametrize("text", ["10/0s", "x" * 50 + "9" * 9_000 + "/minute", "times=0, seconds=0", "10 per 0 m", "windowMs: 0, max: 5"])
def test_a_rate_of_nothing_and_numbers_without_end_are_no_rates(text: str) -> None:
    assert rates(text) == []


def test_lengths_spans_and_sums_are_read_in_one_unit_each() -> None:
    assert lengths("Messages are limited to 2,000 characters") == [2000]
    assert length_limits("question: str = Field(max_length=20_000)") == [20_000]
    assert spans("deleted after thirty days") == [30 * 86_400]
    assert amounts("refunds above 50 EUR") == amounts("refunds above $50") == [50.0]


def test_quantities_are_said_in_the_unit_that_counts_them_whole() -> None:
    assert said_rate(100 / 60) == "100 per minute"
    assert said_span(365 * 86_400) == "365 days"


def test_a_company_is_among_those_named_where_one_of_them_sells_its_models() -> None:
    assert is_among("OpenAI", named_parties("Prompts go to Azure OpenAI."))
    assert is_among("Anthropic", named_parties("Prompts go to Amazon Bedrock."))
    assert not is_among("OpenAI", named_parties("Prompts go to Anthropic."))


ASKS = """
from openai import OpenAI

client = OpenAI()


def ask(question: str) -> str:
    return client.responses.create(model="gpt-5-mini", input=question).output_text
"""


def threats_of(folder: Path, files: dict[str, str]) -> set[str]:
    return {finding.threat for finding in scan_of(folder, files).findings}


@pytest.mark.parametrize(
    "sentence",
    [
        "If you run the local model, no data leaves your machine.",
        "Your API key never leaves your machine.",
        "In version 2 no data will leave your machine, this is planned.",
        "Tools like Notes claim that no data leaves your machine.",
        "Make sure that no data leaves your machine?",
    ],
)
def test_conditions_plans_keys_and_questions_exclude_nobody(tmp_path: Path, sentence: str) -> None:
    assert "undocumented-third-party" not in threats_of(tmp_path, {"README.md": f"# Notes\n\n{sentence}\n", "app.py": ASKS})


def test_a_statement_in_the_document_of_one_part_is_about_that_part(tmp_path: Path) -> None:
    said = "# Tabs\n\nNo data leaves your machine.\n"
    assert "undocumented-third-party" not in threats_of(tmp_path / "part", {"docs/tabs-extension.md": said, "app.py": ASKS})
    assert "undocumented-third-party" in threats_of(tmp_path / "all", {"README.md": said, "app.py": ASKS})


def test_both_sides_of_a_contradiction_are_cited(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, {"README.md": "# Notes\n\nNo data leaves your machine.\n", "app.py": ASKS})
    finding = next(finding for finding in scan.findings if finding.threat == "undocumented-third-party")
    assert [(e.path, e.start_line, e.role) for e in finding.evidence] == [("README.md", 3, "claim"), ("app.py", 8, "sink")]
    assert finding.source == "contradiction"
    assert finding.description.startswith("\u201cNo data leaves your machine.\u201d says a document; `gpt-5-mini` sends data to OpenAI.")


@pytest.mark.parametrize("leave", ["do not leave", "don't leave", "don\u2019t leave", "never leave"])
def test_a_fallback_to_a_provider_breaks_the_promise_that_nothing_leaves(tmp_path: Path, leave: str) -> None:
    values = """
    proxy_config:
      model_list:
        - model_name: chat
          litellm_params: {model: hosted_vllm/chat, api_base: "http://vllm.inference.svc:8000/v1"}
        - model_name: overflow
          litellm_params: {model: openai/gpt-5-mini, api_key: os.environ/OPENAI_API_KEY}
      router_settings:
        fallbacks:
          - chat: [overflow]
    """
    scan = scan_of(tmp_path, {"README.md": f"# Gateway\n\nPrompts of customers {leave} the cluster.\n", "helm/litellm-values.yaml": values})
    broken = [finding for finding in scan.findings if finding.source == "contradiction"]
    assert [finding.threat for finding in broken] == ["promised-control-missing"]
    assert {evidence.path for evidence in broken[0].evidence} == {"README.md", "helm/litellm-values.yaml"}


def test_how_long_a_company_keeps_what_it_is_sent_is_no_word_about_this_system(tmp_path: Path) -> None:
    code = """
    import redis
    from openai import OpenAI

    store = redis.Redis()


    def save_conversation(question: str) -> None:
        reply = OpenAI().responses.create(model="gpt-5-mini", input=question).output_text
        store.set("chat", reply, ex=31_536_000)
    """
    said = "# Privacy\n\n## What OpenAI does\n\nConversations are deleted after 30 days.\n"
    assert "kept-longer-than-stated" not in threats_of(tmp_path / "theirs", {"docs/privacy.md": said, "app.py": code})
    ours = said.replace("What OpenAI does", "What we do")
    assert "kept-longer-than-stated" in threats_of(tmp_path / "ours", {"docs/privacy.md": ours, "app.py": code})


def test_numbers_without_end_in_code_do_not_cost_the_report(tmp_path: Path) -> None:
    endless = "9" * 5_000
    code = f"{ASKS}\nCHAT_RETENTION_DAYS = {endless}\nstore.set('chat', 'x', ex={endless})\n"
    scan = scan_of(tmp_path, {"README.md": "# Notes\n\nConversations are deleted after 30 days.\n", "app.py": code})
    assert not scan.errors
