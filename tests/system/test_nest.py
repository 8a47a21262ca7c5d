"""Nest: what a container hands in, and guards that stand before every route."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, flows, system_of

_SERVICE = """
    import { Inject, Injectable, Controller, Post, Body } from "@nestjs/common";
    import { LlmService } from "./llm";
    @Injectable()
    export class Answers {
      constructor(PARAMETER) {}
      answer(question: string) { return this.llm.responses.create({ model: "gpt-5", input: question }); }
    }
    @Controller("ask")
    export class AskController {
      constructor(private readonly answers: Answers) {}
      @Post()
      ask(@Body() body: { q: string }) { return this.answers.answer(body.q); }
    }
    """
_MODULE = """
    import { Module } from "@nestjs/common";
    import OpenAI from "openai";
    import { LlmService } from "./llm";
    import { OpenAiService } from "./openai.service";
    const client = new OpenAI();
    @Module({ providers: [PROVIDER] })
    export class AppModule {}
    """
_FILES = {
    "llm.ts": "export class LlmService {}\n",
    "openai.service.ts": 'import OpenAI from "openai";\nexport class OpenAiService extends OpenAI {}\n',
}
PROVIDERS = {
    "a factory for a text": ('@Inject("LLM") private readonly llm: any', '{ provide: "LLM", useFactory: () => new OpenAI() }'),
    "a value for a text": ('@Inject("LLM") private readonly llm: any', '{ provide: "LLM", useValue: client }'),
    "a factory for a class": ("private readonly llm: LlmService", "{ provide: LlmService, useFactory: async () => new OpenAI() }"),
    "a class for a class": ("private readonly llm: LlmService", "{ provide: LlmService, useClass: OpenAiService }"),
}


@pytest.mark.parametrize(("parameter", "provider"), PROVIDERS.values(), ids=PROVIDERS.keys())
def test_what_is_provided_is_what_a_constructor_gets(parameter: str, provider: str) -> None:
    files = {"app.ts": _SERVICE.replace("PARAMETER", parameter), "module.ts": _MODULE.replace("PROVIDER", provider), **_FILES}
    system = system_of(files)
    assert [model.name for model in elements(system, "hosted_llm")] == ["gpt-5"]
    assert [flow.source for flow in flows(system, "prompt", "user_input")] == ["http_route:POST /ask"]


_ROUTES = """
    import { Controller, Get, Post, Body, Module, CanActivate, ExecutionContext } from "@nestjs/common";
    import { APP_GUARD, NestFactory } from "@nestjs/core";
    import { ThrottlerGuard } from "@nestjs/throttler";
    import { Public } from "./public";
    export class AuthGuard implements CanActivate {
      canActivate(context: ExecutionContext) { return RESULT; }
    }
    @Controller("ask")
    export class AskController {
      @Post()
      ask(@Body() body: { q: string }) { return body.q; }
      @Public()
      @Get("health")
      health() { return "ok"; }
    }
    """
_PROVIDED = "@Module({ providers: [{ provide: APP_GUARD, useClass: AuthGuard }, { provide: APP_GUARD, useClass: ThrottlerGuard }] })\nexport class M {}\n"
_USED = "async function start() {\n  const app = await NestFactory.create(M);\n  app.useGlobalGuards(new AuthGuard());\n}\n"
_CHECK = "Boolean(context.switchToHttp().getRequest().user)"


def _text(tail: str, result: str = _CHECK) -> str:
    return "\n".join(line[4:] for line in _ROUTES.split("\n")).replace("RESULT", result) + tail


@pytest.mark.parametrize("tail", [_PROVIDED, _USED], ids=["provided", "used"])
def test_a_global_guard_stands_before_every_route_that_is_not_public(tail: str) -> None:
    system = system_of({"app.ts": _text(tail)})
    assert "authentication" in controls_on(system, "http_route:POST /ask")
    assert "authentication" not in controls_on(system, "http_route:GET /ask/health")


def test_a_global_guard_that_counts_is_a_limit() -> None:
    assert "rate_limit" in controls_on(system_of({"app.ts": _text(_PROVIDED)}), "http_route:GET /ask/health")


def test_a_guard_that_lets_everybody_in_is_none() -> None:
    assert "authentication" not in controls_on(system_of({"app.ts": _text(_PROVIDED, "true")}), "http_route:POST /ask")


@pytest.mark.parametrize(
    ("guards", "counts"),
    [("ThrottlerGuard", True), ("AuthGuard, ThrottlerGuard", True), ("FeatureGuard", False)],
    ids=["counts", "the second counts", "does not count"],
)
def test_a_guard_of_a_controller_that_counts_is_a_limit_of_its_routes(guards: str, counts: bool) -> None:
    text = 'import { UseGuards, SkipThrottle } from "@nestjs/common";\n' + _text("")
    text = text.replace('@Controller("ask")', f'@UseGuards({guards})\n@Controller("ask")')
    assert ("rate_limit" in controls_on(system_of({"app.ts": text}), "http_route:POST /ask")) is counts
    skipped = text.replace("@Post()", "@SkipThrottle()\n  @Post()")
    assert "rate_limit" not in controls_on(system_of({"app.ts": skipped}), "http_route:POST /ask")
