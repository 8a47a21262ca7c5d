"""What a thing says is told before its number and the name of its file, and those alone tell a model nothing."""

from __future__ import annotations

import pytest

from pipeline.threats.view import View
from tests.system.small import flows, system_of

_TICKET = """
from fastapi import FastAPI
from openai import OpenAI
from pydantic import BaseModel

app = FastAPI()


class Asked(BaseModel):
    number: int | None
    ticket_id: str
    about: str


@app.post("/answer")
def answer(asked: Asked) -> str:
    return OpenAI().responses.create(
        model="gpt-5",
        instructions=f"You help with {asked.number}, {asked.ticket_id}.\\n"
        f"It is about "
        f"{asked.about}",
        input="Go on",
    ).output_text
"""
_RECORD = """
using Microsoft.Extensions.AI;
using Microsoft.AspNetCore.Builder;
using System.Collections.Generic;
using System.Linq;
namespace Shop;
public record Turn(bool IsAssistant, string Text);
public record Asked(int? ProductId, string? CustomerName, IReadOnlyList<Turn> Messages);
public static class Api
{
    public static void Map(this WebApplication app) { app.MapPost("/api/chat", Answer); }
    private static async Task Answer(Asked asked, IChatClient client)
    {
        var messages = new List<ChatMessage>([ new(ChatRole.System, $$\"\"\"
            You help staff. The product is {{asked.ProductId}},
            the customer {{CUSTOMER}}.
            \"\"\") ]);
        messages.AddRange(asked.Messages.Select(m => new ChatMessage(m.IsAssistant ? ChatRole.Assistant : ChatRole.User, m.Text)));
        await client.GetResponseAsync(messages);
    }
}
""".replace('\\"', '"')


def test_the_text_of_a_request_is_told_and_not_the_number_beside_it() -> None:
    (flow,) = flows(system_of(_TICKET), "system_prompt", "user_input")
    assert any("asked.about" in step.quote for step in flow.steps)


@pytest.mark.parametrize(("customer", "arrives"), [("asked.CustomerName", True), ("asked.ProductId", False)])
def test_a_number_that_comes_first_hides_no_text(customer: str, arrives: bool) -> None:
    assert bool(flows(system_of({"Api.cs": _RECORD.replace("CUSTOMER", customer)}), "system_prompt", "user_input")) is arrives


_UPLOAD = """
from fastapi import FastAPI, UploadFile
import pages
from openai import OpenAI

app = FastAPI()


@app.post("/read")
async def read(sent: UploadFile) -> str:
    text = TEXT
    return OpenAI().responses.create(model="gpt-5", input=text).output_text
"""
_MULTER = """
import express from "express";
import multer from "multer";
import OpenAI from "openai";
const app = express();
const upload = multer({ storage: multer.memoryStorage() });
app.post("/read", upload.single("sent"), async (req, res) => {
  const found = { name: req.file.originalname, kind: req.file.mimetype, text: req.file.buffer.toString("utf8") };
  const asked = await new OpenAI().responses.create({ model: "gpt-5", input: TEXT });
  res.json(asked.output_text);
});
"""


@pytest.mark.parametrize(
    ("text", "arrives"),
    [
        ("(await sent.read()).decode()", True),
        ('f"Sent as {sent.content_type}"', False),
        ('f"Sent as {sent.filename.lower()}"', False),
        ('pages.lying_at(f"/data/{sent.content_type}").joined()', True),  # what lies there is read
        ('f"{sent.content_type}: {(await sent.read()).decode()}"', True),
    ],
)
def test_what_a_file_is_called_is_nothing_that_it_says(text: str, arrives: bool) -> None:
    assert bool(flows(system_of(_UPLOAD.replace("TEXT", text)), "prompt", "uploaded_file")) is arrives


@pytest.mark.parametrize(("text", "arrives"), [("found.text", True), ("found.name", False), ("`a file of ${found.kind}`", False)])
def test_what_a_file_is_called_is_nothing_that_it_says_in_express(text: str, arrives: bool) -> None:
    assert bool(flows(system_of({"app.ts": _MULTER.replace("TEXT", text)}), "prompt", "uploaded_file")) is arrives


_LOOKED_UP = """
import chromadb
from fastapi import FastAPI
from openai import OpenAI
from pydantic import BaseModel

app = FastAPI()
store = chromadb.PersistentClient("/data")


class Asked(BaseModel):
    room_id: str
    question: str


@app.post("/ask")
def ask(asked: Asked) -> str:
    return OpenAI().responses.create(model="gpt-5", instructions="Answer. " + TEXT, input=asked.question).output_text
"""


@pytest.mark.parametrize(
    ("text", "arrives"),
    [
        ("str(rooms.open(asked.room_id).topic())", False),  # what a library gives for a number was not written by who sent it
        ("asked.room_id", True),  # the caller's own text, whatever it is called
        ("str(rooms.open(asked.question).topic())", True),
    ],
)
def test_what_is_looked_up_by_a_number_is_nobody_s_who_sent_it(text: str, arrives: bool) -> None:
    assert bool(flows(system_of(_LOOKED_UP.replace("TEXT", text)), "system_prompt", "user_input")) is arrives


_STORED = """
from fastapi import FastAPI, UploadFile
from openai import OpenAI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    kind: Mapped[str]
    text: Mapped[str]


@app.post("/notes")
async def keep(sent: UploadFile, session: Session) -> None:
    session.add(Note(WRITTEN))
    session.commit()


@app.post("/ask")
def ask(session: Session) -> str:
    notes = session.scalars(select(Note)).all()
    return OpenAI().responses.create(model="gpt-5", input="\\n".join(note.text for note in notes)).output_text
"""


@pytest.mark.parametrize(
    ("written", "comes_back"),
    [
        ('kind=sent.content_type, text="-"', False),
        ('kind="-", text=(await sent.read()).decode()', True),
        ("kind=sent.content_type, text=(await sent.read()).decode()", True),
    ],
)
def test_no_model_reads_a_text_where_only_the_kind_of_a_file_is_kept(written: str, comes_back: bool) -> None:
    system = system_of(_STORED.replace("WRITTEN", written))
    view = View(system)
    read = next(flow for flow in flows(system, "prompt", "stored_data"))
    assert any(view.comes_out(flow, read) for flow in view.into[read.source]) is comes_back
