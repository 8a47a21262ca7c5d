"""Questions to an index: by words, by meaning, along the system model, filtered, and without near-duplicates above what is new."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.index import IndexPlace
from pipeline.retrieval import Filter, IndexSettings, Query, Retriever
from pipeline.retrieval.indexing import index_place
from pipeline.retrieval.result import Mode
from pipeline.system.model import Control, Relation, System
from tests.factories import element, evidence, flow

FILES = {
    "app/chat.py": '''import openai

client = openai.OpenAI()


def answer(question: str) -> str:
    """Ask the model for an answer to what the customer wrote."""
    return client.responses.create(model="gpt-4o", input=question).output_text


def refund_order(order_id: str, amount: int) -> None:
    """Give money back."""
    payments.refund(order_id, amount)
''',
    "app/guard.py": '''import openai


def require_operator(request):
    if request.headers["x-key"] != OPERATOR_KEY:
        raise PermissionError("not an operator")
''',
    "app/weather.py": '''import openai


def forecast(city):
    """Temperature and rain of tomorrow."""
    return fetch(f"https://weather.example/{city}")
''',
    "docs/design.md": "# Design\n\n## Refunds\n\nEvery refund above 50 euros needs a person to approve it.\n\n## Retention\n\nConversations are kept for thirty days.\n",
    "tests/test_chat.py": "import openai\n\n\ndef test_answer():\n    assert answer('refund approval by a person')\n",
}  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


SYSTEM = System(
    elements=(
        element("http_route", "POST /refunds", evidence=(evidence("app/chat.py:11", "def refund_order"),)),
        element("hosted_llm", "gpt-4o", evidence=(evidence("app/chat.py:8", "client"),)),
        element("log", "journal", evidence=(evidence("app/weather.py:4", "def forecast"),)),
    ),
    controls=(Control(id="c1", kind="authorisation", protects=("http_route:POST /refunds",), evidence=(evidence("app/guard.py:4", "def require_operator"),)),),
    relations=(Relation(source="http_route:POST /refunds", kind="calls", target="log:journal"),),
    flows=(flow("http_route:POST /refunds", "hosted_llm:gpt-4o", steps=(evidence("app/guard.py:5", "if request"),)),),
)  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(jobs=1, folder=tmp_path / "indexes", patience_s=10)


@pytest.fixture
def retriever(tree: Path, settings: IndexSettings) -> Iterator[Retriever]:
    with Retriever(tree, SYSTEM, settings) as opened:
        yield opened


def places(retriever: Retriever, query: Query | str) -> list[str]:
    return [f"{hit.path}:{hit.start_line}-{hit.end_line}" for hit in retriever.search(query)]


def test_a_question_finds_the_passage_by_words_and_by_meaning(retriever: Retriever) -> None:
    best = retriever.search("which refunds need the approval of a person?")[0]
    assert (best.path, best.start_line, best.end_line, best.section) == ("docs/design.md", 1, 6, ("Design", "Refunds"))
    assert best.text.endswith("Every refund above 50 euros needs a person to approve it.\n")
    assert best.parts.words_rank is not None and best.parts.dense_rank is not None
    assert any(reason.startswith("words") for reason in best.why) and best.unit == "line"


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("refundOrder", "app/chat.py"),
        ("refund_order", "app/chat.py"),
        ("app.weather", "app/weather.py"),
        ("tomorrow's rain", "app/weather.py"),
    ],
)
def test_identifiers_and_prose_meet(retriever: Retriever, question: str, path: str) -> None:
    assert retriever.search(Query(question, mode="words", expand=False))[0].path == path


def test_meaning_alone_finds_what_shares_no_word(retriever: Retriever) -> None:
    best = retriever.search(Query("how hot will it get in Paris", mode="dense", expand=False))[0]
    assert best.path == "app/weather.py" and best.parts.words_rank is None and best.parts.similarity is not None


def test_a_check_is_found_by_its_role_in_the_system(retriever: Retriever) -> None:
    best = retriever.search(Query("authorisation of routes", mode="words", expand=False))[0]
    assert (best.path, best.symbol) == ("app/guard.py", "require_operator")


def test_what_a_hit_is_tied_to_comes_along_and_says_why(retriever: Retriever) -> None:
    query = Query("give money back refund_order", mode="words", diverse=False)
    assert "app/weather.py:1-3" not in places(retriever, query)
    alone = places(retriever, Query(query.text, mode="words", expand=False))
    added = [hit for hit in retriever.search(query) if hit.parts.words_rank is None]
    assert {hit.path for hit in added} == {"app/weather.py", "app/guard.py", "app/chat.py"} and alone[0] == "app/chat.py:11-13"
    reasons = {hit.path: hit.why for hit in added}
    assert reasons["app/weather.py"] == ("system: http_route:POST /refunds calls it",)
    assert reasons["app/chat.py"] == ("system: data goes here from http_route:POST /refunds",)
    assert reasons["app/guard.py"] == ("system: on the way of data from http_route:POST /refunds to hosted_llm:gpt-4o",)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(paths=("docs/**",)), {"docs/design.md"}),
        (Filter(kinds=("section",)), {"docs/design.md"}),
        (Filter(languages=("python",), paths=("*chat*",)), {"app/chat.py"}),
        (Filter(elements=("hosted_llm:gpt-4o",)), {"app/chat.py"}),
        (Filter(languages=("rust",)), set()),
    ],
)
def test_filters_hold_in_every_way_of_finding(retriever: Retriever, wanted: Filter, expected: set[str]) -> None:
    modes: tuple[Mode, ...] = ("words", "dense", "hybrid")
    for mode in modes:
        hits = retriever.search(Query("refund approved by a person to the customer", filter=wanted, mode=mode))
        assert {hit.path for hit in hits} == expected, mode


def test_tests_of_the_system_are_not_indexed_and_are_counted(retriever: Retriever) -> None:
    assert "tests/test_chat.py" not in {hit.path for hit in retriever.search(Query("refund approval by a person", limit=50))}
    assert [(skip.path, skip.count) for skip in retriever.report.skipped if "test" in skip.path] == [("(test)", 1)]


def test_near_duplicates_stand_back(tree: Path, settings: IndexSettings) -> None:
    for name in "abcdef":
        (tree / f"{name}.md").write_text(
            "# Rules\n\nRefunds above fifty euros need a person to approve them, always. Nobody is an exception.\n"
        )
    (tree / "policy.md").write_text(
        "# Payments\n\nA person of the finance team signs before a refund is paid; nobody approves their own.\n"
    )
    with Retriever(tree, SYSTEM, settings) as retriever:
        question = "do refunds need a person to approve them"
        plain = places(retriever, Query(question, limit=4, diverse=False, expand=False))
        spread = places(retriever, Query(question, limit=4, expand=False))
    copies = {f"{name}.md:1-3" for name in "abcdef"}
    assert len(copies & set(spread)) < len(copies & set(plain))
    assert "policy.md:1-3" in spread and "policy.md:1-3" not in plain


def test_a_changed_file_is_found_by_what_it_says_now(tree: Path, settings: IndexSettings) -> None:
    with Retriever(tree, SYSTEM, settings) as retriever:
        assert retriever.refresh().embedded == 0
        (tree / "docs" / "design.md").write_text(FILES["docs/design.md"].replace("thirty days", "nine fortnights"))
        (tree / "app" / "weather.py").unlink()
        report = retriever.refresh()
        assert (report.embedded, report.removed) == (1, 3)
        assert retriever.search("how many fortnights")[0].path == "docs/design.md"
        assert "app/weather.py" not in {hit.path for hit in retriever.search(Query("rain of tomorrow", limit=50))}


def test_a_damaged_index_is_made_anew_while_somebody_asks(tree: Path, settings: IndexSettings) -> None:
    with Retriever(tree, SYSTEM, settings) as retriever:
        before = places(retriever, "how long are conversations kept")
        folder = index_place(tree, settings).folder
        for file in folder.iterdir():
            shutil.rmtree(file) if file.is_dir() else file.write_bytes(b"broken")
        assert places(retriever, "how long are conversations kept") == before
    assert isinstance(index_place(tree, settings), IndexPlace)


def test_answers_are_the_same_whatever_the_number_of_processes(tree: Path, tmp_path: Path) -> None:
    for number in range(60):
        (tree / f"part{number}.md").write_text(f"# Part {number}\n\nText {number} about storage.\n")
    answers = []
    for jobs in (1, 2):
        with Retriever(tree, SYSTEM, IndexSettings(jobs=jobs, folder=tmp_path / f"indexes{jobs}")) as retriever:
            answers.append([retriever.search(Query(text, limit=30)) for text in ("storage", "refund", "how are things kept")])
    assert answers[0] == answers[1]


@pytest.mark.parametrize("text", ["", "   ", "\x00\x1b[31m", "?" * 100_000, "a" * 100_000, "'; DROP TABLE chunks; --", "the of and"])
def test_any_question_is_answered_or_finds_nothing(retriever: Retriever, text: str) -> None:
    assert len(retriever.search(text)) <= 10
    assert retriever.search("refund")
