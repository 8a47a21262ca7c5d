"""The page, and the websocket behind it."""
import asyncio
import logging
import secrets
from pathlib import Path

from aiohttp import WSMsgType, web

from office.host import budget
from office.host.audit import Audit
from office.host.config import ORIGIN, PORT, servers
from office.host.loop import Conversation
from office.host.signin import person_of
from office.host.toolbox import Toolbox

log = logging.getLogger("office")
PAGE = Path(__file__).parent / "page.html"
POLICY = "default-src 'none'; script-src 'self' https://cdn.jsdelivr.net; connect-src 'self'; style-src 'self'"
SHOWN = 400
routes = web.RouteTableDef()


@routes.get("/")
async def page(request: web.Request) -> web.FileResponse:
    person_of(request)
    return web.FileResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@routes.get("/page.js")
async def script(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE.with_name("page.js"))


@routes.get("/health")
async def health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@routes.get("/chats/{number}")
async def chat(request: web.Request) -> web.Response:
    conversation = request.app["chats"].get(request.match_info["number"])
    if conversation is None or conversation.person != person_of(request).name:
        raise web.HTTPNotFound
    said = [m for m in conversation.messages if m["role"] in ("user", "assistant")]
    return web.json_response({"person": conversation.person, "messages": said})


@routes.get("/ws")
async def talk(request: web.Request) -> web.WebSocketResponse:
    person = person_of(request)
    if request.headers.get("Origin") != ORIGIN:
        raise web.HTTPForbidden
    socket = web.WebSocketResponse(heartbeat=30, max_msg_size=64 * 1024)
    await socket.prepare(request)
    number = secrets.token_urlsafe(16)

    async def ask(tool: str, arguments: dict) -> bool:
        shown = {key: str(value)[:SHOWN] for key, value in arguments.items()}
        key = secrets.token_urlsafe(8)
        await socket.send_json({"confirm": key, "tool": tool, "arguments": shown})
        try:
            said = await socket.receive_json(timeout=300)
        except (asyncio.TimeoutError, TypeError, ValueError):
            return False
        return said == {"confirm": key, "yes": True}

    async with Toolbox(servers(), person) as toolbox:
        conversation = request.app["chats"][number] = Conversation(number, person.name, toolbox, ask, request.app["audit"])
        await socket.send_json({"number": number, "tools": len(toolbox.tools)})
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            try:
                async for part in conversation.say(message.data):
                    await socket.send_json(part)
            except budget.Spent:
                await socket.send_json({"text": "That was enough for today."})
            except Exception:
                log.exception("chat %s", number)
                await socket.send_json({"text": "That did not work. Try again."})
    request.app["chats"].pop(number, None)
    return socket


def build() -> web.Application:
    app = web.Application()
    app["chats"] = {}
    app["audit"] = Audit()
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    web.run_app(build(), host="0.0.0.0", port=PORT)
