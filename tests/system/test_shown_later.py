"""Replies that a table keeps: which column they are bound to, which one a page reads, and what Markdown makes of raw markup."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_GO = """package main
import (
  "bytes"
  "context"
  "html/template"
  "net/http"
  "github.com/jackc/pgx/v5/pgxpool"
  "github.com/sashabaranov/go-openai"
  "github.com/yuin/goldmark"
  "github.com/yuin/goldmark/renderer/html"
)
func write(ctx context.Context, db *pgxpool.Pool, client *openai.Client, text, id string) {
  reply, _ := client.CreateChatCompletion(ctx, openai.ChatCompletionRequest{
    Model: "gpt-5", Messages: []openai.ChatCompletionMessage{{Role: "user", Content: text}},
  })
  db.Exec(ctx, WRITES, id, reply.Choices[0].Message.Content)
}
func show(w http.ResponseWriter, r *http.Request, db *pgxpool.Pool) {
  var title, notes string
  db.QueryRow(r.Context(), "SELECT e.title, e.notes FROM episodes e WHERE e.id = $1", r.PathValue("id")).Scan(&title, &notes)
  var body bytes.Buffer
  MAKER.Convert([]byte(notes), &body)
  page := template.HTML(body.String())
  template.Must(template.ParseGlob("*.html")).Execute(w, page)
}
func main() {
  db, _ := pgxpool.New(context.Background(), "x")
  client := openai.NewClient("k")
  http.HandleFunc("GET /x/{id}", func(w http.ResponseWriter, r *http.Request) { show(w, r, db) })
  http.HandleFunc("POST /x/{id}", func(w http.ResponseWriter, r *http.Request) { write(r.Context(), db, client, r.FormValue("t"), r.PathValue("id")) })
  http.ListenAndServe(":80", nil)
}
"""
_UNSAFE = "goldmark.New(goldmark.WithRendererOptions(html.WithUnsafe()))"


@pytest.mark.parametrize(
    ("writes", "maker", "shown"),
    [
        ('"UPDATE episodes SET notes = $2 WHERE id = $1"', _UNSAFE, True),
        ('"INSERT INTO episodes (id, notes) VALUES ($1, $2)"', _UNSAFE, True),
        ('"UPDATE episodes SET notes = ? WHERE id = ?"', _UNSAFE, False),  # bound in their order: the reply chooses the row
        ('"UPDATE episodes SET title = $2 WHERE id = $1"', _UNSAFE, False),
        ('"UPDATE episodes SET notes = $2 WHERE id = $1"', "goldmark.New()", False),
    ],
)
def test_a_reply_is_shown_where_the_column_it_was_written_to_becomes_markup(writes: str, maker: str, shown: bool) -> None:
    text = _GO.replace("WRITES", writes).replace("MAKER", maker)
    text = text if maker == _UNSAFE else text.replace('  "github.com/yuin/goldmark/renderer/html"\n', "")
    assert bool(flows(system_of({"main.go": text}), "html", "model_reply")) is shown


_PYTHON = """
import sqlite3
from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI()
db = sqlite3.connect("notes.db")

@app.post("/notes")
def write():
    reply = client.responses.create(model="gpt-5", input=request.json["text"])
    db.execute("INSERT INTO episodes (title, notes) VALUES (?, ?)", (request.json["title"], reply.output_text))
    return "ok"

@app.get("/notes")
def read():
    row = db.execute("SELECT title, notes FROM episodes WHERE id = ?", (request.args["id"],)).fetchone()
    return f"<p>{row[PLACE]}</p>"
"""


@pytest.mark.parametrize(("place", "shown"), [("1", True), ("0", False)])
def test_a_tuple_binds_its_members_in_their_order(place: str, shown: bool) -> None:
    assert bool(flows(system_of(_PYTHON.replace("PLACE", place)), "html", "model_reply")) is shown
