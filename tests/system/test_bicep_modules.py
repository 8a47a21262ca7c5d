"""What parameters of Bicep come to: all callers agree, or it is not known; and which conditions leave a resource out."""

from __future__ import annotations

import pytest

from ingest.config.bicep import read_bicep
from ingest.facts import ConfigFacts
from pipeline.system.deployment.bicep_conditions import is_false
from pipeline.system.deployment.resources import Resources

PART = "param access string = 'Enabled'\nresource m 'Microsoft.CognitiveServices/accounts@2024-10-01' = {\n  name: 'm'\n  kind: access\n}\n"
CALL = "module %s './part.bicep' = %s{\n  name: 'm'\n  params: { %s }\n}\n"


def kind(*calls: str) -> str | None:
    """What the one resource of the called file says, or None where it is not made."""
    texts = {"infra/part.bicep": PART, **({"infra/main.bicep": "".join(calls)} if calls else {})}
    files = [ConfigFacts(path, "product", read_bicep(text, path), text.count("\n")) for path, text in texts.items()]
    return next((one.text("kind") for one in Resources(files).all if one.address == "m" and one.type.startswith("microsoft.")), None)


def test_a_parameter_is_what_all_callers_say() -> None:
    assert kind() == "Enabled"
    assert kind(CALL % ("a", "", "access: 'Disabled'")) == "Disabled"
    assert kind(CALL % ("a", "", "other: 1")) == "Enabled"
    assert kind(CALL % ("a", "", "access: 'Disabled'"), CALL % ("b", "", "access: 'Enabled'")) == "${var.access}"
    assert kind(CALL % ("a", "", "access: pick()")) == "${var.access}"
    assert kind(CALL % ("a", "", "...more")) == "${var.access}"


def test_calls_under_a_false_condition_are_none() -> None:
    off = "param on bool = false\n"
    assert kind(off + CALL % ("a", "if (on) ", "access: 'Disabled'"), CALL % ("b", "", "access: 'Enabled'")) == "Enabled"
    assert kind(off + CALL % ("a", "if (on) ", "access: 'Disabled'")) is None


def test_files_that_call_each_other_end() -> None:
    text = "param p string\nmodule a './a.bicep' = if (p == 'x') {\n  name: 'a'\n  params: { p: p }\n}\n"
    assert len(Resources([ConfigFacts("a.bicep", "product", read_bicep(text, "a.bicep"), 5)]).all) == 2


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [("${var.off}", True), ("${!var.off}", False), ("${var.on && !var.on}", True), ("${var.off || var.on}", False), ("${var.off || !var.on}", True),
     ("${var.sku == 'basic'}", True), ("${var.sku != 'basic'}", False), ("${var.else}", False), ("${empty(var.off)}", False),
     ("${var.off && var.on || var.on}", False), ("${(var.off)}", True), ("${false}", True)],
)  # fmt: skip
def test_conditions(condition: str, wanted: bool) -> None:
    known = {"var.off": "false", "var.on": "true", "var.sku": "standard"}
    assert is_false(condition, known.get) is wanted
