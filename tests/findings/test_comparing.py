"""Two scans held against each other: new, fixed, unchanged, differently severe, and unknown where nobody looked."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.findings.comparing import compare, with_baseline
from pipeline.findings.model import Adjusted, Baseline, Failed, Finding, LLMUse, NotReached, OwnKnowledge, Scan, Skipped, Tool
from pipeline.system.model import Evidence
from tests.factories import finding, scan

BASELINE = Baseline(given="file", name="before.json", version="0.1.0", knowledge="k", started_at="")


class Files:
    """A tree as a test says it is: what exists, and what still stands there."""

    def __init__(self, *paths: str, says: bool = True) -> None:
        self.paths, self.says = paths, says

    def exists(self, path: str) -> bool:
        return path in self.paths

    def still_says(self, evidence: Evidence) -> bool:
        return self.says and evidence.path in self.paths


def at(path: str, quote: str = "call(x)") -> tuple[Evidence, ...]:
    return (Evidence(path=path, start_line=3, end_line=3, quote=quote, role="sink"),)


def of(*findings: Finding, examined: tuple[str, ...] = ("app.py",), **more: Any) -> Scan:
    return scan(findings).model_copy(update={"examined": examined, **more})


def only(old: Scan, new: Scan, tree: Files | None = None) -> tuple[str, str]:
    (change,) = compare(old, new, tree=tree)
    return change.kind, change.reason


KNOWN = finding(id="a" * 16, evidence=at("app.py"))


def test_what_both_have_is_unchanged_and_what_one_has_is_new_or_fixed() -> None:
    gone, come = finding(id="b" * 16, evidence=at("app.py")), finding(id="c" * 16, evidence=at("app.py", "other(y)"))
    changes = compare(of(KNOWN, gone), of(KNOWN, come))
    assert [(change.kind, change.finding.id) for change in changes] == [("new", come.id), ("fixed", gone.id), ("unchanged", KNOWN.id)]


def test_one_of_several_that_became_one_says_where_it_is_told_now() -> None:
    places = (*at("app.py"), *at("app.py", "other(y)"), *at("app.py", "third(z)"))
    both = [finding(id=name * 16, evidence=(place,), element=f"tool:{name}") for name, place in (("a", places[0]), ("b", places[1]))]
    whole = finding(id="a" * 16, evidence=places, element="tool:a")
    told = [(change.kind, change.reason) for change in compare(of(*both), of(whole)) if change.finding.id == "b" * 16]
    assert told == [("fixed", f"its places are told in finding {whole.id} now")]


def test_a_severity_that_changed_says_what_it_was() -> None:
    worse = KNOWN.model_copy(update={"severity": "critical"})
    (change,) = compare(of(KNOWN.model_copy(update={"severity": "low"})), of(worse))
    assert (change.kind, change.reason, change.finding.severity) == ("severity", "was low", "critical")


def test_a_file_that_is_gone_takes_its_findings_with_it() -> None:
    assert only(of(KNOWN), of(examined=()), Files()) == ("fixed", "app.py is gone")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"errors": (Failed(path="app.py", error="not UTF-8"),)}, "could not be read this time"),
        ({"skipped": (Skipped(path="*.py", reason="excluded by --exclude"),)}, "excluded by --exclude"),
        ({"skipped": (Skipped(path="app.py", reason="larger than 2 MB"),)}, "larger than 2 MB"),
        ({"errors": (Failed(path=".", error="the system model could not be built"),)}, "could not be built"),
        (
            {"own_knowledge": (OwnKnowledge(name="ours", digest="d", adjusted=(Adjusted(threat=KNOWN.threat, switched_off=True, reason="Never here."),)),)},
            "Never here.",
        ),
    ],
)  # fmt: skip
def test_what_was_not_looked_at_is_unknown_with_the_reason(more: dict[str, Any], said: str) -> None:
    kind, reason = only(of(KNOWN), of(examined=(), **more), Files("app.py"))
    assert kind == "unknown"
    assert said in reason


def test_a_document_that_was_not_given_again_says_nothing_about_its_findings() -> None:
    told = finding(id="d" * 16, evidence=at("docs/design.docx"))
    old = of(told, examined=("docs/design.docx",), given_documents=("docs/design.docx",))
    kind, reason = only(old, of(), Files("app.py"))
    assert (kind, reason) == ("unknown", "docs/design.docx: this document was not given this time")


@pytest.mark.parametrize("kind", ["*", "*.*", "*.py"])
def test_a_file_that_is_gone_is_not_one_of_those_no_reader_is_for(kind: str) -> None:
    unread = Skipped(path=kind, reason="no reader for files without a known suffix", count=4)
    assert only(of(KNOWN), of(examined=(), skipped=(unread,))) == ("fixed", "app.py is gone")
    pictures = Skipped(path=kind, reason="pictures were not examined: no OCR is set up", count=4)
    assert only(of(KNOWN), of(examined=(), skipped=(pictures,)))[0] == "unknown"


def test_what_begins_where_flows_were_not_followed_to_the_end_is_unknown() -> None:
    bounded = Failed(path="http_route:/ask", error="flow search reached its bound: some flows from here were not followed to the end")
    known = KNOWN.model_copy(update={"attack_path": ("http_route:/ask", KNOWN.element)})
    reason = "the search for flows from there ended at its bound this time"
    assert only(of(known), of(errors=(bounded,)), Files("app.py")) == ("unknown", reason)
    assert only(of(KNOWN), of(errors=(bounded,)), Files("app.py"))[0] == "fixed"


def test_another_edition_of_the_knowledge_fixes_nothing_whose_lines_still_stand() -> None:
    other = Tool(version="9", knowledge="other")
    assert only(of(KNOWN), of(tool=other), Files("app.py"))[0] == "unknown"
    assert only(of(KNOWN), of(tool=other), Files("app.py", says=False))[0] == "fixed"


def test_what_a_model_saw_is_not_fixed_because_a_model_does_not_repeat_itself() -> None:
    seen = KNOWN.model_copy(update={"source": "llm"})
    asked = LLMUse(model="m")
    assert only(of(seen), of(), Files("app.py")) == ("unknown", "a model saw it, and none was asked this time")
    unreached = asked.model_copy(update={"unreached": (NotReached(element=seen.element, reason="the budget ended"),)})
    assert only(of(seen), of(llm=unreached), Files("app.py"))[0] == "unknown"
    assert only(of(seen), of(llm=asked), Files("app.py"))[0] == "unknown"
    assert only(of(seen), of(llm=asked), Files("app.py", says=False))[0] == "fixed"


def test_statuses_against_a_baseline() -> None:
    gone = finding(id="b" * 16, evidence=at("app.py"))
    come = finding(id="c" * 16, evidence=at("app.py", "other(y)"))
    new = of(KNOWN, come)
    told = with_baseline(new, compare(of(KNOWN, gone), new), BASELINE)
    assert {one.id: one.status for one in told.findings} == {KNOWN.id: "open", come.id: "new", gone.id: "fixed"}
    assert (told.summary.new, told.summary.fixed, told.baseline) == (1, 1, BASELINE)


def test_a_finding_that_was_fixed_in_the_baseline_and_is_back_is_new_to_it() -> None:
    again = of(KNOWN)
    told = with_baseline(again, compare(of(KNOWN.model_copy(update={"status": "fixed"})), again), BASELINE)
    assert [one.status for one in told.findings] == ["new"]
