"""Who is asked who they are: away from the route, inside a socket, by an object that says who is calling."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, only, system_of

ROUTES = """
from fastapi import APIRouter, FastAPI
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import JSONResponse

app, other, router = FastAPI(), FastAPI(), APIRouter()
{before}


@router.get("/first")
def first() -> str:
    return "1"


@router.put("/second")
def second() -> str:
    return "2"


@router.get("/third")
def third() -> str:
    return "3"


app.include_router(router)
"""
GATE = """
@{app}.middleware("http")
async def gate(request, call_next):
    if request.headers.get("x-api-key") != "k":
        return JSONResponse({{}}, status_code=401)
    return await call_next(request)
"""


def guarded(text: str) -> set[str]:
    """Names of the entries that an authentication covers."""
    system = system_of(text)
    return {
        element.name
        for element in system.elements
        if element.kind in ("http_route", "websocket") and "authentication" in controls_on(system, element.id)
    }


class TestMiddleware:
    def test_covers_every_route_of_a_router_that_the_application_includes(self) -> None:
        assert guarded(ROUTES.format(before=GATE.format(app="app"))) == {"GET /first", "PUT /second", "GET /third"}

    def test_covers_nothing_of_another_application(self) -> None:
        assert guarded(ROUTES.format(before=GATE.format(app="other"))) == set()

    def test_of_a_library_that_authenticates_counts(self) -> None:
        added = guarded(ROUTES.format(before="app.add_middleware(AuthenticationMiddleware, backend=backend)"))
        assert added == {"GET /first", "PUT /second", "GET /third"}

    def test_in_the_constructor_of_a_starlette_application_covers_the_routes_in_it(self) -> None:
        text = """
            from starlette.applications import Starlette
            from starlette.middleware import Middleware
            from starlette.responses import JSONResponse
            from starlette.routing import Route

            class Gate:
                def __init__(self, app):
                    self.app = app

                async def __call__(self, scope, receive, send):
                    if dict(scope["headers"]).get(b"x-api-key") != b"k":
                        await JSONResponse({}, status_code=401)(scope, receive, send)
                        return
                    await self.app(scope, receive, send)

            async def ask(request):
                return JSONResponse({})

            app = Starlette(routes=[Route("/ask", ask)], middleware=[Middleware(Gate)])
            """
        assert len(guarded(text)) == 1
        assert guarded(text.replace(", middleware=[Middleware(Gate)]", "")) == set()


SOCKET = """
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/chat")
async def chat(socket: WebSocket):
    await socket.accept()
    while True:
        text = await socket.receive_text()
        if {test}:
            await socket.close({how})
            return
        await socket.send_text(text)
"""


class TestSocket:
    def test_that_is_closed_as_a_refusal_asks_who_is_there(self) -> None:
        for test, how in (("text != KEYS[0]", "code=4401"), ("text != KEYS[0]", "code=1008"), ("text != token", ""),
                          ("not known(text)", 'code=4003, reason="bad token"')):  # fmt: skip
            assert guarded(SOCKET.format(test=test, how=how)) == {"/chat"}, (test, how)

    def test_that_is_closed_for_another_reason_does_not(self) -> None:
        for test, how in (("text == 'bye'", "code=1000"), ("len(text) > 5000", "code=1008"), ("busy(text)", 'code=4003, reason="no slot"')):
            assert guarded(SOCKET.format(test=test, how=how)) == set(), (test, how)


RESOLVER = """
from abc import ABC, abstractmethod

from fastapi import FastAPI, Request

app = FastAPI()


class UserResolver(ABC):
    @abstractmethod
    def resolve(self, request): ...


{more}


class Desk:
    def __init__(self, user_resolver: UserResolver):
        self.user_resolver = user_resolver

    def answer(self, request):
        user = self.user_resolver.resolve(request)
        return str(user)


def desk() -> Desk: ...


@app.get("/ask")
def ask(request: Request):
    made: Desk = desk()
    return made.answer(request)
"""


class TestResolver:
    def test_left_to_whoever_installs_it_says_who_the_caller_is(self) -> None:
        assert guarded(RESOLVER.format(more="")) == {"GET /ask"}

    def test_that_the_project_makes_and_that_lets_everybody_in_does_not(self) -> None:
        more = "class Guests(UserResolver):\n    def resolve(self, request):\n        return 'guest'"
        assert guarded(RESOLVER.format(more=more)) == set()

    def test_that_raises_for_strangers_does(self) -> None:
        more = "class Known(UserResolver):\n    def resolve(self, request):\n        if not request.user:\n            raise PermissionError('who')"
        assert guarded(RESOLVER.format(more=more)) == {"GET /ask"}


STACKED = """
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from openai import OpenAI

client = OpenAI()


def verify(key: str) -> None:
    if key != "k":
        raise HTTPException(status_code=401)


app, inner, outer = FastAPI(), APIRouter(dependencies=[Depends(verify)]), APIRouter()


@{first}.post("/{{agent}}/ask")
@inner.post("/ask")
def ask(text: str, agent: str = "a") -> str:
    return client.responses.create(model="gpt-5-mini", input=text).output_text


app.include_router(inner)
app.include_router(outer)
"""


class TestOneFunctionAtTwoAddresses:
    def test_is_one_route_that_is_named_by_its_plainest_address(self) -> None:
        routes = [element for element in system_of(STACKED.format(first="inner")).elements if element.kind == "http_route"]
        assert [route.name for route in routes] == ["POST /ask"]
        assert routes[0].attributes["also"] == ("POST /{agent}/ask",) and routes[0].attributes["runs_inference"] is True

    def test_is_guarded_where_the_router_of_each_address_is(self) -> None:
        assert guarded(STACKED.format(first="inner")) == {"POST /ask"}

    def test_is_open_where_one_of_them_is(self) -> None:
        assert guarded(STACKED.format(first="outer")) == set()


SWITCH = """
import os
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import Field
from pydantic_settings import BaseSettings

app = FastAPI()


class Settings(BaseSettings):
    key: str | None = None
    strict: bool = Field(default=True)


settings = Settings()
SECRET = os.getenv("SECRET")
ON = os.getenv("AUTH", "false") == "true"


def verify(sent: str = Header("")) -> None:
{body}


@app.get("/ask", dependencies=[Depends(verify)])
def ask() -> str:
    return "1"
"""
REFUSE = "        raise HTTPException(status_code=401)"


class TestCheckThatASettingDecidesOn:
    @pytest.mark.parametrize(
        "body",
        [
            f"    if not SECRET:\n        return\n    if sent != SECRET:\n{REFUSE}",
            f"    if SECRET and sent != SECRET:\n{REFUSE}",
            f"    if settings.key is None:\n        return\n    if sent != settings.key:\n{REFUSE}",
            f"    if ON and sent != 'k':\n{REFUSE}",
            f"    if os.environ.get('AUTH') != 'yes':\n        return\n    if sent != 'k':\n{REFUSE}",
        ],
        ids=["left early", "asked together", "a field without a value", "a word that is not the default", "a word that is not set"],
    )
    def test_is_none_while_the_setting_is_off_by_default(self, body: str) -> None:
        assert guarded(SWITCH.format(body=body)) == set()

    @pytest.mark.parametrize(
        "body",
        [
            f"    if not SECRET:\n        raise RuntimeError('no secret')\n    if sent != SECRET:\n{REFUSE}",
            f"    if not SECRET or sent != SECRET:\n{REFUSE}",
            f"    if not settings.strict:\n        return\n    if sent != 'k':\n{REFUSE}",
            f"    if os.environ.get('AUTH') == 'false':\n        return\n    if sent != 'k':\n{REFUSE}",
            f"    if not sent:\n        return None\n    if sent != os.environ['SECRET']:\n{REFUSE}",
        ],
        ids=["it ends the call", "it refuses as well", "on by default", "somebody has to switch it off", "what was sent is no setting"],
    )
    def test_counts_where_it_happens_by_default(self, body: str) -> None:
        assert guarded(SWITCH.format(body=body)) == {"GET /ask"}


OPTION = """
import express from "express";
import OpenAI from "openai";

const app = express();
const client = new OpenAI();
const secret = SECRET;

if (secret) {
  app.use((req, res, next) => {
    if (req.headers.authorization !== secret) {
      res.status(401).json({ error: "Unauthorized" });
      return;
    }
    next();
  });
}

app.post("/ask", async (req, res) => {
  const reply = await client.chat.completions.create({ model: "gpt-5", messages: [{ role: "user", content: req.body.text }] });
  res.json(reply.choices[0].message);
});
"""


@pytest.mark.parametrize(
    ("secret", "asked"),
    [('process.argv.find(word => word.startsWith("--secret="))?.split("=")[1]', False), ('"a" + process.pid', True)],
    ids=["an option nobody has to give", "always set"],
)
def test_a_check_behind_an_option_of_the_command_line_is_none(secret: str, asked: bool) -> None:
    system = system_of({"app.ts": OPTION.replace("SECRET", secret)})
    assert ("authentication" in controls_on(system, only(system, "http_route").id)) is asked


GRAPHQL = """
import {{ ApolloServer }} from "@apollo/server";
import OpenAI from "openai";
import {{ auth, lookUp }} from "./auth";

const client = new OpenAI();
const ask = async (_, args, context) => {{
  const user = await {call};
  if (!user) return null;
  return client.responses.create({{ model: "gpt-5", input: args.question }});
}};
export const server = new ApolloServer({{ typeDefs: "", resolvers: {{ Mutation: {{ ask }} }} }});
"""


@pytest.mark.parametrize(("call", "asked"), [("auth(context.authToken)", True), ("lookUp(args.id)", False), ("auth(args.id)", False)])
def test_a_resolver_that_ends_where_nobody_comes_of_a_credential_asks_who_calls(call: str, asked: bool) -> None:
    system = system_of({"api.ts": GRAPHQL.format(call=call)})
    (route,) = (element for element in system.elements if element.kind == "http_route")
    assert route.attributes["authenticated"] is asked


_KEYED = """
from uuid import UUID
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader
from openai import OpenAI
from sqlalchemy import Column, String
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()
Key = APIKeyHeader(name="x-key")
app = FastAPI()

class Note(Base):
    __tablename__ = "notes"
    owner = Column(String)

def session(): ...

def is_known(key): ...

@app.post("/notes")
def notes(session: Session = Depends(session), key: UUID = Depends(Key)):
    BODY
"""


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("session.add(Note(owner=key))", False),
        ("return session.query(Note).filter(Note.owner == key).all()", False),
        ("found = session.query(Note).filter(Note.owner == key)\n    if not found:\n        raise HTTPException(404)", True),
        ("if key != KNOWN:\n        return None\n    session.add(Note(owner=key))", True),
        ("is_known(key)\n    session.add(Note(owner=key))", True),
        ("OpenAI(api_key=key).models.list()", True),
        ("return None", False),  # what is asked for and never read proves nothing
    ],
)
def test_a_key_that_nobody_looks_at_is_the_name_of_whoever_sends_it(body: str, asked: bool) -> None:
    system = system_of(_KEYED.replace("BODY", body))
    assert ("authentication" in controls_on(system, only(system, "http_route").id)) is asked


CONTROLLER = """package app;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.*;

@RestController
class Models {
  @PreAuthorize("RULE")
  @PostMapping("/models")
  String add(@RequestBody String text) { return text; }
}
"""


@pytest.mark.parametrize(
    ("rule", "allows"),
    [
        ("@ss.hasPermi('ai:model:add')", True),
        ("hasAuthority('models:write')", True),
        ("hasRole('ADMIN')", True),
        ("hasRole('USER')", False),
        ("isAuthenticated()", False),
    ],
)
def test_a_permission_is_more_than_being_signed_in(rule: str, allows: bool) -> None:
    found = controls_on(system_of({"app/Models.java": CONTROLLER.replace("RULE", rule)}), "http_route:POST /models")
    assert "authentication" in found and ("authorisation" in found) is allows


PAGE = """
import os

import chainlit as cl

{before}
@cl.password_auth_callback
def sign_in(name: str, password: str):
    return cl.User(identifier=name) if known(name, password) else None


@cl.on_message
async def answer(message: cl.Message):
    await cl.Message(content=ask(message.content)).send()
"""


class TestLoginOfAChatPage:
    def test_that_is_always_there_counts(self) -> None:
        system = system_of(PAGE.format(before=""))
        assert "authentication" in controls_on(system, only(system, "chat_ui").id)

    def test_that_is_only_there_where_a_setting_is_made_does_not_and_the_page_says_why(self) -> None:
        text = PAGE.format(before='if os.getenv("SIGN_IN_KEY"):\n').replace("@cl.pass", "    @cl.pass").replace("def sign", "    def sign")
        system = system_of(text.replace("    return cl.User", "        return cl.User"))
        page = only(system, "chat_ui")
        assert "authentication" not in controls_on(system, page.id)
        assert any("SIGN_IN_KEY" in evidence.note for evidence in page.evidence)


MEMBERS = """
import os

from telegram import Update
from telegram.ext import Application, CallbackContext, MessageHandler, filters

MEMBERS = os.environ.get("MEMBERS", {default!r})


def is_authorized(update):
    if MEMBERS == "*":
        return True
    return str(update.message.from_user.id) in MEMBERS.split(",")


async def answer(update: Update, context: CallbackContext):
    if not is_authorized(update):
        return
    await update.message.reply_text(ask(update.message.text))


app = Application.builder().token(os.environ["TOKEN"]).build()
app.add_handler(MessageHandler(filters.TEXT, answer))
"""


class TestListOfMembers:
    def test_asks_who_writes(self) -> None:
        system = system_of(MEMBERS.format(default=""))
        assert "authentication" in controls_on(system, only(system, "chat_ui").id)

    def test_that_lets_everybody_in_by_default_asks_nobody_and_says_so(self) -> None:
        system = system_of(MEMBERS.format(default="*"))
        bot = only(system, "chat_ui")
        assert "authentication" not in controls_on(system, bot.id)
        assert any("everybody is let in while `MEMBERS` is not set" in evidence.note for evidence in bot.evidence)
