"""What a sentence promises of a system, and what it tells its reader to do."""

from __future__ import annotations

import pytest

from pipeline.system.promises import promised


@pytest.mark.parametrize(
    "sentence",
    [
        "If you are logged in, the coding tool can create the app registration for you.",
        "For troubleshooting common issues (rate limiting, OAuth errors), see the next page.",
        "You will still need to complete the steps for authenticated users yourself.",
        "Click View usage to review what was logged.",
        "Once logged in, run these commands to prepare the server.",
        "Get the ID from the page of the company when you're logged in as an admin and set it as a variable.",
        "Asking the agent to execute commands such as `uname -a` should produce output that matches the sandbox image.",
    ],
)
def test_a_manual_that_tells_its_reader_what_to_do_promises_nothing(sentence: str) -> None:
    assert promised(sentence) == []


def test_what_a_system_does_is_promised() -> None:
    assert promised("Every refund needs the approval of a human agent before it is paid out.") == ["human_approval"]


def test_a_rule_for_whoever_calls_is_a_promise() -> None:
    assert promised("Commands of the agent are executed in a sandbox.") == ["sandbox"]
    assert promised("You must be logged in to use these endpoints.") == ["authentication"]
