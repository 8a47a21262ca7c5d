"""Text that is written into an answer is a page only where a browser would take it for one."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

SCRIPT = """
    import express, { Response } from "express";
    import OpenAI from "openai";

    const app = express();
    const client = new OpenAI();

    async function tell(question: string, out: Response) {
      const told = await client.responses.create({ model: "gpt-5-mini", input: question });
      %s
    }

    async function show({ text, res }: { text: string; res: Response }) {
      if (!text) { res.write("nothing"); return; }
      for (const part of text.split(" ")) { res.write(part); }
    }

    app.post("/x", async (req, res) => {
      if (!req.body) { res.status(400).end(); return; }
      const reply = (await client.responses.create({ model: "gpt-5-mini", input: "a" })).output_text;
      %s
    });
"""
EVENTS = "'Content-Type', 'text/event-stream'"
STREAM = f"res.setHeader({EVENTS});"

NO_PAGES = {
    "an event stream": STREAM + " res.write(reply);",
    "an event stream that ends": STREAM + " res.end(reply);",
    "a name in small letters": "res.setHeader('content-type', 'text/event-stream; charset=utf-8'); res.write(reply);",
    "a head": "res.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'keep-alive' }); res.write(reply);",
    "a set of headers": "res.set({ 'Cache-Control': 'no-cache', 'Content-Type': 'text/plain' }); res.send(reply);",
    "json": "res.setHeader('Content-Type', 'application/json'); res.end(reply);",
    "a short setter": f"res.set({EVENTS}); res.send(reply);",
    "a header in a row": f"res.header({EVENTS}).send(reply);",
    "a type in a row": "res.status(200).type('text/plain').send(reply);",
    "a line of an event stream": "res.write(`data: ${reply}\\n\\n`);",
    "a line put together": "res.write('data: ' + JSON.stringify({ reply }) + '\\n\\n');",
    "a line with its name first": "res.write(`event: token\\ndata: ${reply}\\n\\n`);",
    "a type in the same case": "if (req.query.stream) { " + STREAM + " res.write(reply); }",
    "a type set by the caller": STREAM + " await tell(req.body.q, res);",
    "a type set by the caller of a function with named arguments": STREAM + " await show({ text: reply, res });",
    "a part that is called later": STREAM + " client.on('x', () => { res.write(reply); });",
}
PAGES = {
    "no type": "res.send(reply);",
    "no type, written": "res.write(reply); res.end();",
    "a page by its type": "res.setHeader('Content-Type', 'text/html'); res.write(reply);",
    "a short word for a page": "res.type('html').send(reply);",
    "another header": "res.setHeader('Cache-Control', 'no-cache'); res.write(reply);",
    "a type in another case": "if (req.query.stream) { " + STREAM + " res.end(); } else { res.send(reply); }",
    "a type in some cases": "if (req.query.stream) { " + STREAM + " } res.write(reply);",
    "a type that is computed": "res.setHeader('Content-Type', req.query.type); res.write(reply);",
    "a type of another answer": f"const other = make(); other.setHeader({EVENTS}); res.write(reply);",
    "a word that only looks like an event": "res.send(`<p>data: ${reply}</p>`);",
    "no type where arguments are named": "await show({ text: reply, res });",
    "one caller sets none": "if (req.query.a) { " + STREAM + " await tell(req.body.q, res); } else { await tell(req.body.q, res); }",
}


def is_page(body: str) -> bool:
    return bool(
        flows(system_of({"app.ts": SCRIPT % ("out.write(told.output_text);" if "tell(" in body else "", body)}), "html", "model_reply")
    )


@pytest.mark.parametrize("body", NO_PAGES.values(), ids=NO_PAGES.keys())
def test_an_answer_of_another_type_is_no_page(body: str) -> None:
    assert not is_page(body)


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES.keys())
def test_an_answer_that_may_be_a_page_is_one(body: str) -> None:
    assert is_page(body)
