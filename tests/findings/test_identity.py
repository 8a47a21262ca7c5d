"""Findings whose id changed, because something was renamed: known again by what stayed the same, and never by a guess."""

from __future__ import annotations

import time

import pytest

from pipeline.findings.comparing import compare
from pipeline.findings.identity import matched
from pipeline.findings.model import Finding, Scan
from pipeline.findings.moves import Moves
from pipeline.findings.unique_best import unique_best
from tests.factories import element, evidence, finding, flow, scan

LINES = (
    "def answer(question: str) -> str:",
    'prompt = f"Answer {question}"',
    "reply = client.chat(prompt)",
    "subprocess.run(reply, shell=True)",
)


def found(identity: str, name: str = "answer", path: str = "app.py", lines: tuple[str, ...] = LINES, first: int = 10) -> Finding:
    places = tuple(
        evidence(f"{path}:{first + number}", text, role="sink" if number == len(lines) - 1 else "step") for number, text in enumerate(lines)
    )
    return finding("model-output-in-shell", id=identity, element=f"tool:{name}", evidence=places)


def having(*findings: Finding, also: tuple[str, ...] = ()) -> Scan:
    names = dict.fromkeys(each.element.removeprefix("tool:") for each in findings)
    paths = {place.path for each in findings for place in each.evidence}
    return scan(findings, elements=tuple(element("tool", name) for name in names), examined=tuple(sorted({*paths, *also})))


def test_the_same_id_is_the_same_finding_whatever_its_lines_say() -> None:
    assert matched(having(found("a")), having(found("a", lines=("other()",))), {}) == {"a": "a"}


def test_a_renamed_function_keeps_its_finding() -> None:
    now = found("b", "reply_to", lines=("def reply_to(question: str) -> str:", *LINES[1:]))
    assert matched(having(found("a")), having(now), {}) == {"a": "b"}


def test_a_renamed_function_is_known_where_its_signature_is_all_that_is_cited() -> None:
    was = found("a", "search_notes", lines=("def search_notes(query: str, limit: int) -> list[str]:",))
    now = found("b", "find_notes", lines=("def find_notes(query: str, limit: int) -> list[str]:",))
    assert matched(having(was), having(now), {}) == {"a": "b"}


def test_a_signature_that_says_too_little_or_something_else_is_no_match() -> None:
    was = found("a", "load", lines=("def load(x):",))
    assert matched(having(was), having(found("b", "save", lines=("def save(x):",))), {}) == {}
    longer = found("a", "load_notes", lines=("def load_notes(query: str, limit: int):",))
    assert matched(having(longer), having(found("b", "drop_notes", lines=("def drop_notes(owner: str, day: date):",))), {}) == {}


@pytest.mark.parametrize("renames", [{}, {"app.py": "service/answers.py"}])
def test_a_moved_file_keeps_its_findings_with_and_without_git(renames: dict[str, str]) -> None:
    now = found("b", path="service/answers.py", first=40)
    assert matched(having(found("a")), having(now), renames) == {"a": "b"}


def test_a_file_that_git_says_is_moved_is_the_same_though_most_of_it_is_rewritten() -> None:
    was = found("a", "deploy.yaml", path="ci/deploy.yaml", lines=("on: issues", "run: echo ${{ github.event.issue.title }}"))
    now = found("b", "ship.yaml", path="ci/ship.yaml", lines=("on: [issues]", "run: echo ${{ github.event.issue.title }}"))
    assert matched(having(was), having(now), {"ci/deploy.yaml": "ci/ship.yaml"}) == {"a": "b"}


def test_the_same_line_in_another_file_is_another_finding_while_the_first_file_is_there() -> None:
    was = found("a", "api", path="api/Dockerfile", lines=("FROM python:3.12-slim-bookworm",))
    now = found("b", "worker", path="worker/Dockerfile", lines=("FROM python:3.12-slim-bookworm",))
    assert matched(having(was), having(now, also=("api/Dockerfile",)), {}) == {}
    assert matched(having(was), having(now), {}) == {"a": "b"}, "the first file is gone, so that it was moved"


def test_a_function_that_moved_into_another_file_keeps_its_finding() -> None:
    now = found("b", "tools.answer", path="tools.py", first=90)
    assert matched(having(found("a")), having(now, also=("app.py",)), {}) == {"a": "b"}


def test_formatting_changes_nothing_of_what_is_compared() -> None:
    was = found("a", "Old.run", lines=("run_command(user_text, 'sh', shell=True)",))
    now = found("b", "Fresh.run", lines=('run_command(\n    user_text,\n    "sh",\n    shell=True,\n)',))
    assert matched(having(was), having(now), {}) == {"a": "b"}


def test_two_that_are_equally_good_are_no_match() -> None:
    twins = [found(name, f"copy_{name}", path="app.py", first=first) for name, first in (("b", 10), ("c", 30))]
    assert matched(having(found("a")), having(*twins), {}) == {}


def test_as_many_as_before_that_say_the_very_same_are_paired_in_their_order() -> None:
    was = [found(name, f"old_{name}", lines=("open_port(address, everyone)",), first=first) for name, first in (("a", 10), ("b", 30))]
    now = [found(name, f"new_{name}", lines=("open_port(address, everyone)",), first=first) for name, first in (("z", 15), ("y", 35))]
    assert matched(having(*was), having(*reversed(now)), {}) == {"a": "z", "b": "y"}


def test_the_better_of_two_is_taken_where_it_is_better_by_a_margin() -> None:
    same = found("b", "reply_to", lines=("def reply_to(question: str) -> str:", *LINES[1:]))
    other = found("c", "shout", lines=("def shout(question: str) -> str:", "text = upper(question)", *LINES[2:]), first=50)
    assert matched(having(found("a")), having(other, same), {}) == {"a": "b"}


def test_another_threat_at_the_same_place_is_another_finding() -> None:
    now = found("b").model_copy(update={"threat": "model-output-in-query"})
    assert matched(having(found("a")), having(now), {}) == {}


def test_a_threat_that_was_renamed_keeps_its_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    class Threat:
        slug, aliases = "model-output-in-shell", ("shell-from-model",)

    class Catalog:
        threats = (Threat,)

    monkeypatch.setattr("pipeline.threats.catalog.load_catalog", Catalog)
    was = found("a").model_copy(update={"threat": "shell-from-model"})
    assert matched(having(was), having(found("b")), {}) == {"a": "b"}
    assert matched(having(was.model_copy(update={"threat": "custom/shell"})), having(found("b")), {}) == {}


def test_one_element_with_other_callers_is_one_finding_where_part_of_what_is_cited_stays() -> None:
    more = ("session.take(text)", "router.on_message(text)", "history.append(text)", "model.ask(history)")
    was, now = found("a", "Provider.ask", lines=(*LINES, *more[:2])), found("b", "Provider.ask", lines=(*more, *LINES[2:]))
    assert matched(having(was), having(now), {}) == {"a": "b"}
    apart = found("b", "Provider.ask", lines=("other()", "entirely(other)"))
    assert matched(having(was), having(apart), {}) == {}


def test_what_is_fixed_is_matched_by_id_alone() -> None:
    was = found("a").model_copy(update={"status": "fixed"})
    assert matched(having(was), having(found("b", "answer_to")), {}) == {}


def test_a_comparison_tells_a_renamed_finding_as_the_one_it_was() -> None:
    (change,) = compare(having(found("a")), having(found("b", path="service/answers.py")))
    assert (change.kind, change.finding.id, change.before.id if change.before else None) == ("unchanged", "b", "a")


def test_two_thousand_renamed_findings_are_matched_in_a_moment() -> None:
    def many(folder: str, mark: str) -> Scan:
        findings = tuple(
            found(f"{mark}{n}", f"{folder}.tool_{n}", f"{folder}/m{n % 200}.py", (f"def tool_{n}(text):", *LINES[1:3], f"run_{n}(text)"))
            for n in range(2000)
        )
        files = tuple(sorted({place.path for each in findings for place in each.evidence}))
        return scan(findings, ()).model_copy(update={"examined": files})

    started = time.perf_counter()
    pairs = matched(many("old", "a"), many("new", "b"), {})
    assert pairs == {f"a{n}": f"b{n}" for n in range(2000)}
    assert time.perf_counter() - started < 60


def entering(identity: str, route: str, lines: tuple[str, ...], handler: str = "def ask(request):") -> Finding:
    places = (evidence("app.py:5", handler, role="source"), *found("x", lines=lines).evidence)
    return finding("direct-prompt-injection", id=identity, element="hosted_llm:gpt", evidence=places, attack_path=(route, "hosted_llm:gpt"))


def reaching(*findings: Finding, routes: tuple[str, ...]) -> Scan:
    elements = (element("hosted_llm", "gpt"), *(element("http_route", route.partition(":")[2]) for route in routes))
    return scan(findings, elements, tuple(flow(route, "hosted_llm:gpt") for route in routes)).model_copy(update={"examined": ("app.py",)})


def test_another_entry_to_the_same_model_is_another_finding() -> None:
    was, now = entering("a", "http_route:/ask", LINES), entering("b", "http_route:/upload", LINES, "def upload(request, file):")
    both = ("http_route:/ask", "http_route:/upload")
    assert matched(reaching(was, routes=both), reaching(now, routes=("http_route:/upload",)), {}) == {}, "the second entry was there before"


def test_an_entry_that_was_renamed_is_the_same() -> None:
    was, now = entering("a", "http_route:/ask", LINES), entering("b", "http_route:/answers", LINES, "def answers(request):")
    assert matched(reaching(was, routes=("http_route:/ask",)), reaching(now, routes=("http_route:/answers",)), {}) == {"a": "b"}
    other = entering("b", "http_route:/answers", ("query = read(request)", "run_query(query)"), "def answers(request):")
    assert matched(reaching(was, routes=("http_route:/ask",)), reaching(other, routes=("http_route:/answers",)), {}) == {}


def test_a_group_of_entries_that_is_told_by_another_of_them_is_the_same() -> None:
    was, now = entering("a", "http_route:/ask", LINES), entering("b", "http_route:/zap", (*LINES[2:], "zap()"), "def zap(request):")
    both = ("http_route:/ask", "http_route:/zap")
    assert matched(reaching(was, routes=both), reaching(now, routes=both), {}) == {"a": "b"}


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("ci_job:.github/workflows/ci.yml", "ci_job:.github/workflows/build.yml"),
        ("secret:KEY in app/[id]/route.ts", "secret:KEY in app/[slug]/route.ts"),
        ("component:shop.tools.search.run", "component:shop.kit.search.run"),
        ("log:run (log) in ./src/kit.run", "log:run (log) in ./lib/kit.run"),
        ("log:search.run (logging)", "log:search.run (logging)"),
        ("file_store:tools.search_all (files)", "file_store:tools.search_all (files)"),
    ],
)
def test_names_are_told_with_the_files_in_them_as_they_are_called_now(text: str, now: str) -> None:
    renames = {
        ".github/workflows/ci.yml": ".github/workflows/build.yml", "app/[id]/route.ts": "app/[slug]/route.ts",
        "shop/tools/search.py": "shop/kit/search.py", "src/kit.ts": "lib/kit.ts",
    }  # fmt: skip
    assert Moves(renames).text(text) == now


def test_many_renamed_files_are_told_in_a_moment() -> None:
    moves = Moves({f"old/package/part_{n}/module.py": f"new/package/part_{n}/module.py" for n in range(5000)})
    started = time.perf_counter()
    told = [moves.text(f"log:old.package.part_{n}.module.run (log) in old.package.part_{n}.module.run") for n in range(5000)]
    assert told[7] == "log:new.package.part_7.module.run (log) in new.package.part_7.module.run"
    assert time.perf_counter() - started < 60


def test_a_chain_of_choices_ends() -> None:
    likeness = {(f"a{n}", f"b{m}"): 1.0 + n / 1000 for n in range(300) for m in (n, n + 1)}
    assert unique_best(likeness, 0.001) == unique_best(dict(reversed(likeness.items())), 0.001)
    assert unique_best({("a", "x"): 2.0, ("a", "y"): 1.95, ("b", "y"): 1.0}, 0.1) == {}, "neither of two that are as good"
    assert unique_best({("a", "x"): 2.0, ("a", "y"): 1.0, ("b", "x"): 1.5, ("b", "y"): 0.5}, 0.1) == {"a": "x", "b": "y"}
