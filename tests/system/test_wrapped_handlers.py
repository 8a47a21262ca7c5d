"""Routes whose handlers stand behind calls: wrappers, makers, objects that serve, dispatchers of a library."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, system_of

_GO = """
    package main

    import (
        "context"
        "net/http"
        "os/exec"

        "github.com/gin-gonic/gin"
        "github.com/some/bot/dispatcher"
        "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
        sdkginext "github.com/some/bot/gin"
    )

    type server struct{ shell string }
    type event struct{ Text string }

    func run(w http.ResponseWriter, r *http.Request) { exec.Command("sh", "-c", r.FormValue("q")).Run() }
    func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) { exec.Command("sh", "-c", r.FormValue("q")).Run() }
    func logged(next http.HandlerFunc) http.HandlerFunc {
        return func(w http.ResponseWriter, r *http.Request) { next(w, r) }
    }
    func made(shell string) http.HandlerFunc {
        return func(w http.ResponseWriter, r *http.Request) { exec.Command("sh", "-c", r.FormValue("q")).Run() }
    }
    func received(ctx context.Context, e *event) error { return exec.CommandContext(ctx, "sh", "-c", e.Text).Run() }

    func main() {
        REGISTERED
    }
    """
REGISTERED = {
    "wrapped by a library": ('http.Handle("/run", otelhttp.NewHandler(http.HandlerFunc(run), "run"))', "http_route"),
    "wrapped by the project": ('http.HandleFunc("/run", logged(run))', "http_route"),
    "made by a function": ('http.HandleFunc("/run", made("sh"))', "http_route"),
    "an object that serves": ('http.Handle("/run", &server{shell: "sh"})', "http_route"),
    "told to a dispatcher": (
        'bot := dispatcher.New(token).OnMessage(received)\n        gin.Default().POST("/run", sdkginext.NewHandler(bot))',
        "webhook",
    ),
}


@pytest.mark.parametrize(("registered", "kind"), REGISTERED.values(), ids=REGISTERED.keys())
def test_a_handler_behind_a_call_is_the_route(registered: str, kind: str) -> None:
    text = _GO.replace("REGISTERED", registered)
    system = system_of({"main.go": text})
    assert [entry.name.rsplit(" ", 1)[-1] for entry in elements(system, kind)] == ["/run"]
    assert kind in {flow.source.split(":")[0] for flow in flows(system, "shell", "user_input")}


def test_a_wrapped_view_of_flask_is_the_route() -> None:
    system = system_of("""
        import os
        from flask import Flask, request
        from tracing import traced
        app = Flask(__name__)
        def run():
            return os.popen(request.args["q"]).read()
        app.add_url_rule("/run", view_func=traced(run))
        """)
    assert [entry.name for entry in elements(system, "http_route")] == ["/run"]
