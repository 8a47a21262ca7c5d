"""Decorators of a project's own: who refuses before the entry runs, and what stands too high to be called."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

_GUARDS = """
from functools import wraps
from flask import abort, redirect, request, session, url_for

def partner(scope):
    def decorate(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            found = KEYS.get(request.headers.get("Authorization", ""))
            if found is None or scope not in found:
                abort(401)
            return view(*args, **kwargs)
        return guarded
    return decorate

def staff(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        if "person" not in session:
            return redirect(url_for("pages.login"))
        return view(*args, **kwargs)
    return guarded

def traced(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        print(request.path)
        return view(*args, **kwargs)
    return guarded

def registers(view):
    if not session.get("set_up"):
        abort(403)
    return view
"""
_FLASK = """
import torch
from flask import Flask
from guards import partner, registers, staff, traced

app = Flask("x")

MARKS
def ask():
    return "x"
"""
_STARLETTE = """
import functools, hmac, torch
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

def unit_only(handler):
    @functools.wraps(handler)
    async def checked(request):
        if request.headers.get("authorization") != KEY:
            return PlainTextResponse("who are you", 401)
        return await handler(request)
    return checked

@unit_only
async def batch(request):
    return PlainTextResponse("ok")

async def release(request):
    return PlainTextResponse("ok")

app = Starlette(routes=[Route("/batch", batch), Route("/release", release)])
"""


@pytest.mark.parametrize(
    ("marks", "asked"),
    [
        ('@app.post("/ask")\n@partner("ask")', True),
        ('@app.post("/ask")\n@traced\n@partner("ask")', True),
        ('@app.post("/ask")\n@staff', True),
        ('@partner("ask")\n@app.post("/ask")', False),  # the bare function was registered
        ('@app.post("/ask")\n@traced', False),
        ('@app.post("/ask")\n@registers', False),  # refuses while the program starts, and nobody who calls
    ],
)
def test_a_decorator_that_refuses_counts_where_it_wraps_what_was_registered(marks: str, asked: bool) -> None:
    (route,) = elements(system_of({"guards.py": _GUARDS, "app.py": _FLASK.replace("MARKS", marks)}), "http_route")
    assert route.attributes["authenticated"] is asked


def test_routes_in_a_table_are_called_as_they_were_decorated() -> None:
    routes = {route.attributes["path"]: route.attributes["authenticated"] for route in elements(system_of(_STARLETTE), "http_route")}
    assert routes == {"/batch": True, "/release": False}


_STEPS = """
import { NextResponse } from "next/server";
import { readSession } from "./sessions";

type Handler = (request: Request) => Promise<Response>;
type Step = (request: Request) => Promise<Request | Response>;

function withSteps(handler: Handler, step?: Step, scope?: string): Handler {
  return async (request) => {
    return timed(scope, async () => {
      try {
        let asked: Request = request;
        if (step) {
          const said = await step(request);
          if (said instanceof Response) return said;
          asked = said;
        }
        return await handler(asked);
      } catch (error) {
        return NextResponse.json({ error: "failed" }, { status: 500 });
      }
    });
  };
}

function withTold(handler: Handler, told: Step): Handler {
  return async (request) => {
    await told(request);
    return handler(request);
  };
}

async function memberStep(request: Request): Promise<Request | Response> {
  const session = await readSession(request.headers.get("cookie"));
  if (!session?.user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }
  return request;
}

async function countStep(request: Request): Promise<Request | Response> {
  counts.add(request.url);
  return request;
}

export function withMember(scope: string | Handler, handler?: Handler): Handler {
  if (typeof scope === "string") {
    return withSteps(handler!, memberStep, scope);
  }
  return withSteps(scope, memberStep);
}
export const withCounts = (handler: Handler) => withSteps(handler, countStep);
export const withErrors = (handler: Handler) => withSteps(handler);
export const withNotes = (handler: Handler) => withTold(handler, memberStep);
export const withBoth = (handler: Handler) => withErrors(withMember("both", handler));
"""
_ROUTE = """
import { WRAPPER } from "../../lib/steps";
import OpenAI from "openai";

export const POST = WRAPPER(SCOPEasync (request) => {
  const body = await request.json();
  const reply = await new OpenAI().responses.create({ model: "gpt-4.1", input: body.question });
  return Response.json({ reply });
});
"""


@pytest.mark.parametrize(
    ("wrapper", "scope", "asked"),
    [
        ("withMember", "", True),
        ("withMember", '"ask", ', True),
        ("withBoth", "", True),
        ("withCounts", "", False),
        ("withErrors", "", False),
        ("withNotes", "", False),  # what the step answers is not looked at
    ],
)
def test_a_wrapper_made_of_another_asks_what_it_tells_that_to_ask_first(wrapper: str, scope: str, asked: bool) -> None:
    route = _ROUTE.replace("WRAPPER", wrapper).replace("SCOPE", scope)
    (found,) = elements(system_of({"lib/steps.ts": _STEPS, "app/api/ask/route.ts": route.replace("../../", "../../../")}), "http_route")
    assert found.attributes["authenticated"] is asked
