"""Threats that are about ordinary parts say where they apply, and what makes a tree an AI system is known and told apart by kinds that exist."""

from __future__ import annotations

from typing import get_args

import pytest
import yaml

from pipeline.system.model import ElementKind
from pipeline.system.rules.ai_part_rules import AiPartRules, load_ai_part_rules
from pipeline.system.rules.topics import AI_KINDS
from pipeline.system.rules.words import load_words
from pipeline.threats.catalog import THREATS, load_catalog
from pipeline.threats.schema import Threat


@pytest.mark.parametrize("threat", load_catalog().threats, ids=lambda threat: threat.slug)
def test_a_threat_about_ordinary_parts_says_where_it_applies(threat: Threat) -> None:
    written = yaml.safe_load((THREATS / threat.stride[0] / f"{threat.slug}.yaml").read_text("utf-8"))
    if not AI_KINDS.issuperset(threat.about):
        assert "applies_where" in written, "say `applies_where: ai_system`, or `anywhere` where it is about AI whatever it stands beside"


def test_every_kind_of_ai_is_a_part_by_itself() -> None:
    by_themselves = {kind for rule in load_ai_part_rules().parts if not rule.where for kind in rule.kind}
    assert by_themselves >= AI_KINDS
    assert by_themselves <= set(get_args(ElementKind))


def test_what_ordinary_software_needs_too_is_an_ai_package_otherwise() -> None:
    assert set(load_ai_part_rules().also_ordinary) <= set(load_words().ai_packages)


def test_a_pattern_that_does_not_compile_is_refused() -> None:
    said = load_ai_part_rules().model_dump() | {"files": ("(",)}
    with pytest.raises(ValueError, match="is no regular expression"):
        AiPartRules.model_validate(said)
