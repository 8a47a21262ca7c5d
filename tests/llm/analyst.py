"""A model that plays an analyst: it answers each of our questions with what a test tells it to, in the form it was asked for.

A part is a function of the user's text that gives the reply as a value. What a test does not name is answered with nothing: no threat, all
claims stand, an empty survey. Helpers read ids and lines out of what the model is shown, as a model would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.llm.scripts import Answer, Call, Request, Script, messages, says, schema_name, text_of, tool_names, uses

Part = Callable[[str], Any]  # Any: a reply as JSON has it, or an answer of the server
SURVEY: dict[str, object] = {
    "purpose": "It answers questions of customers.", "assets": [], "elements": [], "flows": [], "corrections": [], "contradictions": [],
}  # fmt: skip
NAMES = ("SystemSurvey", "ElementThreats", "Verdicts", "ExecutiveSummary")


def analyst(**parts: Part) -> Script:
    """A script; the parts are named `survey`, `threats`, `verdicts` and `summary`."""
    asked: Mapping[str, Part] = {
        "SystemSurvey": parts.get("survey", lambda _: SURVEY),
        "ElementThreats": parts.get("threats", lambda _: nothing()),
        "Verdicts": parts.get("verdicts", lambda text: verdicts(text, "stands")),
        "ExecutiveSummary": parts.get("summary", lambda _: {"headline": "All is known.", "paragraphs": ["One."], "actions": []}),
    }

    def script(request: Request, number: int) -> Answer:
        name = _asked_for(request)
        said = asked[name]("\n".join(text_of(one) for one in messages(request, "user")))
        if not isinstance(said, dict):
            answer: Answer = said
            return answer
        return uses(Call(name, said)) if name in tool_names(request) else says(said)

    return script


def _asked_for(request: Request) -> str:
    """The schema of the reply, by whichever means it is asked for: a schema of the endpoint, a tool that takes it, words of the system's."""
    named = schema_name(request) or next((name for name in NAMES if name in tool_names(request)), None)
    if named is None:
        system = "\n".join(text_of(one) for one in messages(request, "system"))
        named = next(name for name in NAMES if f'"title": "{name}"' in system)
    return named


def nothing() -> dict[str, object]:
    return {"threats": [], "opinions": []}


def threat(element: str, path: str, text: str, **more: object) -> dict[str, object]:
    """A proposal with one quote."""
    said: dict[str, object] = {
        "threat": "custom/refund-to-a-stranger", "element": element, "classes": ["tampering"], "title": "A refund goes to a stranger",
        "description": "Whoever names an order gets the money of another.", "path": [],
        "quotes": [{"path": path, "line": 1, "text": text, "role": "sink"}], "factors": [],
        "mitigations": [{"text": "Pay back to the card that paid.", "test": "A refund to another card is refused."}],
    }  # fmt: skip
    return said | more


def verdicts(text: str, verdict: str) -> dict[str, object]:
    """The same verdict on all claims."""
    numbers = re.findall(r"^(\d+)\. \[", text, re.MULTILINE)
    return {"verdicts": [{"number": int(number), "verdict": verdict, "reason": "The lines say so."} for number in numbers]}


def elements_of(text: str) -> list[str]:
    """Ids of the elements a scene asks about."""
    part = text.partition("Elements asked about")[2].partition("\n\n")[0]
    return re.findall(r"^- (\S.*?) \| ", part, re.MULTILINE)


def findings_of(text: str) -> list[str]:
    """Ids of the findings a question names."""
    return list(dict.fromkeys(re.findall(r"^- ([0-9a-f]{16}) ", text, re.MULTILINE)))
