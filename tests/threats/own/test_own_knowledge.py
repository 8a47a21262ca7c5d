"""What own knowledge adds, replaces, sets and switches off, in the catalog and in scans made with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.findings.model import Scan
from pipeline.kept_results import KeptResults
from pipeline.reports import html, markdown, sarif, table
from pipeline.scan import ScanSettings, scan
from pipeline.system.model import ControlKind
from pipeline.system.rules.marked_yaml import read_marked
from pipeline.threats.catalog import THREATS, hash_with, load_catalog
from pipeline.threats.own.words import dead_words, given_by, load_vocabulary
from pipeline.threats.taxonomy import load_taxonomies
from tests.threats.own.folders import CONTROL, FRAMEWORK, THREAT, WHOLE, folder_of, known

SHIPPED = "agent-runaway-loop"
SHIPPED_TEXT = (THREATS / "denial_of_service" / f"{SHIPPED}.yaml").read_text("utf-8")
APP = """\
import acme_guard
import acme_llm
from flask import Flask, request

app = Flask(__name__)
desk = acme_llm.Agent(name="desk")


def run(text):
    acme_guard.check(text)
    return acme_llm.Agent(name="shop")
"""
OFF = "severities:\n  agent-without-guard:\n    switched_off: true\n    reason: The network does this for us.\n"


def tree(root: Path, text: str = APP) -> Path:
    folder = root / "system"
    folder.mkdir(exist_ok=True)
    (folder / "app.py").write_text(text, "utf-8")
    return folder


def scanned(path: Path, *folders: Path, cache: Path | None = None) -> Scan:
    return scan(path, ScanSettings(jobs=1, cache=cache, knowledge=folders), clock=lambda: datetime(2025, 1, 2, tzinfo=UTC))


def slugs(result: Scan) -> set[str]:
    return {finding.threat for finding in result.findings}


# Adding


def test_a_threat_a_framework_and_a_control_work_together(tmp_path: Path) -> None:
    result = scanned(tree(tmp_path), folder_of(tmp_path, WHOLE))
    (finding,) = (finding for finding in result.findings if finding.threat == "agent-without-guard")
    assert (finding.element, finding.evidence[0].path, finding.evidence[0].start_line) == ("agent:desk", "app.py", 6)
    assert {(control.kind, control.evidence[0].start_line) for control in result.system.controls if "agent:shop" in control.protects} == {
        ("own/acme-guard", 10),
        ("guardrail", 10),
    }


def test_programs_name_folders_too(tmp_path: Path) -> None:
    import threatloom

    result = threatloom.scan(tree(tmp_path), knowledge=[folder_of(tmp_path, WHOLE)], jobs=1)
    assert "agent-without-guard" in slugs(result)


def test_a_tree_without_own_knowledge_knows_nothing_of_it(tmp_path: Path) -> None:
    result = scanned(tree(tmp_path))
    assert "agent:desk" not in {element.id for element in result.system.elements}
    assert result.own_knowledge == ()


def test_code_that_speaks_of_own_frameworks_alone_is_read(tmp_path: Path) -> None:
    text = 'from acme_llm import Agent\n\ndesk = Agent(name="desk")\n'
    assert "agent-without-guard" in slugs(scanned(tree(tmp_path, text), folder_of(tmp_path, WHOLE)))


def test_a_promise_of_an_own_control_that_is_not_kept_is_a_finding(tmp_path: Path) -> None:
    control = CONTROL + 'promised: {phrases: ["acme guard"], about: [agent], words: ["agents?"]}\n'
    folder = folder_of(tmp_path, {**WHOLE, "controls/acme-guard.yaml": control})
    system = tree(tmp_path)
    (system / "DESIGN.md").write_text("# Design\n\nAll agents are looked at by Acme Guard before they answer.\n", "utf-8")
    (broken,) = (finding for finding in scanned(system, folder).findings if finding.threat == "promised-control-missing")
    assert ("DESIGN.md", 3) in {(evidence.path, evidence.start_line) for evidence in broken.evidence}


def test_a_bare_decorator_is_the_control_that_it_is_as_a_call(tmp_path: Path) -> None:
    framework = FRAMEWORK + (
        "  - {call: [acme_llm.approved], control: human_approval, protects: function}\n"
        "decorators:\n  - {decorator: [acme_llm.tool], kind: tool}\n"
    )
    text = "import acme_llm\n\n\n@acme_llm.tool\n@acme_llm.approved\ndef refund():\n    pass\n\n\n@acme_llm.tool\ndef other():\n    pass\n"
    result = scanned(tree(tmp_path, text), folder_of(tmp_path, {**WHOLE, "frameworks/acme-llm.yaml": framework}))
    assert [(c.kind, c.protects, c.evidence[0].start_line) for c in result.system.controls] == [("human_approval", ("tool:refund",), 5)]


# Replacing


def test_what_says_that_it_replaces_stands_in_the_place_of_the_shipped_threat(tmp_path: Path) -> None:
    text = f"replaces: {SHIPPED}\n" + THREAT.replace("[own/acme-guard]", "[loop_limit]")
    page = "# Ours\n"
    same = known(folder_of(tmp_path, {f"threats/{SHIPPED}.yaml": text, f"threats/{SHIPPED}.md": page}, "same"))
    found = same.get(SHIPPED)
    assert found is not None and found.title == "An agent without our guard"
    assert same.page(SHIPPED) == page and len(same.threats) == len(load_catalog().threats)
    other = known(folder_of(tmp_path, {"threats/endless-agent.yaml": text}, "other"))
    renamed = other.get(SHIPPED)
    assert renamed is not None and renamed.slug == "endless-agent"  # what was accepted under the old name stays so
    assert other.own.folder_of("endless-agent") == "other" and other.page("endless-agent") == ""


def test_a_shipped_file_is_a_valid_own_one(tmp_path: Path) -> None:
    text = f"replaces: {SHIPPED}\n{SHIPPED_TEXT}"
    page = (THREATS / "denial_of_service" / f"{SHIPPED}.md").read_text("utf-8")
    catalog = known(folder_of(tmp_path, {f"threats/{SHIPPED}.yaml": text, f"threats/{SHIPPED}.md": page}))
    assert catalog.get(SHIPPED) == load_catalog().get(SHIPPED)


def test_a_framework_may_stand_in_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    text = "import openai\n\nopenai.OpenAI().responses.create(model='m', input='x')\n"
    assert any(element.kind == "hosted_llm" for element in scanned(tree(tmp_path, text)).system.elements)
    empty = "name: openai\nreplaces: openai\nread_from: [nothing]\ncalls: [{call: [openai.OpenAI], kind: agent, name: ours}]\n"
    elements = scanned(tree(tmp_path, text), folder_of(tmp_path, {"frameworks/openai.yaml": empty})).system.elements
    assert "agent:app (ours)" in {element.id for element in elements}


def test_a_later_folder_knows_and_may_replace_what_an_earlier_one_adds(tmp_path: Path) -> None:
    group = folder_of(tmp_path, WHOLE, "group")
    text = "replaces: agent-without-guard\n" + THREAT.replace("An agent without our guard", "A team's agent without our guard")
    team = folder_of(tmp_path, {"threats/agent-without-guard.yaml": text}, "team")
    catalog = known(group, team)
    found = catalog.get("agent-without-guard")
    assert found is not None and found.title.startswith("A team's") and catalog.own.folder_of(found.slug) == "team"


# Severities


def test_a_start_that_is_set_stands_in_the_decision_table_with_its_reason(tmp_path: Path) -> None:
    text = "severities:\n  agent-without-guard: {likelihood: 5, impact: 4, reason: Seen twice this year.}\n"
    result = scanned(tree(tmp_path), folder_of(tmp_path, {**WHOLE, "severities.yaml": text}))
    (finding,) = (finding for finding in result.findings if finding.threat == "agent-without-guard")
    assert (finding.likelihood, finding.impact, finding.severity) == (5, 4, "critical")
    starts = {row.axis: (row.step, row.because) for row in finding.risk_table if row.answer == "start"}
    assert starts == {
        "likelihood": (5, "set by acme: Seen twice this year. (was 3)"),
        "impact": (4, "set by acme: Seen twice this year. (was 3)"),
    }


def test_a_threat_that_is_switched_off_is_counted_and_told_in_every_report(tmp_path: Path) -> None:
    result = scanned(tree(tmp_path), folder_of(tmp_path, {**WHOLE, "severities.yaml": OFF}))
    assert "agent-without-guard" not in slugs(result)
    (own,) = result.own_knowledge
    (off,) = own.adjusted
    assert (off.threat, off.switched_off, off.places, off.reason) == ("agent-without-guard", True, 1, "The network does this for us.")
    (cell,) = (cell for cell in result.coverage if cell.element == "agent:desk" and cell.stride == "tampering")
    assert cell.state == "not_examined"
    assert cell.reason == "agent-without-guard: switched off by acme: The network does this for us."
    said = "acme switches agent-without-guard off, which holds for 1 element: The network does this for us."
    for render in (table.render, html.render, sarif.render):
        assert said in " ".join(render(result).split())
    assert said.replace("-", "\\-") in markdown.render(result) or said in markdown.render(result)


def test_a_broken_promise_can_be_switched_off_too(tmp_path: Path) -> None:
    system = tree(tmp_path, "import openai\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.post('/ask')\ndef ask():\n    return openai.OpenAI().responses.create(model='m', input='x').output_text\n")  # fmt: skip
    (system / "DESIGN.md").write_text("# Design\n\nEvery endpoint requires a login.\n", "utf-8")
    assert "promised-control-missing" in slugs(scanned(system))
    text = "severities: {promised-control-missing: {switched_off: true, reason: Papers are not ours.}}"
    result = scanned(system, folder_of(tmp_path, {"severities.yaml": text}))
    assert "promised-control-missing" not in slugs(result)
    assert result.own_knowledge[0].adjusted[0].places == 1


def test_reports_mark_the_threats_that_are_ones_own(tmp_path: Path) -> None:
    result = scanned(tree(tmp_path), folder_of(tmp_path, WHOLE))
    assert "agent-without-guard (own: acme)" in table.render(result)
    assert "own threat of `acme`" in markdown.render(result)
    assert "own threat of <b>acme</b>" in html.render(result)
    assert '"ownKnowledge": "acme"' in sarif.render(result)


# What a result depends on


def test_a_kept_result_is_that_of_every_byte_of_the_folder(tmp_path: Path) -> None:
    system, kept, folder = tree(tmp_path), tmp_path / "kept", folder_of(tmp_path, WHOLE)
    first = scanned(system, folder, cache=kept)
    assert scanned(system, folder, cache=kept).model_copy(update={"duration_s": 0}) == first.model_copy(update={"duration_s": 0})
    assert len(list(kept.glob("*.json.gz"))) == 1
    folder_of(tmp_path, {"threats/agent-without-guard.yaml": THREAT.replace("our guard", "a guard")})
    changed = scanned(system, folder, cache=kept)
    assert "An agent without a guard" in {finding.title for finding in changed.findings}
    assert changed.tool.knowledge != first.tool.knowledge
    assert "agent-without-guard" not in slugs(scanned(system, cache=kept))


def test_excluded_names_and_own_knowledge_are_not_taken_for_each_other(tmp_path: Path) -> None:
    listing = tree(tmp_path)
    own = known(folder_of(tmp_path, WHOLE)).own
    assert hash_with(own) != hash_with(load_catalog().own)
    keys = {KeptResults(tmp_path, "s", settings)._hash((), ["x"]) for settings in ((), ("acme",), ("", "acme"), ("acme", ""))}
    assert len(keys) == 4 and listing.is_dir()


def test_a_report_does_not_tell_where_on_the_machine_the_folder_lies(tmp_path: Path) -> None:
    result = scanned(tree(tmp_path), folder_of(tmp_path, WHOLE))
    assert str(tmp_path) not in result.model_dump_json()


# The words


def test_the_vocabulary_knows_every_attribute_that_a_sample_scan_gives(tmp_path: Path) -> None:
    sample = Path(__file__).resolve().parents[3] / "evals" / "systems" / "support-assistant"
    given = {name for element in scanned(sample).system.elements for name in element.attributes}
    assert len(given) > 20
    assert given <= load_vocabulary().attributes.keys()


def test_the_vocabulary_knows_every_attribute_that_shipped_knowledge_names() -> None:
    from pipeline.system.rules.knowledge import load_frameworks

    frameworks = load_frameworks().frameworks
    rules = [rule for framework in frameworks for rule in (*framework.calls, *framework.decorators, *framework.classes)]
    given = {name for rule in rules for name in getattr(rule, "attributes", {})}
    given |= {flag.attribute for rule in rules for flag in getattr(rule, "flags", ()) if flag.attribute}
    assert given <= load_vocabulary().attributes.keys()


def test_shipped_threats_ask_for_no_attribute_that_the_vocabulary_does_not_have() -> None:
    given, taxonomies = given_by((), ()), load_taxonomies()
    files = [read_marked(path.name, path.read_bytes()) for path in sorted(THREATS.glob("*/*.yaml"))]
    asked = [problem for marked in files for problem in dead_words(marked, given, taxonomies) if "attribute" in problem.what]
    assert files and not asked


@pytest.mark.parametrize("threat", load_catalog().threats, ids=lambda threat: threat.slug)
def test_no_shipped_threat_asks_for_the_lack_of_what_nothing_recognises(threat: object) -> None:
    unseen = set(load_vocabulary().unseen.controls)

    def lacked(conditions: object) -> set[ControlKind]:
        found: set[ControlKind] = set()
        for condition in conditions or ():  # type: ignore[attr-defined]  # a tuple of conditions, or none
            found |= set(condition.lacks_control or ())
            found |= set(condition.a_flow.without) if condition.a_flow else set()
            found |= lacked(condition.any_of) | lacked(condition.none_of)
        return found

    assert not lacked(getattr(threat, "when")) & unseen  # noqa: B009 - parametrised as object to keep ids readable
