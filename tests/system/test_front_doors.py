"""What stands before routes by the place of a file, by where a router is mounted, and by what a builder was made with."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, system_of

ASK = """
    import OpenAI from "openai";
    const client = new OpenAI();
    export async function POST(request: Request) {
      return client.responses.create({ model: "gpt-5", input: await request.text() });
    }
"""
SESSION = 'import { getToken } from "next-auth/jwt";\nimport { NextResponse } from "next/server";\n'
ASKS = 'if (!(await getToken({ req: request }))) return NextResponse.redirect(new URL("/login", request.url));'


def guarded(middleware: str, address: str = "app/api/ask", at: str = "middleware.ts") -> bool:
    """Whether the one route of a program is known to ask who calls it."""
    system = system_of({at: middleware, f"{address}/route.ts": ASK})
    (route,) = elements(system, "http_route")
    return "authentication" in controls_on(system, route.id)


GUARDED = {
    "a session it sends to the login": SESSION + "export async function middleware(request) { " + ASKS + " }",
    "an answer 401": "export function middleware(request) { if (!request.headers.get('key')) return new Response('no', { status: 401 }); }",
    "the name of Next 16": SESSION + "export async function proxy(request) { " + ASKS + " }",
    "a default": SESSION + "export default async function check(request) { " + ASKS + " }",
    "next-auth's own": 'export { default } from "next-auth/middleware";',
    "clerk where it protects": 'import { clerkMiddleware } from "@clerk/nextjs/server";\nexport default clerkMiddleware(async (auth) => { await auth.protect(); });',
    "clerk but for what is public": 'import { clerkMiddleware, createRouteMatcher } from "@clerk/nextjs/server";\nconst isPublicRoute = createRouteMatcher(["/sign-in(.*)"]);\nexport default clerkMiddleware(async (auth, request) => { if (!isPublicRoute(request)) { await auth.protect(); } });',
    "a matcher that names it": SESSION + "export async function middleware(request) { " + ASKS + ' }\nexport const config = { matcher: ["/api/:path*"] };',
    "a matcher of all but": SESSION + "export async function middleware(request) { " + ASKS + ' }\nexport const config = { matcher: ["/((?!_next|favicon.ico).*)"] };',
    "a function it calls": SESSION + "async function check(request) { " + ASKS + " }\nexport async function middleware(request) { return await check(request); }",
}  # fmt: skip
OPEN = {
    "one that only notes": "export function middleware(request) { console.log(request.url); }",
    "one that is not exported": SESSION + "async function middleware(request) { " + ASKS + " }",
    "clerk by itself": 'import { clerkMiddleware } from "@clerk/nextjs/server";\nexport default clerkMiddleware();',
    "clerk where it is public": 'import { clerkMiddleware, createRouteMatcher } from "@clerk/nextjs/server";\nconst isPublicRoute = createRouteMatcher(["/api(.*)"]);\nexport default clerkMiddleware(async (auth, request) => { if (!isPublicRoute(request)) { await auth.protect(); } });',
    "a matcher of others": SESSION + "export async function middleware(request) { " + ASKS + ' }\nexport const config = { matcher: ["/dashboard/:path*"] };',
    "a matcher of all but it": SESSION + "export async function middleware(request) { " + ASKS + ' }\nexport const config = { matcher: ["/((?!api|_next).*)"] };',
    "an address it lets through": SESSION + 'export async function middleware(request) { if (request.nextUrl.pathname.startsWith("/api/ask")) return NextResponse.next(); ' + ASKS + " }",
    "a check of those who are signed in alone": SESSION + 'export async function middleware(request) { const session = await getToken({ req: request }); if (session && session.team !== "ours") return new Response("no", { status: 403 }); }',
    "a redirect to another language": SESSION + 'export async function middleware(request) { if (!request.cookies.get("lang")) return NextResponse.redirect(new URL("/en", request.url)); }',
}  # fmt: skip


@pytest.mark.parametrize("middleware", GUARDED.values(), ids=GUARDED.keys())
def test_a_route_is_guarded_by(middleware: str) -> None:
    assert guarded(middleware)


@pytest.mark.parametrize("middleware", OPEN.values(), ids=OPEN.keys())
def test_a_route_stays_open_behind(middleware: str) -> None:
    assert not guarded(middleware)


def test_the_middleware_of_one_application_is_none_of_another() -> None:
    check = SESSION + "export async function middleware(request) { " + ASKS + " }"
    assert guarded(check, "apps/web/src/app/api/ask", "apps/web/src/middleware.ts")
    assert not guarded(check, "apps/admin/app/api/ask", "apps/web/middleware.ts")


def test_a_server_of_another_process_has_no_middleware_of_pages() -> None:
    check = SESSION + "export async function middleware(request) { " + ASKS + " }"
    server = """
        import express from "express";
        import OpenAI from "openai";
        const app = express(), client = new OpenAI();
        app.post("/ask", async (req, res) => { res.json(await client.responses.create({ model: "gpt-5", input: req.query.q })); });
        app.listen(4000);
        """
    (route,) = elements(system_of({"middleware.ts": check, "jobs/server.ts": server}), "http_route")
    assert route.attributes["authenticated"] is False


ROUTER = """
    import { Router } from "express";
    import OpenAI from "openai";
    const client = new OpenAI();
    export const router = Router();
    router.post("/ask", async (req, res) => { res.json(await client.responses.create({ model: "gpt-5", input: req.body.q })); });
"""
APP = """
    import express from "express";
    import { router } from "./router";
    const app = express();
    function check(req, res, next) { if (!req.get("key")) return res.sendStatus(401); next(); }
    %s
"""


@pytest.mark.parametrize(
    ("mounted", "address", "asked"),
    [
        ('app.use("/api", check, router);', "POST /api/ask", True),
        ('app.use("/api", check); app.use("/api", router);', "POST /api/ask", True),
        ('app.use(check); app.use("/api", router);', "POST /api/ask", True),
        ('app.use("/admin", check); app.use("/api", router);', "POST /api/ask", False),
        ('app.use("/api/v1", router);', "POST /api/v1/ask", False),
        ("app.use(router);", "POST /ask", False),
    ],
)
def test_a_mounted_router_has_the_address_and_the_checks_of_its_place(mounted: str, address: str, asked: bool) -> None:
    system = system_of({"router.ts": ROUTER, "app.ts": APP % mounted})
    (route,) = elements(system, "http_route")
    assert route.name == address
    assert ("authentication" in controls_on(system, route.id)) is asked


ACTIONS = """
    "use server";
    import OpenAI from "openai";
    const client = new OpenAI();
    async function ask(text: string) { return client.responses.create({ model: "gpt-5", input: text }); }
    export async function summarise(text: string) { return ask(text); }
    const shorten = async (text: string) => ask(text);
    export { shorten as shortened };
"""
WITHIN = """
    import OpenAI from "openai";
    const client = new OpenAI();
    export function Page() {
      async function send(form: FormData) {
        "use server";
        return client.responses.create({ model: "gpt-5", input: form.get("q") });
      }
      return <form action={send} />;
    }
"""


class TestAServerAction:
    """Whoever knows an action may call it; what a file keeps to itself, nobody."""

    def test_is_what_the_file_exports_and_nothing_else(self) -> None:
        system = system_of({"app/actions.ts": ACTIONS})
        assert {route.name for route in elements(system, "http_route")} == {"POST summarise", "POST shorten"}

    def test_may_be_a_function_inside_a_page(self) -> None:
        system = system_of({"app/page.tsx": WITHIN})
        assert {route.name for route in elements(system, "http_route")} == {"POST send"}
