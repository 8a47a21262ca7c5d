"""The answers by which frameworks refuse a caller they do not know: 401 and 403 are such, 400 and 404 are none."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.system.small import controls_on, system_of


def refuses(files: dict[str, str]) -> bool:
    """Whether the one route of a program asks who is there."""
    system = system_of({path: dedent(text) for path, text in files.items()})
    routes = [element for element in system.elements if element.kind == "http_route"]
    assert routes, [element.id for element in system.elements]
    return all("authentication" in controls_on(system, route.id) for route in routes)


PYTHON = {
    "fastapi JSONResponse": ("fastapi", "return JSONResponse({'error': 'x'}, status_code=CODE)"),
    "fastapi JSONResponse, code first": ("fastapi", "return JSONResponse(status_code=CODE, content={})"),
    "fastapi Response": ("fastapi", "return Response(status_code=CODE)"),
    "fastapi PlainTextResponse": ("fastapi", "return PlainTextResponse('no', CODE)"),
    "fastapi ORJSONResponse": ("fastapi", "return ORJSONResponse({}, status_code=CODE)"),
    "fastapi HTMLResponse": ("fastapi", "return HTMLResponse('no', status_code=CODE)"),
    "fastapi exception": ("fastapi", "raise HTTPException(CODE)"),
    "fastapi response made before": ("fastapi", "answer = JSONResponse({}, status_code=CODE)\n        return answer"),
    "fastapi code of a response": ("fastapi", "response.status_code = CODE\n        return {'error': 'x'}"),
    "flask pair": ("flask", "return 'no', CODE"),
    "flask jsonify pair": ("flask", "return jsonify(error='x'), CODE"),
    "flask make_response": ("flask", "return make_response('no', CODE)"),
    "flask make_response of a pair": ("flask", "return make_response((jsonify(error='x'), CODE))"),
    "flask Response": ("flask", "return Response('no', status=CODE)"),
    "flask abort": ("flask", "abort(CODE)"),
    "flask triple": ("flask", "return 'no', CODE, {'x': 'y'}"),
    "aiohttp Response": ("aiohttp", "return web.Response(status=CODE)"),
    "aiohttp json_response": ("aiohttp", "return web.json_response({'error': 'x'}, status=CODE)"),
    "sanic json": ("sanic", "return json({'error': 'x'}, status=CODE)"),
    "sanic text": ("sanic", "return text('no', CODE)"),
    "django HttpResponse": ("django", "return HttpResponse('no', status=CODE)"),
    "django JsonResponse": ("django", "return JsonResponse({'error': 'x'}, status=CODE)"),
    "rest framework": ("django", "return DrfResponse({'error': 'x'}, status=CODE)"),
    "rest framework, by name": ("django", "return DrfResponse({'error': 'x'}, status=status.HTTP_CODE_NAME)"),
}  # fmt: skip
FRAMES = {
    "fastapi": """\
import openai
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, ORJSONResponse, PlainTextResponse
app = FastAPI()
@app.post("/ask")
def ask(request: Request, response: Response):
    if request.headers.get("x-key") != KEY:
        BODY
    return {}
""",
    "flask": """\
import openai
from flask import Flask, Response, abort, jsonify, make_response, request
app = Flask(__name__)
@app.route("/ask", methods=["POST"])
def ask():
    if request.headers.get("x-key") != KEY:
        BODY
    return {}
""",
    "aiohttp": """\
import openai
from aiohttp import web
routes = web.RouteTableDef()
@routes.post("/ask")
async def ask(request):
    if request.headers.get("x-key") != KEY:
        BODY
    return web.json_response({})
""",
    "sanic": """\
import openai
from sanic import Sanic
from sanic.response import json, text
app = Sanic("x")
@app.post("/ask")
async def ask(request):
    if request.headers.get("x-key") != KEY:
        BODY
    return json({})
""",
    "django": """\
import openai
from django.http import HttpResponse, JsonResponse
from django.urls import path
from rest_framework import status
from rest_framework.response import Response as DrfResponse
def ask(request):
    if request.headers.get("x-key") != KEY:
        BODY
    return JsonResponse({})
urlpatterns = [path("ask", ask)]
""",
}
NAMED = {401: "401_UNAUTHORIZED", 403: "403_FORBIDDEN", 400: "400_BAD_REQUEST", 404: "404_NOT_FOUND"}


@pytest.mark.parametrize(("framework", "body"), PYTHON.values(), ids=PYTHON.keys())
def test_an_answer_of_a_python_framework(framework: str, body: str) -> None:
    for code, refused in ((401, True), (403, True), (400, False), (404, False)):
        said = body.replace("CODE_NAME", NAMED[code]).replace("CODE", str(code))
        assert refuses({"app.py": FRAMES[framework].replace("BODY", said)}) is refused, code


SCRIPTS = {
    "express sendStatus": ("express", "return res.sendStatus(CODE);"),
    "express status json": ("express", "return res.status(CODE).json({ error: 'x' });"),
    "express statusCode": ("express", "res.statusCode = CODE; return res.end();"),
    "express writeHead": ("express", "res.writeHead(CODE); return res.end();"),
    "next Response": ("next", "return new Response('no', { status: CODE });"),
    "next Response.json": ("next", "return Response.json({ error: 'x' }, { status: CODE });"),
    "next NextResponse.json": ("next", "return NextResponse.json({ error: 'x' }, { status: CODE });"),
    "next NextResponse": ("next", "return new NextResponse('no', { status: CODE });"),
    "next, options made before": ("next", "const options = { status: CODE }; return new Response('no', options);"),
    "hono": ("hono", "return c.json({ error: 'x' }, CODE);"),
    "hono text": ("hono", "return c.text('no', CODE);"),
    "hono exception": ("hono", "throw new HTTPException(CODE, { message: 'x' });"),
    "fastify code": ("fastify", "return reply.code(CODE).send({ error: 'x' });"),
}
SCRIPT_FRAMES = {
    "express": "import OpenAI from 'openai';\nimport express from 'express';\nconst app = express();\n"
    "app.post('/ask', (req, res) => { if (req.headers['x-key'] !== process.env.KEY) { BODY } res.json({}); });\n",
    "next": "import OpenAI from 'openai';\nimport { NextResponse } from 'next/server';\n"
    "export async function POST(req) { if (req.headers.get('x-key') !== process.env.KEY) { BODY } return Response.json({}); }\n",
    "hono": "import OpenAI from 'openai';\nimport { Hono } from 'hono';\nimport { HTTPException } from 'hono/http-exception';\n"
    "const app = new Hono();\napp.post('/ask', async (c) => { if (c.req.header('x-key') !== process.env.KEY) { BODY } return c.json({}); });\n",
    "fastify": "import OpenAI from 'openai';\nimport Fastify from 'fastify';\nconst app = Fastify();\n"
    "app.post('/ask', async (req, reply) => { if (req.headers['x-key'] !== process.env.KEY) { BODY } return {}; });\n",
}


@pytest.mark.parametrize(("framework", "body"), SCRIPTS.values(), ids=SCRIPTS.keys())
def test_an_answer_of_a_javascript_framework(framework: str, body: str) -> None:
    path = "app/ask/route.ts" if framework == "next" else "app.ts"
    for code, refused in ((401, True), (403, True), (400, False), (404, False)):
        assert refuses({path: SCRIPT_FRAMES[framework].replace("BODY", body.replace("CODE", str(code)))}) is refused, code


GO = {
    "net/http Error": ("net", 'http.Error(w, "no", CODE)'),
    "net/http Error, by name": ("net", 'http.Error(w, "no", http.StatusNAME)'),
    "net/http WriteHeader": ("net", "w.WriteHeader(CODE)"),
    "gin AbortWithStatus": ("gin", "c.AbortWithStatus(CODE)"),
    "gin AbortWithStatusJSON": ("gin", 'c.AbortWithStatusJSON(http.StatusNAME, gin.H{"error": "x"})'),
    "gin JSON": ("gin", 'c.JSON(CODE, gin.H{"error": "x"})'),
    "echo error": ("echo", "return echo.NewHTTPError(CODE)"),
    "echo JSON": ("echo", 'return c.JSON(http.StatusNAME, map[string]string{"error": "x"})'),
    "echo NoContent": ("echo", "return c.NoContent(CODE)"),
    "fiber SendStatus": ("fiber", "return c.SendStatus(CODE)"),
    "fiber Status": ("fiber", 'return c.Status(CODE).JSON(fiber.Map{"error": "x"})'),
    "fiber error": ("fiber", 'return fiber.NewError(CODE, "no")'),
}
GO_FRAMES = {
    "net": 'package main\nimport (\n  "net/http"\n  openai "github.com/sashabaranov/go-openai"\n)\n'
    'func ask(w http.ResponseWriter, r *http.Request) {\n  if r.Header.Get("X-Key") != key {\n    BODY\n    return\n  }\n}\n'
    'func main() { http.HandleFunc("/ask", ask) }\n',
    "gin": 'package main\nimport (\n  "net/http"\n  "github.com/gin-gonic/gin"\n  openai "github.com/sashabaranov/go-openai"\n)\n'
    'func ask(c *gin.Context) {\n  if c.GetHeader("X-Key") != key {\n    BODY\n    return\n  }\n}\n'
    'func main() { r := gin.Default()\n  r.POST("/ask", ask) }\n',
    "echo": 'package main\nimport (\n  "net/http"\n  "github.com/labstack/echo/v4"\n  openai "github.com/sashabaranov/go-openai"\n)\n'
    'func ask(c echo.Context) error {\n  if c.Request().Header.Get("X-Key") != key {\n    BODY\n  }\n  return nil\n}\n'
    'func main() { e := echo.New()\n  e.POST("/ask", ask) }\n',
    "fiber": 'package main\nimport (\n  "net/http"\n  "github.com/gofiber/fiber/v2"\n  openai "github.com/sashabaranov/go-openai"\n)\n'
    'func ask(c *fiber.Ctx) error {\n  if c.Get("X-Key") != key {\n    BODY\n  }\n  return nil\n}\n'
    'func main() { app := fiber.New()\n  app.Post("/ask", ask) }\n',
}
GO_NAMES = {401: "Unauthorized", 403: "Forbidden", 400: "BadRequest", 404: "NotFound"}


@pytest.mark.parametrize(("framework", "body"), GO.values(), ids=GO.keys())
def test_an_answer_of_a_go_framework(framework: str, body: str) -> None:
    for code, refused in ((401, True), (403, True), (400, False), (404, False)):
        said = body.replace("NAME", GO_NAMES[code]).replace("CODE", str(code))
        assert refuses({"main.go": GO_FRAMES[framework].replace("BODY", said)}) is refused, code


CSHARP = {
    "Unauthorized": ("return Unauthorized();", "return BadRequest();"),
    "Unauthorized, with words": ('return Unauthorized(new { error = "x" });', 'return NotFound(new { error = "x" });'),
    "Forbid": ("return Forbid();", "return NotFound();"),
    "StatusCode": ("return StatusCode(401);", "return StatusCode(400);"),
    "StatusCode, by name": ("return StatusCode(StatusCodes.Status403Forbidden);", "return StatusCode(StatusCodes.Status404NotFound);"),
    "Results": ("return Results.Unauthorized();", "return Results.BadRequest();"),
    "Problem": ("return Problem(statusCode: 401);", "return Problem(statusCode: 400);"),
    "exception": ('throw new UnauthorizedAccessException("nobody");', 'throw new InvalidOperationException("nobody");'),
    "result object": ("return new UnauthorizedResult();", "return new BadRequestResult();"),
    "code of the response": ("Response.StatusCode = 401; return null;", "Response.StatusCode = 400; return null;"),
}
CONTROLLER = """\
using Microsoft.AspNetCore.Mvc;
using OpenAI.Chat;
[ApiController]
[Route("ask")]
public class AskController : ControllerBase {
    [HttpPost]
    public object Ask() {
        if (Request.Headers["x-key"] != key) { BODY }
        return Ok();
    }
}
"""


@pytest.mark.parametrize(("refusal", "other"), CSHARP.values(), ids=CSHARP.keys())
def test_an_answer_of_a_dotnet_controller(refusal: str, other: str) -> None:
    assert refuses({"AskController.cs": CONTROLLER.replace("BODY", refusal)})
    assert not refuses({"AskController.cs": CONTROLLER.replace("BODY", other)})


JAVA = {
    "ResponseEntity code": ("return ResponseEntity.status(401).build();", "return ResponseEntity.status(400).build();"),
    "ResponseEntity name": ("return ResponseEntity.status(HttpStatus.UNAUTHORIZED).body(null);", "return ResponseEntity.status(HttpStatus.NOT_FOUND).body(null);"),
    "new ResponseEntity": ("return new ResponseEntity<>(HttpStatus.FORBIDDEN);", "return new ResponseEntity<>(HttpStatus.BAD_REQUEST);"),
    "exception": ("throw new ResponseStatusException(HttpStatus.UNAUTHORIZED);", "throw new ResponseStatusException(HttpStatus.NOT_FOUND);"),
    "sendError": ("response.sendError(403); return null;", "response.sendError(404); return null;"),
}  # fmt: skip
SPRING = """\
package com.acme;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.server.ResponseStatusException;
import com.openai.client.OpenAIClient;
@RestController
public class Ask {
    @PostMapping("/ask")
    public Object ask(@RequestHeader("x-key") String key, HttpServletResponse response) {
        if (!key.equals(secret)) { BODY }
        return null;
    }
}
"""


@pytest.mark.parametrize(("refusal", "other"), JAVA.values(), ids=JAVA.keys())
def test_an_answer_of_a_spring_controller(refusal: str, other: str) -> None:
    assert refuses({"src/main/java/com/acme/Ask.java": SPRING.replace("BODY", refusal)})
    assert not refuses({"src/main/java/com/acme/Ask.java": SPRING.replace("BODY", other)})


_OWN_KEY = """
import OpenAI from 'openai';
import { NextRequest } from 'next/server';
export async function POST(request: NextRequest) {
  const key = KEY;
  if (!key) { return new Response('missing', { status: 401 }); }
  const { question } = await request.json();
  const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });
  const reply = await client.responses.create({ model: 'gpt-5-mini', input: question });
  return new Response(reply.output_text);
}
"""


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        ("request.headers.get('x-key') || process.env.OPENAI_API_KEY", False),  # whoever brings none is let in with the program's own
        ("process.env.OPENAI_API_KEY", False),
        ("await getSession(request)", True),
    ],
)
def test_a_refusal_that_only_says_that_the_program_has_no_key_asks_nobody(key: str, asked: bool) -> None:
    system = system_of({"app/api/ask/route.ts": _OWN_KEY.replace("KEY;", f"{key};", 1)})
    (route,) = [element for element in system.elements if element.kind == "http_route"]
    assert route.attributes["authenticated"] is asked
