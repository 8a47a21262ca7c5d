"""Filters stand in the address and are applied on the server."""

from __future__ import annotations

import pytest
from starlette.datastructures import QueryParams

from pipeline.interfaces.web.filtering import Filter, filter_of
from tests.web.world import EXECUTED, REFUND, World


def found(world: World, query: str) -> set[str]:
    return {one["id"] for one in world.client().get(f"/api/v1{world.at('/findings')}?{query}").json()}


def test_severities_join_and_other_fields_narrow(world: World) -> None:
    critical, high = found(world, "severity=critical"), found(world, "severity=high")
    assert critical == {EXECUTED, REFUND} and high and not critical & high
    assert found(world, "severity=critical&severity=high") == critical | high
    assert found(world, "severity=critical&q=refund+money") == {REFUND}
    assert found(world, "stride=tampering&severity=critical") == {EXECUTED}


def test_words_are_looked_for_in_files_elements_and_threats(world: World) -> None:
    assert found(world, "q=agent/tools.py") == {EXECUTED, REFUND}
    assert found(world, "q=model-output-EXECUTED") == {EXECUTED}
    assert found(world, "q=nowhere") == set()


def test_closed_findings_are_shown_when_asked_for(world: World) -> None:
    assert "0123456789ab" not in found(world, "")
    assert found(world, "status=fixed") == {"0123456789ab"}
    assert found(world, "status=all") > found(world, "")


@pytest.mark.parametrize("query", ["severity=%3Cscript%3E", "stride=nothing", "status='--", "source=%00", "severity=", "page=2"])
def test_words_that_are_not_known_ask_for_nothing(query: str) -> None:
    assert filter_of(QueryParams(query)) == Filter()


def test_a_filter_says_itself_as_an_address() -> None:
    wanted = filter_of(QueryParams("severity=high&severity=low&q=a%26b&status=fixed"))
    assert filter_of(QueryParams(wanted.address()[1:])) == wanted
    assert filter_of(QueryParams(wanted.address(page="2")[1:])) == wanted
