"""The page, and the websocket behind it."""
import itertools
import logging
from pathlib import Path

from aiohttp import WSMsgType, web

from office.host.config import PORT, servers
from office.host.loop import Conversation
from office.host.toolbox import Toolbox

log = logging.getLogger("office")
PAGE = Path(__file__).parent / "page.html"
routes = web.RouteTableDef()
numbers = itertools.count(1)


@routes.get("/")
async def page(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE)


@routes.get("/health")
async def health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@routes.get("/chats/{number}")
async def chat(request: web.Request) -> web.Response:
    conversation = request.app["chats"].get(int(request.match_info["number"]))
    if conversation is None:
        raise web.HTTPNotFound
    said = [m for m in conversation.messages if m["role"] in ("user", "assistant")]
    return web.json_response({"person": conversation.person, "messages": said})


@routes.get("/ws")
async def talk(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(heartbeat=30)
    await socket.prepare(request)
    number = next(numbers)
    person = request.query.get("person", "gast")
    async with Toolbox(servers()) as toolbox:
        conversation = request.app["chats"][number] = Conversation(person, toolbox)
        await socket.send_json({"number": number, "tools": len(toolbox.tools)})
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            try:
                async for part in conversation.say(message.data):
                    await socket.send_json(part)
            except Exception:
                log.exception("chat %s", number)
                await socket.send_json({"text": "That did not work. Try again."})
    return socket


def build() -> web.Application:
    app = web.Application()
    app["chats"] = {}
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    web.run_app(build(), host="0.0.0.0", port=PORT)
