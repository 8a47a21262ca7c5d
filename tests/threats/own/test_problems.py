"""What is wrong in own knowledge is said with line, column and what to write instead; all of it at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.threats.catalog import THREATS
from tests.threats.own.folders import CONTROL, FRAMEWORK, THREAT, WHOLE, folder_of, known, problems

SLUG = "threats/agent-without-guard.yaml"


def said_of(tmp_path: Path, old: str, new: str, file: str = SLUG) -> list[str]:
    """The problems of the valid folder after one change in one file."""
    assert old in WHOLE[file]
    return problems(folder_of(tmp_path, {**WHOLE, file: WHOLE[file].replace(old, new, 1)}))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("about: [agent]", "about: [agnet]", "5:9: `agnet` is not known as about (did you mean agent?)"),
        ("impact:", "impakt:", "9:1: no field `impakt` here (did you mean impact?)"),
        ("likelihood: {base: 3}", "likelihood: {base: 9}", "8:20: `9` cannot stand as likelihood.base (it should be less than or equal to 5)"),
        ("likelihood: {base: 3}", "likelihood: {base: 3, raise_when: [has_tool]}", "8:36: `has_tool` is not known as likelihood.raise_when (did you mean has_tools?)"),
        ("how_we_look: We look at agents.\n", "", "1:1: `how_we_look` is missing (What is looked at, and what that can miss.)"),
        ("{element} has", "{elemnt} has", "4:1: sentence has no such placeholder: 'elemnt' (see docs/extending.md)"),
        ("  - lacks_control: [own/acme-guard]", "  - {lacks_control: [own/acme-guard], system_has: {kind: [agent]}}", "7:5: a condition is exactly one of the_element, a_flow, a_relation, system_has, lacks_control, any_of, none_of (see docs/extending.md)"),
        ("lacks_control: [own/acme-guard]", "lacks_control: [own/acme-gard]", "7:21: no such control: `own/acme-gard` (did you mean own/acme-guard?)"),
        ("lacks_control: [own/acme-guard]", "the_element: {loop_limitd: absent}", "7:19: nothing gives an element the attribute `loop_limitd` (did you mean loop_limited?)"),
        ("lacks_control: [own/acme-guard]", "a_flow: {into: the_element, carries: [hidden_text]}", "7:43: nothing recognises the label `hidden_text` (give it in a framework file of your own, or leave it out)"),
        ("lacks_control: [own/acme-guard]", "a_flow: {into: the_element, from_where: {publik: true}}", "7:46: nothing gives an element the attribute `publik` (did you mean public or published or public_network?)"),
        ("lacks_control: [own/acme-guard]", "a_relation: {kind: [has_tols], to_kind: [tool]}", "7:25: `has_tols` is not known as when.a_relation.kind (did you mean has_tool?)"),
        ("lacks_control: [own/acme-guard]", "any_of: [{none_of: [{system_has: {kind: [file_drop]}}]}]", "7:46: nothing recognises an element of the kind `file_drop` (give it in a framework file of your own, or leave it out)"),
        ("likelihood:", "removed_by: [own/other]\nlikelihood:", "8:14: no such control: `own/other` (one of own/acme-guard)"),
        ("likelihood:", "taxonomy: {cwe: [CWE-0]}\nlikelihood:", "8:18: no id of cwe: `CWE-0` (write CWE- and a number, such as CWE-94)"),
        ("likelihood:", "taxonomy: {atlas: [AML.T51]}\nlikelihood:", "8:20: no id of atlas: `AML.T51` (did you mean AML.T0051 or AML.T0134 or AML.T0133?)"),
        ("stride:", "slug: another\nstride:", "1:7: the slug `another` is not the name of the file (leave it out)"),
        ("stride:", "replaces: unbounded-consumpton\nstride:", "1:11: there is no threat `unbounded-consumpton` to replace (did you mean unbounded-consumption?)"),
        ("stride:", "aliases: [model-extraction]\nstride:", "1:10: there is a threat `model-extraction` already (choose another name, or say `replaces: model-extraction`)"),
    ],
)  # fmt: skip
def test_a_wrong_threat_is_told_with_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert f"{SLUG}:{expected}" in said_of(tmp_path, old, new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: agent", "kind: agnt", "5:11: `agnt` is not known as calls.kind (did you mean agent?)"),
        ("    name_from: name\n", "    flags: [{argument: a, matches: '(', attribute: b}]\n", "6:27: no regular expression: missing ), unterminated subpattern at position 0 (see docs/extending.md)"),
        ("name: acme-llm", "name: openai", "1:7: there is a framework `openai` already (choose another name, or say `replaces: openai`)"),
        ("name: acme-llm", "name: acme-llm\nreplaces: opnai", "2:11: there is no framework `opnai` to replace (did you mean openai or openai_js or openai_net?)"),
        ("call: [acme_llm.Agent]", "call: ['*']", "4:12: no code can bear the name `*` (write the full name, such as package.module.Class.method)"),
        ("    protects: function\n", "    protects: function\n  - call: [acme_llm.x]\n", "10:5: a rule that says nothing of what it names (say kind, control, sinks, result or another)"),
        ("    protects: function\n", "    protects: function\n    flags: [{argument: a, present: true, control: own/nope}]\n", "10:51: no such control: `own/nope` (one of own/acme-guard)"),
    ],
)  # fmt: skip
def test_a_wrong_framework_is_told_with_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    file = "frameworks/acme-llm.yaml"
    assert [line for line in said_of(tmp_path, old, new, file) if line.startswith(file)] == [f"{file}:{expected}"]


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    assert len(said_of(tmp_path, "about: [agent]", "about: [agnet]")) == 1
    assert len(said_of(tmp_path, "likelihood: {base: 3}", "likelihood: {base: []}")) == 1


def test_any_weakness_of_cwe_may_be_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {**WHOLE, SLUG: THREAT.replace("likelihood:", "taxonomy: {cwe: [CWE-1427]}\nlikelihood:", 1)})
    (threat,) = (threat for threat in known(folder).threats if threat.slug == "agent-without-guard")
    assert threat.taxonomy.cwe == ("CWE-1427",)


def test_a_control_that_nothing_recognises_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"controls/lonely.yaml": CONTROL})
    assert problems(folder) == [
        "controls/lonely.yaml:1:1: nothing recognises the control own/lonely (say `control: own/lonely` in a rule of frameworks/*.yaml)"
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("model-extracton: {impact: 5, reason: We sell it.}", "2:3: no such threat: `model-extracton` (did you mean model-extraction or model-inversion?)"),
        ("model-extraction: {impact: 5}", "2:3: `reason` is missing (Why; stands in every report.)"),
        ("model-extraction: {impact: 5, reason: short}", "2:41: `short` cannot stand as severities.model-extraction.reason (it should be at least 10 characters long)"),
        ("model-extraction: {reason: We sell it to all.}", "2:3: an adjustment sets likelihood, impact or both, or says `switched_off: true` (see docs/extending.md)"),
        ("model-extraction: {impact: 5, switched_off: true, reason: We sell it.}", "2:3: an adjustment sets likelihood, impact or both, or says `switched_off: true` (see docs/extending.md)"),
        ("model-extraction: {impact: 6, reason: We sell it to all.}", "2:30: `6` cannot stand as severities.model-extraction.impact (it should be less than or equal to 5)"),
    ],
)  # fmt: skip
def test_a_wrong_severity_is_told_with_its_place(tmp_path: Path, line: str, expected: str) -> None:
    assert problems(folder_of(tmp_path, {"severities.yaml": f"severities:\n  {line}\n"})) == [f"severities.yaml:{expected}"]


def test_several_problems_of_several_files_are_told_together(tmp_path: Path) -> None:
    said = problems(
        folder_of(
            tmp_path,
            {
                "threats/one.yaml": THREAT.replace("agent]", "agnet]").replace("base: 3", "base: 7", 1),
                "threats/two.yaml": "- a\n",
                "severities.yaml": "severities: {nothing-known: {impact: 1, reason: It is not there.}}",
            },
        )
    )
    assert [line.split(": ")[0] for line in said] == [
        "severities.yaml:1:14", "threats/one.yaml:5:9", "threats/one.yaml:8:20", "threats/two.yaml:1:1",
    ]  # fmt: skip


def test_the_slug_of_a_shipped_threat_is_taken(tmp_path: Path) -> None:
    text = (THREATS / "denial_of_service" / "agent-runaway-loop.yaml").read_text("utf-8")
    assert problems(folder_of(tmp_path, {"threats/agent-runaway-loop.yaml": text})) == [
        "threats/agent-runaway-loop.yaml:1:1: there is a threat `agent-runaway-loop` already (choose another name, or say `replaces: agent-runaway-loop`)"
    ]


# What stands in the folder


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("threat/one.yaml", "threat:1:1: no part of a folder of knowledge (it may hold threats/, frameworks/, controls/ and severities.yaml; remove or rename this)"),
        ("threats/one.yml", "threats/one.yml:1:1: is not read here"),
        ("severity.yaml", "severity.yaml:1:1: is not read here"),
        ("frameworks/one.md", "frameworks/one.md:1:1: is not read here"),
        ("threats/one.md", "threats/one.md:1:1: a page without its threat (write one.yaml beside it)"),
        ("threats/One_Threat.yaml", "threats/One_Threat.yaml:1:1: the name of the file, `One_Threat`, is no slug (small letters, digits and single hyphens)"),
    ],
)  # fmt: skip
def test_what_stands_where_nothing_is_read_is_an_error(tmp_path: Path, file: str, expected: str) -> None:
    (line,) = problems(folder_of(tmp_path, {**WHOLE, file: THREAT}))
    assert line.startswith(expected)


def test_a_readme_and_a_git_folder_are_let_be(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path, {**WHOLE, "README.md": "Ours.", ".git/config": "[core]", "LICENSE": "Free.", "schemas/threat.schema.json": "{}"}
    )
    assert known(folder).get("agent-without-guard") is not None


def test_an_empty_folder_is_an_error_and_no_silence(tmp_path: Path) -> None:
    (line,) = problems(folder_of(tmp_path, {}))
    assert line.endswith("nothing to read in this folder (it may hold threats/, frameworks/, controls/ and severities.yaml)")


@pytest.mark.parametrize("name", ["nowhere", "file", "a\0b"])
def test_a_folder_that_is_none_is_unusable(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(UnusableInput, match="folder of knowledge"):
        known(tmp_path / name)


# Hostile files

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xff\xfe\x00", "1:1: no UTF-8 (save the file as UTF-8)"),
        ("a: 1\nb: \u00fc".encode("latin-1"), "2:4: no UTF-8 (save the file as UTF-8)"),
        (b"a: \x01", "1:4: a character that YAML does not allow (remove it)"),
        (b"a: [", "2:1: no YAML: did not find expected node content (correct the line)"),
        (b"[" * 5000, "1:33: nested more than 32 deep (make it flatter)"),
        (BOMB.encode(), "5:4: more than 20000 values, aliases written out (make it smaller)"),
        (b"a: &a [*a]", "1:4: a value that holds itself by an alias (write it out)"),
        (b"".join(b"k%d: &k%d [%s]\n" % (n, n, b"*k%d" % (n - 1) if n else b"1") for n in range(2000)), "33:6: nested more than 32 deep, aliases written out (make it smaller)"),
        (b"!!python/object/apply:os.system [ls]", "1:1: a tag, tag:yaml.org,2002:python/object/apply:os.system (leave it out: values here are plain)"),
        (b"a: 1\n---\nb: 2", "2:1: a second document (make it a file of its own)"),
        (b"title: a\ntitle: b", "2:1: `title` is said twice, first on line 1 (keep one of them)"),
        (b"yes: 1", "1:1: the key yes is no text for YAML (put it into quotes)"),
        (b"a: 2024-99-99", "1:4: a value that cannot be read (put it into quotes)"),
        (b"a: " + b"1" * 5000, "1:4: a value that cannot be read (put it into quotes)"),
        (b"x" * 300_000, "1:1: larger than 256 KB (split it)"),
        (b"", "1:1: no mapping"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)  # fmt: skip
def test_hostile_bytes_end_in_one_error_with_its_place(tmp_path: Path, data: bytes, expected: str) -> None:
    (line,) = problems(folder_of(tmp_path, {"threats/one.yaml": data}))
    assert line.startswith(f"threats/one.yaml:{expected}")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(THREAT, "utf-8")
    folder = folder_of(tmp_path, WHOLE)
    (folder / "threats" / "linked.yaml").symlink_to(tmp_path / "secret.yaml")
    assert problems(folder) == ["threats/linked.yaml:1:1: a link that leads out of the folder (put the file itself here)"]


def test_a_link_inside_of_the_folder_is(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {**WHOLE, "frameworks/acme-llm.yaml": FRAMEWORK})
    (folder / "threats" / "same.yaml").symlink_to(folder / "threats" / "agent-without-guard.yaml")
    assert {"same", "agent-without-guard"} <= {threat.slug for threat in known(folder).threats}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, WHOLE)
    os.mkfifo(folder / "threats" / "pipe.yaml")
    (line,) = problems(folder)
    assert line.startswith("threats/pipe.yaml:1:1: cannot be read")


def test_the_number_of_files_is_bounded(tmp_path: Path) -> None:
    said = problems(folder_of(tmp_path, {f"threats/t{number}.md": "x" for number in range(401)}))
    assert any("more than 400 files" in line for line in said)
    assert said[-1].startswith("and ") and len(said) == 51


@pytest.mark.parametrize("given", ["x:ok", "1:maybe", "1"])
def test_an_expectation_that_is_none_is_told_with_the_line_of_its_fence(tmp_path: Path, given: str) -> None:
    page = f"# A page\n\n## Reported\n\n### One\n\n```python path=a.py marks={given}\nimport openai\n```\n"
    folder = folder_of(tmp_path, {**WHOLE, "threats/agent-without-guard.md": page})
    assert problems(folder) == [
        f"threats/agent-without-guard.md:7:1: `marks={given}` is no line and expectation (write marks=12:threat, or ok, todo, todo-ok)"
    ]


def test_a_severity_that_a_later_folder_would_leave_without_its_threat_is_told(tmp_path: Path) -> None:
    first = folder_of(
        tmp_path, {"severities.yaml": "severities: {model-extraction: {switched_off: true, reason: We sell the model.}}\n"}, "first"
    )
    replacing = THREAT.replace("about:", "replaces: model-extraction\nabout:", 1)
    second = folder_of(tmp_path, {**WHOLE, SLUG: replacing}, "second")
    assert [line.partition(": ")[2] for line in problems(first, second)] == [
        "the severity of `model-extraction` is set in first, and would hold for nothing (set that of `agent-without-guard` in its own folder)"
    ]
