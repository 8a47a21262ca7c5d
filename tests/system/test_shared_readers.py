"""What one function reads for many entries goes on for the entry that asked, and is told of that one."""

from __future__ import annotations

from pathlib import Path

from pipeline.system.model import System
from tests.system.small import scan_of, system_of

_HEAD = """
    package main

    import (
        "context"
        "encoding/json"
        "net/http"
        "os"

        "github.com/openai/openai-go"
    )

    var client = openai.NewClient()

    type body struct {
        Text string `json:"text"`
        Name string `json:"name"`
    }

    func tell(ctx context.Context, text string) {
        client.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{
            Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)},
        })
    }
"""
_BIND = """
    func bind(r *http.Request, into any) error {
        return json.NewDecoder(r.Body).Decode(into)
    }

    func keep(w http.ResponseWriter, r *http.Request) {
        var note body
        if err := bind(r, &note); err != nil {
            return
        }
        os.WriteFile("notes/"+note.Name, []byte(note.Text), 0o600)
    }

    func ask(w http.ResponseWriter, r *http.Request) {
        var question body
        if err := bind(r, &question); err != nil {
            return
        }
        tell(r.Context(), question.Text)
    }

    func main() {
        http.HandleFunc("POST /ask", ask)
        http.HandleFunc("POST /notes", keep)
        http.ListenAndServe(":8080", nil)
    }
"""
_ADAPTER = """
    func handle[In any](run func(context.Context, In) error) http.HandlerFunc {
        return func(w http.ResponseWriter, r *http.Request) {
            var in In
            if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
                return
            }
            run(r.Context(), in)
        }
    }

    func ask(ctx context.Context, q body) error {
        tell(ctx, q.Text)
        return nil
    }

    func keep(ctx context.Context, n body) error {
        return os.WriteFile("notes/"+n.Name, []byte(n.Text), 0o600)
    }

    func main() {
        http.HandleFunc("POST /ask", handle(ask))
        http.HandleFunc("POST /notes", handle(keep))
        http.ListenAndServe(":8080", nil)
    }
"""
_CALLED_BACK = """
    func withBody(r *http.Request, run func(body)) {
        var b body
        if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
            return
        }
        run(b)
    }

    func keep(w http.ResponseWriter, r *http.Request) {
        withBody(r, func(b body) {
            os.WriteFile("notes/"+b.Name, []byte(b.Text), 0o600)
        })
    }

    func ask(w http.ResponseWriter, r *http.Request) {
        withBody(r, func(b body) {
            tell(r.Context(), b.Text)
        })
    }

    func main() {
        http.HandleFunc("POST /ask", ask)
        http.HandleFunc("POST /notes", keep)
        http.ListenAndServe(":8080", nil)
    }
"""
_CONTEXT = """
    type nameKey struct{}

    func named(next http.Handler) http.Handler {
        return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
            name := r.Header.Get("X-Name")
            next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), nameKey{}, name)))
        })
    }

    func nameOf(r *http.Request) string {
        name, _ := r.Context().Value(nameKey{}).(string)
        return name
    }

    func keep(w http.ResponseWriter, r *http.Request) {
        os.WriteFile("notes/"+nameOf(r), []byte("x"), 0o600)
    }

    func ask(w http.ResponseWriter, r *http.Request) {
        tell(r.Context(), "I am "+nameOf(r))
    }

    func main() {
        mux := http.NewServeMux()
        mux.HandleFunc("POST /ask", ask)
        mux.HandleFunc("POST /notes", keep)
        http.ListenAndServe(":8080", named(mux))
    }
"""
_FLASK = """
    from flask import Flask, request
    from openai import OpenAI

    app = Flask(__name__)
    client = OpenAI()

    def body():
        given = request.get_json()
        if not isinstance(given, dict):
            raise ValueError("an object is expected")
        return given

    @app.post("/ask")
    def ask():
        text = body()["text"]
        return client.chat.completions.create(model="gpt-5-mini", messages=[{"role": "user", "content": text}])

    @app.post("/notes")
    def keep():
        given = body()
        with open("notes/" + given["name"], "w") as file:
            file.write(given["text"])
        return {"kept": True}
"""


def _reached(system: System) -> set[tuple[str, str]]:
    """Routes, each with what callers' text does that comes by them."""
    told = {"prompt": "asks", "path": "chooses a file"}
    return {
        (flow.source, told[str(flow.role)])
        for flow in system.flows
        if flow.role in told and flow.source.startswith(("http_route", "component"))
    }


_EACH_ITS_OWN = {("http_route:POST /ask", "asks"), ("http_route:POST /notes", "chooses a file")}


def test_a_body_that_a_helper_decodes_belongs_to_the_handler_that_called_it() -> None:
    assert _reached(system_of({"main.go": _HEAD + _BIND})) == _EACH_ITS_OWN


def test_a_body_that_a_generic_adapter_decodes_belongs_to_the_handler_it_was_made_for() -> None:
    assert _reached(system_of({"main.go": _HEAD + _ADAPTER})) == _EACH_ITS_OWN


def test_a_body_that_is_handed_to_what_the_handler_brought_along_belongs_to_that_handler() -> None:
    assert _reached(system_of({"main.go": _HEAD + _CALLED_BACK})) == _EACH_ITS_OWN


def test_what_a_middleware_leaves_in_the_context_belongs_to_each_that_takes_it() -> None:
    assert _reached(system_of({"main.go": _HEAD + _CONTEXT})) == _EACH_ITS_OWN


def test_a_body_that_a_function_reads_for_all_views_belongs_to_the_view_that_called_it() -> None:
    assert _reached(system_of(_FLASK)) == {("http_route:POST /ask", "asks"), ("http_route:POST /notes", "chooses a file")}


def test_a_finding_names_the_handler_whose_data_goes_on(tmp_path: Path) -> None:
    found = [f for f in scan_of(tmp_path, {"main.go": _HEAD + _BIND}).findings if f.threat == "caller-chooses-path"]
    assert [finding.attack_path[0] for finding in found] == ["http_route:POST /notes"]
    assert "POST /notes" in found[0].description
