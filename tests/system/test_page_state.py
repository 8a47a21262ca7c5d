"""State of a page: what it is set to is what the page shows."""

from __future__ import annotations

import pytest

from pipeline.system.model import Flow
from tests.system.small import flows, system_of

_ROUTE = """
import OpenAI from "openai";
const client = new OpenAI();
export async function POST(request: Request) {
  const { question } = await request.json();
  const reply = await client.responses.create({ model: "gpt-5-mini", input: question });
  return Response.json({ answer: ANSWER });
}
"""
_PAGE = """
import { useState } from "react";
import OpenAI from "openai";
export default function Page() {
  const [reply, setReply] = useState("");
  const [draft, setDraft] = useState("");
  async function ask(question) {
    setDraft(question);
    const data = await (await fetch(ADDRESS, { method: "POST", body: question })).json();
    setReply(SET);
  }
  return <p dangerouslySetInnerHTML={{ __html: SHOWN }} />;
}
"""


def rendered(
    answer: str = "reply.output_text", address: str = '"/api/ask"', given: str = "data.answer", shown: str = "reply"
) -> list[Flow]:
    page = _PAGE.replace("ADDRESS", address).replace("SET)", given + ")").replace("SHOWN", shown)
    found = system_of({"app/api/ask/route.ts": _ROUTE.replace("ANSWER", answer), "app/page.tsx": page})
    return flows(found, "html", "model_reply")


@pytest.mark.parametrize("given", ["data.answer", "(old) => old + data.answer", "`<p>${data.answer}</p>`"])
def test_a_reply_that_is_kept_in_the_state_and_shown_as_markup_comes_from_the_model(given: str) -> None:
    (flow, *_) = rendered(given=given)
    assert flow.source == "hosted_llm:gpt-5-mini"
    assert flow.steps[0].path == "app/api/ask/route.ts" and flow.steps[-1].path == "app/page.tsx"


@pytest.mark.parametrize(
    "changed",
    [
        {"answer": '"received"'},
        {"address": '"/api/other"'},
        {"shown": "draft"},
        {"given": '"asked"'},
    ],
)
def test_other_answers_other_routes_and_other_states_do_not(changed: dict[str, str]) -> None:
    assert rendered(**changed) == []


@pytest.mark.parametrize("loads", ["load().then(setReply)", "load().then((given) => setReply(given))"])
def test_what_a_promise_ends_with_becomes_the_state_that_it_is_handed_to(loads: str) -> None:
    page = """
    import { useEffect, useState } from "react";
    const load = () => fetch("/api/ask", { method: "POST", body: "x" }).then((response) => response.json());
    export default function Page() {
      const [reply, setReply] = useState(null);
      useEffect(() => void LOADS, []);
      return <p dangerouslySetInnerHTML={{ __html: reply.answer }} />;
    }
    """.replace("LOADS", loads)
    found = system_of({"app/api/ask/route.ts": _ROUTE.replace("ANSWER", "reply.output_text"), "app/page.tsx": page})
    assert flows(found, "html", "model_reply")
