"""What an application uses runs before what is put on it behind that, and limits in the file before all routes before these."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, system_of

_HEAD = """
import express from "express";
import jwt from "jsonwebtoken";
import OpenAI from "openai";
const app = express();
const part = express.Router();
const hits = new Map<string, number>();
function signedIn(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.SECRET); } catch { return res.status(401).end(); }
  next();
}
function limited(req, res, next) {
  const count = (hits.get(req.ip) ?? 0) + 1;
  hits.set(req.ip, count);
  if (count > 10) return res.status(429).end();
  next();
}
async function ask(req, res) {
  res.json(await new OpenAI().responses.create({ model: "gpt-5", input: req.body.text }));
}
"""
ORDERS = {
    "before the route": 'app.use(CHECK);\napp.post("/ask", ask);',
    "at an address above it": 'app.use("/ask", CHECK);\napp.post("/ask", ask);',
    "before the router is mounted": 'part.post("/ask", ask);\napp.use(CHECK);\napp.use("/api", part);',
    "on the router": 'part.use(CHECK);\npart.post("/ask", ask);\napp.use("/api", part);',
}
LATE = {
    "behind the route": 'app.post("/ask", ask);\napp.use(CHECK);',
    "behind the router": 'part.post("/ask", ask);\napp.use("/api", part);\napp.use(CHECK);',
}
KINDS = {"signedIn": "authentication", "limited": "rate_limit"}


@pytest.mark.parametrize("check", KINDS)
@pytest.mark.parametrize(("body", "stands"), [*((one, True) for one in ORDERS.values()), *((one, False) for one in LATE.values())])
def test_what_is_used_runs_before_what_comes_behind_it(body: str, stands: bool, check: str) -> None:
    system = system_of({"server.ts": _HEAD + body.replace("CHECK", check)})
    (route,) = elements(system, "http_route")
    assert (KINDS[check] in controls_on(system, route.id)) is stands


_ASK = """
import OpenAI from "openai";
export async function POST(request: Request) {
  return Response.json(await new OpenAI().responses.create({ model: "gpt-5", input: await request.text() }));
}
"""
_LIMIT = """
import { Ratelimit } from "@upstash/ratelimit";
import { NextResponse } from "next/server";
const limiter = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(10, "10 s") });
export const withLimit = (next) => async (request) => {
  const { success } = await limiter.limit(request.ip);
  if (!success) return NextResponse.json({}, { status: 429 });
  return next(request);
};
export async function limited(request) {
  const { success } = await limiter.limit(request.ip);
  if (!success) return NextResponse.json({}, { status: 429 });
  return NextResponse.next();
}
"""
_AT = '\nexport const config = {{ matcher: ["{}/:path*"] }};'
DOORS = {
    "its own": (_LIMIT.replace("limited", "middleware") + _AT.format("/api"), True),
    "made by a helper": ('import { withLimit } from "./limit";\nexport default withLimit((request) => next());' + _AT.format("/api"), True),
    "a function it calls": ('import { limited } from "./limit";\nexport async function middleware(request) { return await limited(request); }', True),
    "for other addresses": ('import { limited } from "./limit";\nexport default limited;' + _AT.format("/pages"), False),
    "none": ("export function middleware(request) { return NextResponse.next(); }", False),
}  # fmt: skip


@pytest.mark.parametrize(("door", "stands"), DOORS.values(), ids=DOORS.keys())
def test_a_limit_before_all_routes_is_one_of_those_it_matches(door: str, stands: bool) -> None:
    system = system_of({"middleware.ts": door, "limit.ts": _LIMIT, "app/api/ask/route.ts": _ASK})
    (route,) = elements(system, "http_route")
    assert ("rate_limit" in controls_on(system, route.id)) is stands
