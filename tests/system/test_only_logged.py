"""Checks whose failure is only written to a log ask nobody who they are."""

from __future__ import annotations

import pytest

from tests.system.small import only, system_of

PYTHON = """
    import hmac, logging
    from fastapi import FastAPI, HTTPException, Request
    from openai import OpenAI
    app, log = FastAPI(), logging.getLogger("hook")
    @app.post("/hook")
    async def hook(request: Request):
        given, expected = request.headers.get("x-signature", ""), "x"
        CHECK
        return OpenAI().responses.create(model="gpt-5", input=(await request.body()).decode()).output_text
    """
TYPESCRIPT = """
import crypto from "node:crypto";
import express from "express";
import OpenAI from "openai";
const app = express();
app.post("/hook", async (req, res) => {
  const given = Buffer.from(String(req.headers["x-signature"])), expected = Buffer.from("x");
  CHECK
  const answer = await new OpenAI().responses.create({ model: "gpt-5", input: String(req.body.text) });
  res.json({ answer: answer.output_text });
});
"""
OPEN = [
    (PYTHON, 'if not hmac.compare_digest(given, expected):\n            log.warning("signature differs (got %s)", given[:8])'),
    (TYPESCRIPT, 'if (!crypto.timingSafeEqual(given, expected)) { console.warn("signature differs"); }'),
]
CLOSED = [
    (PYTHON, 'if not hmac.compare_digest(given, expected):\n            log.warning("differs")\n            raise HTTPException(401)'),
    (PYTHON, 'if not hmac.compare_digest(given, expected):\n            return {"status": "ignored"}'),
    (PYTHON, "known = hmac.compare_digest(given, expected)\n        if not known:\n            raise HTTPException(401)"),
    (TYPESCRIPT, 'if (!crypto.timingSafeEqual(given, expected)) { console.warn("differs"); return res.status(401).end(); }'),
]


def _is_asked(code: str, check: str) -> bool:
    path = "app.py" if code is PYTHON else "app.ts"
    return only(system_of({path: code.replace("CHECK", check)}), "http_route").attributes["authenticated"] is True


@pytest.mark.parametrize(("code", "check"), OPEN)
def test_a_difference_that_is_only_logged_lets_everybody_in(code: str, check: str) -> None:
    assert not _is_asked(code, check)


@pytest.mark.parametrize(("code", "check"), CLOSED)
def test_a_difference_that_ends_the_request_asks_who_somebody_is(code: str, check: str) -> None:
    assert _is_asked(code, check)
