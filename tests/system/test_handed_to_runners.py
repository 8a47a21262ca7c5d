"""What comes back from a runner is what the function makes of its arguments, not the arguments themselves."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

TOOL = '''
import asyncio, hashlib
from langchain_core.tools import tool

def made_of(query: str, number: int) -> str:
    return {made}

@tool
async def look(query: str) -> str:
    """Looks something up."""
    key = await asyncio.to_thread(made_of, {given})
    return open("/cache/" + key).read()
'''


@pytest.mark.parametrize("given", ["query, 3", "query=query, number=3"])
@pytest.mark.parametrize(("made", "reaches"), [("query + '.json'", True), ("hashlib.sha256(query.encode()).hexdigest()", False)])
def test_only_what_the_function_gives_back_goes_on(given: str, made: str, reaches: bool) -> None:
    system = system_of(TOOL.format(made=made, given=given))
    assert any(flow.role == "path" for flow in system.flows) is reaches
