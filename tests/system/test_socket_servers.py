"""Listeners of Socket.IO and gateways of Nest: open to whoever connects, unless the server or a guard asks who that is."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, only, system_of

_SERVER = """
    import { Server } from "socket.io";
    import jwt from "jsonwebtoken";
    import OpenAI from "openai";

    const client = new OpenAI();
    const io = new Server(3001);
    USES
    io.on("connection", (socket) => {
      socket.on("disconnect", () => console.log("gone"));
      socket.on("ask", async (text: string) => {
        const reply = await client.responses.create({ model: "gpt-5", input: text });
        socket.emit("answer", reply.output_text);
      });
    });
"""
_ASKS = """
    io.use((socket, next) => {
      try {
        socket.data.user = jwt.verify(socket.handshake.auth.token, process.env.SECRET);
        next();
      } catch (error) {
        next(new Error("no"));
      }
    });
"""
_LOGS = "io.use((socket, next) => { console.log(socket.id); next(); });"
_GATEWAY = """
    import { UseGuards } from "@nestjs/common";
    import { MessageBody, SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";
    import OpenAI from "openai";
    import { JwtGuard } from "./jwt.guard";

    MARK
    @WebSocketGateway()
    export class Gateway {
      private readonly client = new OpenAI();

      @SubscribeMessage("ask")
      async ask(@MessageBody() body: { text: string }) {
        const reply = await this.client.responses.create({ model: "gpt-5", input: body.text });
        return { event: "answer", data: reply.output_text };
      }
    }
"""


@pytest.mark.parametrize(("uses", "asked"), [("", False), (_LOGS, False), (_ASKS, True)], ids=["open", "logs", "asks"])
def test_what_a_socket_listens_to_is_open_unless_the_server_asks(uses: str, asked: bool) -> None:
    system = system_of({"src/io.ts": _SERVER.replace("USES", uses)})
    entry = only(system, "websocket")
    assert entry.name == "ask"
    assert entry.attributes["authenticated"] is asked
    assert flows(system, "prompt")
    assert any(flow.role == "response" and "model_reply" in flow.carries for flow in system.flows)


@pytest.mark.parametrize(("mark", "asked"), [("", False), ("@UseGuards(JwtGuard)", True)], ids=["open", "guarded"])
def test_a_gateway_is_open_unless_a_guard_asks(mark: str, asked: bool) -> None:
    system = system_of({"src/chat.gateway.ts": _GATEWAY.replace("MARK", mark)})
    (entry,) = elements(system, "websocket")
    assert entry.attributes["authenticated"] is asked
