"""Frameworks of TypeScript and JavaScript: what enters, what becomes of it, and what stands in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.model import System
from tests.system.small import scan_of

Files = dict[str, str]
ASK = "const reply = await client.responses.create({ model: 'gpt-5-mini', input: TEXT });"
OPENAI = "import OpenAI from 'openai';\nconst client = new OpenAI();\n"
EXEC = "import { exec } from 'node:child_process';\n"


def flows(system: System) -> set[tuple[str, str, str]]:
    """(kind of source, kind of target, role)"""
    return {(flow.source.split(":")[0], flow.target.split(":")[0], str(flow.role)) for flow in system.flows}


def route(body: str) -> str:
    return OPENAI + EXEC + body


FLOWS: dict[str, tuple[Files, tuple[str, str, str]]] = {
    "express": ({"a.js": "const express = require('express');\nconst OpenAI = require('openai');\nconst client = new OpenAI();\nconst app = express();\napp.post('/x', async (req, res) => { " + ASK.replace("TEXT", "req.body.q") + " res.json(reply); });\n"}, ("http_route", "hosted_llm", "prompt")),
    "an express router in a file of its own": ({"routes.ts": route("import { Router } from 'express';\nconst router = Router();\nasync function ask(req, res) { " + ASK.replace("TEXT", "`a ${req.query.q}`") + " }\nrouter.get('/x', ask);\nexport default router;\n")}, ("http_route", "hosted_llm", "prompt")),
    "express with types": ({"a.ts": route("import express, { Request, Response } from 'express';\nexport const app = express();\nexport const ask = async (req: Request, res: Response) => { " + ASK.replace("TEXT", "req.params.q") + " };\napp.put('/x', ask);\n")}, ("http_route", "hosted_llm", "prompt")),
    "a route handler of next": ({"app/api/x/route.ts": route("export async function POST(req: Request) { const { q } = await req.json(); " + ASK.replace("TEXT", "q") + " return Response.json(reply); }\n")}, ("http_route", "hosted_llm", "prompt")),
    "a route handler that is a constant": ({"src/app/x/route.js": route("export const GET = async (req) => { const q = req.nextUrl.searchParams.get('q'); " + ASK.replace("TEXT", "q") + " };\n")}, ("http_route", "hosted_llm", "prompt")),
    "a page of next": ({"pages/api/x.ts": route("export default async function handler(req, res) { " + ASK.replace("TEXT", "req.body") + " res.json(reply); }\n")}, ("http_route", "hosted_llm", "prompt")),
    "a server action": ({"actions.ts": "'use server';\n" + route("export async function ask(q: string) { " + ASK.replace("TEXT", "q") + " return reply.output_text; }\n")}, ("http_route", "hosted_llm", "prompt")),
    "hono": ({"a.ts": route("import { Hono } from 'hono';\nconst app = new Hono();\napp.post('/x', async (c) => { const { q } = await c.req.json(); " + ASK.replace("TEXT", "q") + " return c.json(reply); });\n")}, ("http_route", "hosted_llm", "prompt")),
    "nest": ({"a.ts": OPENAI + "import { Body, Controller, Post } from '@nestjs/common';\nimport { Svc } from './svc';\n@Controller('x')\nexport class C {\n  constructor(private readonly svc: Svc) {}\n  @Post('go') async go(@Body() dto: Dto) { return this.svc.ask(dto.q); }\n}\n", "svc.ts": OPENAI + "export class Svc { async ask(q: string) { " + ASK.replace("TEXT", "q") + " return reply; } }\n"}, ("http_route", "hosted_llm", "prompt")),
    "fastify": ({"a.ts": route("import fastify from 'fastify';\nconst app = fastify();\napp.post('/x', async (request, reply_) => { " + ASK.replace("TEXT", "request.body.q") + " return reply; });\n")}, ("http_route", "hosted_llm", "prompt")),
    "the ai package": ({"app/x/route.ts": "import { streamText } from 'ai';\nimport { openai } from '@ai-sdk/openai';\nexport async function POST(req: Request) { const { messages } = await req.json(); const result = streamText({ model: openai('gpt-5'), messages }); return result.toTextStreamResponse(); }\n"}, ("http_route", "hosted_llm", "conversation")),
    "options kept in a variable": ({"app/x/route.ts": "import { generateText } from 'ai';\nexport async function POST(req: Request) { const prompt = await req.text(); const options = { model: 'openai/gpt-5', prompt }; return generateText(options); }\n"}, ("http_route", "hosted_llm", "prompt")),
    "options put together": ({"app/x/route.ts": "import { generateText } from 'ai';\nconst common = { model: 'openai/gpt-5' };\nexport async function POST(req: Request) { const prompt = await req.text(); return generateText({ ...common, prompt }); }\n"}, ("http_route", "hosted_llm", "prompt")),
    "options handed on": ({"app/x/route.ts": "import { ask } from '@/lib/ask';\nexport async function POST(req: Request) { const prompt = await req.text(); return ask({ prompt }); }\n", "lib/ask.ts": "import { generateText } from 'ai';\nexport function ask({ prompt, model = 'openai/gpt-5' }: { prompt: string; model?: string }) { return generateText({ model, prompt }); }\n"}, ("http_route", "hosted_llm", "prompt")),
    "anthropic": ({"app/x/route.ts": "import Anthropic from '@anthropic-ai/sdk';\nconst a = new Anthropic();\nexport async function POST(req: Request) { const q = await req.text(); return a.messages.create({ model: 'claude-sonnet-4-5', max_tokens: 9, messages: [{ role: 'user', content: q }] }); }\n"}, ("http_route", "hosted_llm", "prompt")),
    "a tool of the ai package": ({"a.ts": EXEC + "import { tool } from 'ai';\nimport { z } from 'zod';\nexport const run = tool({ inputSchema: z.object({ c: z.string() }), execute: async ({ c }) => exec(c) });\n"}, ("tool", "interpreter", "shell")),
    "a tool of langchain": ({"a.ts": EXEC + "import { tool } from '@langchain/core/tools';\nexport const run = tool(async ({ c }) => exec(c), { name: 'run', description: 'x' });\n"}, ("tool", "interpreter", "shell")),
    "a class of langchain's tools": ({"a.ts": EXEC + "import { StructuredTool } from '@langchain/core/tools';\nexport class Run extends StructuredTool { name = 'run'; async _call(input) { return exec(input.c); } }\n"}, ("tool", "interpreter", "shell")),
    "a tool of an mcp server": ({"a.js": EXEC + "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 's', version: '1' });\nserver.registerTool('run', { inputSchema: {} }, async ({ c }) => ({ content: [{ type: 'text', text: exec(c) }] }));\n"}, ("mcp_tool", "interpreter", "shell")),
    "the low-level mcp server": ({"a.ts": EXEC + "import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 's', version: '1' }, {});\nserver.setRequestHandler(CallToolRequestSchema, async (request) => { const { arguments: args } = request.params; return exec(args.c as string); });\n"}, ("mcp_tool", "interpreter", "shell")),
    "a chain of langchain": ({"app/x/route.ts": "import { ChatOpenAI } from '@langchain/openai';\nconst model = new ChatOpenAI({ model: 'gpt-5' });\nexport async function POST(req: Request) { return model.invoke(await req.text()); }\n"}, ("http_route", "hosted_llm", "prompt")),
    "prisma": ({"a.ts": OPENAI + "import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\nexport async function f(q) { " + ASK.replace("TEXT", "q") + " return prisma.$queryRawUnsafe(`SELECT * FROM t WHERE ${reply.output_text}`); }\n"}, ("hosted_llm", "data_store", "query")),
    "mysql": ({"a.ts": OPENAI + "import mysql from 'mysql2/promise';\nexport async function f(q) { const db = await mysql.createConnection({}); " + ASK.replace("TEXT", "q") + " return db.query('SELECT ' + reply.output_text); }\n"}, ("hosted_llm", "data_store", "query")),
    "vm": ({"a.ts": OPENAI + "import vm from 'vm';\nexport async function f(q) { " + ASK.replace("TEXT", "q") + " return vm.runInNewContext(reply.output_text); }\n"}, ("hosted_llm", "interpreter", "code")),
    "innerHTML": ({"a.ts": OPENAI + "export async function f(q, el) { " + ASK.replace("TEXT", "q") + " el.innerHTML = reply.output_text; }\n"}, ("hosted_llm", "renderer", "html")),
    "a stream": ({"a.ts": OPENAI + EXEC + "export async function f(q) { const stream = await client.chat.completions.create({ model: 'm', stream: true, messages: [] }); let all = ''; for await (const part of stream) { all += part.choices[0]?.delta?.content ?? ''; } exec(all); }\n"}, ("hosted_llm", "interpreter", "shell")),
    "a fetched page": ({"a.ts": OPENAI + "export async function f(url) { const res = await fetch(url); const page = await res.text(); " + ASK.replace("TEXT", "page") + " }\n"}, ("web_content", "hosted_llm", "prompt")),
    "a script for the browser's page": ({"a.js": "import puppeteer from 'puppeteer';\nimport { tool } from 'ai';\nexport const run = tool({ execute: async ({ script }) => { const browser = await puppeteer.launch(); const page = await browser.newPage(); return page.evaluate((s) => eval(s), script); } });\n"}, ("tool", "interpreter", "code")),
    "a search in pinecone": ({"a.ts": OPENAI + "import { Pinecone } from '@pinecone-database/pinecone';\nconst index = new Pinecone().index('docs');\nexport async function f(vector) { const found = await index.query({ vector, topK: 3 }); const text = found.matches.map((m) => m.metadata.text).join('\\n'); " + ASK.replace("TEXT", "text") + " }\n"}, ("vector_store", "hosted_llm", "prompt")),
}  # fmt: skip


@pytest.mark.parametrize(("files", "flow"), FLOWS.values(), ids=FLOWS.keys())
def test_data_flows_through(files: Files, flow: tuple[str, str, str], tmp_path: Path) -> None:
    scan = scan_of(tmp_path, files)
    assert scan.errors == ()
    assert flow in flows(scan.system)


NO_FLOWS: dict[str, tuple[Files, str]] = {
    "an argument vector": ({"a.ts": OPENAI + "import { spawn } from 'child_process';\nexport async function f(q) { " + ASK.replace("TEXT", "q") + " spawn('ls', [reply.output_text]); }\n"}, "shell"),
    "a tagged template": ({"a.ts": OPENAI + "import { PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\nexport async function f(q) { " + ASK.replace("TEXT", "q") + " return prisma.$queryRaw`SELECT ${reply.output_text}`; }\n"}, "query"),
    "a bound value": ({"a.ts": OPENAI + "import { Pool } from 'pg';\nconst pool = new Pool();\nexport async function f(q) { " + ASK.replace("TEXT", "q") + " return pool.query('SELECT $1', [reply.output_text]); }\n"}, "query"),
    "a length": ({"a.ts": OPENAI + EXEC + "export async function f(q) { " + ASK.replace("TEXT", "q") + " exec(`kill ${reply.output_text.length}`); }\n"}, "shell"),
    "an object sent as JSON": ({"a.ts": OPENAI + "import express from 'express';\nexpress().post('/x', async (req, res) => { " + ASK.replace("TEXT", "req.body.q") + " res.send({ text: reply.output_text }); });\n"}, "html"),
    "text in markup": ({"a.tsx": OPENAI + "export async function F({ q }) { " + ASK.replace("TEXT", "q") + " return <p>{reply.output_text}</p>; }\n"}, "html"),
    "what is asked of a fixed host": ({"a.ts": "import { tool } from 'ai';\nasync function ask(url) { return fetch(url); }\nexport const look = tool({ execute: async ({ q, r }) => { const url = new URL('https://api.example/items'); url.searchParams.append('q', q); return ask(url.toString()); } });\n"}, "url"),
    "another property of the options": ({"app/x/route.ts": "import { generateText } from 'ai';\nexport async function POST(req: Request) { const seed = await req.text(); return generateText({ model: 'm', prompt: 'Tell me a story.', headers: { seed } }); }\n"}, "prompt"),
    "the other handler's variable": ({"a.ts": OPENAI + EXEC + "export async function f(q) { " + ASK.replace("TEXT", "q") + " return reply; }\nexport async function g(reply) { exec(reply); }\n"}, "shell"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "role"), NO_FLOWS.values(), ids=NO_FLOWS.keys())
def test_nothing_arrives_through(files: Files, role: str, tmp_path: Path) -> None:
    scan = scan_of(tmp_path, files)
    assert scan.errors == ()
    assert role not in {found for _source, _target, found in flows(scan.system)}


def test_a_number_made_of_text_is_known_as_one(tmp_path: Path) -> None:
    text = OPENAI + EXEC + "export async function f(q) { " + ASK.replace("TEXT", "q") + " exec(`kill ${Number(reply.output_text)}`); }\n"
    scan = scan_of(tmp_path, {"a.ts": text})
    flow = next(flow for flow in scan.system.flows if flow.role == "shell")
    assert [control.split("@")[0] for control in flow.controls] == ["type_cast"]
    assert "model-output-in-shell" not in {finding.threat for finding in scan.findings}


AUTHENTICATED: dict[str, Files] = {
    "a guard of the controller": {"a.ts": OPENAI + "import { Body, Controller, Post, UseGuards } from '@nestjs/common';\nimport { JwtGuard } from './guard';\n@Controller('x')\n@UseGuards(JwtGuard)\nexport class C { @Post() async go(@Body() q: string) { " + ASK.replace("TEXT", "q") + " } }\n"},
    "a handler before": {"a.ts": OPENAI + "import express from 'express';\nimport passport from 'passport';\nconst app = express();\napp.post('/x', passport.authenticate('jwt'), async (req, res) => { " + ASK.replace("TEXT", "req.body.q") + " });\n"},
    "middleware of the application": {"a.ts": OPENAI + "import express from 'express';\nconst app = express();\nconst requireKey = (req, res, next) => { if (req.headers['x-key'] !== process.env.KEY) return res.status(401).send('no'); next(); };\napp.use(requireKey);\napp.post('/x', async (req, res) => { " + ASK.replace("TEXT", "req.body.q") + " });\n"},
    "a session asked for": {"app/x/route.ts": OPENAI + "import { getServerSession } from 'next-auth';\nexport async function POST(req: Request) { const session = await getServerSession(); if (!session) return new Response('no', { status: 401 }); " + ASK.replace("TEXT", "await req.text()") + " }\n"},
    "an exported auth": {"auth.ts": "import NextAuth from 'next-auth';\nexport const { handlers, auth } = NextAuth({ providers: [] });\n", "app/x/route.ts": OPENAI + "import { auth } from '@/auth';\nexport async function POST(req: Request) { const session = await auth(); if (!session) return new Response('no', { status: 401 }); " + ASK.replace("TEXT", "await req.text()") + " }\n"},
    "words of a refusal": {"actions.ts": "'use server';\n" + OPENAI + "import { currentUser } from './user';\nexport async function go(q: string) { const user = await currentUser(); if (!user) throw new Error('Unauthorized'); " + ASK.replace("TEXT", "q") + " }\n"},
    "words in an answer": {"actions.ts": "'use server';\n" + OPENAI + "import { currentUser } from './user';\nexport async function go(q: string) { const user = await currentUser(); if (!user) return { error: 'You must be signed in' }; " + ASK.replace("TEXT", "q") + " }\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", AUTHENTICATED.values(), ids=AUTHENTICATED.keys())
def test_a_caller_is_identified_by(files: Files, tmp_path: Path) -> None:
    scan = scan_of(tmp_path, files)
    routes = [element for element in scan.system.elements if element.kind == "http_route"]
    covered = {
        target for control in scan.system.controls if control.kind in ("authentication", "session_identity") for target in control.protects
    }
    assert len(routes) == 1 and routes[0].id in covered


NOT_AUTHENTICATED: dict[str, Files] = {
    "a handler that only logs": {"a.ts": OPENAI + "import express from 'express';\nconst app = express();\nconst note = (req, res, next) => { console.log(req.path); next(); };\napp.post('/x', note, async (req, res) => { " + ASK.replace("TEXT", "req.body.q") + " });\n"},
    "middleware of another application": {"a.ts": OPENAI + "import express from 'express';\nconst inner = express();\ninner.use((req, res, next) => { if (!req.headers.key) return res.sendStatus(401); next(); });\nconst app = express();\napp.post('/x', async (req, res) => { " + ASK.replace("TEXT", "req.body.q") + " });\n"},
    "a token that is only decoded": {"app/x/route.ts": OPENAI + "import jwt from 'jsonwebtoken';\nexport async function POST(req: Request) { const claims = jwt.decode(req.headers.get('authorization')); " + ASK.replace("TEXT", "await req.text()") + " }\n"},
    "the words of another service": {"actions.ts": "'use server';\n" + OPENAI + "export async function go(q: string) { const found = await fetch('https://a.example/x'); if (found.status === 401) throw new Error('Unauthorized'); " + ASK.replace("TEXT", "q") + " }\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", NOT_AUTHENTICATED.values(), ids=NOT_AUTHENTICATED.keys())
def test_nobody_is_identified_by(files: Files, tmp_path: Path) -> None:
    scan = scan_of(tmp_path, files)
    assert not [control for control in scan.system.controls if control.kind in ("authentication", "session_identity")]


LIMITED = {
    "a count of what was sent today": "const count = await messagesOf(session.user.id, { hours: 24 }); if (count > entitlements.max) { throw new ChatError('rate_limit:chat'); }",
    "an answer made of it": "const count = await messagesOf(session.user.id); if (count >= 20) { return new ChatError('rate_limit:chat').toResponse(); }",
    "an answer 429": "const count = await messagesOf(session.user.id); if (count >= 20) { return Response.json({ error: 'later' }, { status: 429 }); }",
}  # fmt: skip


@pytest.mark.parametrize("body", LIMITED.values(), ids=LIMITED.keys())
def test_messages_of_a_day_are_limited_by(body: str, tmp_path: Path) -> None:
    files = {
        "errors.ts": "export class ChatError extends Error { constructor(code: string) { super(code); } toResponse() { return Response.json({}, { status: 400 }); } }\n",
        "db.ts": "import { db } from './client';\nexport async function messagesOf(user: string, options?: object) { return db.count(user); }\n",
        "app/x/route.ts": OPENAI + "import { auth } from '@/auth';\nimport { ChatError } from '@/errors';\nimport { messagesOf } from '@/db';\nexport async function POST(req: Request) { const session = await auth(); BODY " .replace("BODY", body) + ASK.replace("TEXT", "await req.text()") + " }\n",
    }  # fmt: skip
    scan = scan_of(tmp_path, files)
    limited = {target for control in scan.system.controls if control.kind == "rate_limit" for target in control.protects}
    assert "http_route:POST /x" in limited


def test_a_shell_that_the_program_chooses_is_a_shell(tmp_path: Path) -> None:
    body = "export async function f(q, options) { " + ASK.replace("TEXT", "q") + " spawn('ls', [reply.output_text], { shell: SHELL }); }\n"
    head = OPENAI + "import { spawn } from 'node:child_process';\n"
    chosen = scan_of(tmp_path / "a", {"a.ts": head + body.replace("SHELL", "options.shell")})
    on_windows = scan_of(tmp_path / "b", {"a.ts": head + body.replace("SHELL", "process.platform === 'win32'")})
    assert ("hosted_llm", "interpreter", "shell") in flows(chosen.system)
    assert ("hosted_llm", "interpreter", "shell") not in flows(on_windows.system)
