"""Middleware of a part of a Go router: subrouters handed to other files, and groups that a function is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import elements, scan_of, system_of

_HANDLER = """
package handler
import (
	"net/http"
	"github.com/gorilla/mux"
	"github.com/sashabaranov/go-openai"
)
type Handler struct { client *openai.Client }
func New() *Handler { return &Handler{client: openai.NewClient("x")} }
func (h *Handler) Register(router *mux.Router) {
	router.HandleFunc("/chat", h.Chat).Methods(http.MethodPost)
}
func (h *Handler) Chat(w http.ResponseWriter, r *http.Request) {
	reply, _ := h.client.CreateChatCompletion(r.Context(), openai.ChatCompletionRequest{
		Model: "gpt-4o",
		Messages: []openai.ChatCompletionMessage{{Role: "user", Content: r.FormValue("q")}},
	})
	w.Write([]byte(reply.Choices[0].Message.Content))
}
func Open(w http.ResponseWriter, r *http.Request) { New().Chat(w, r) }
"""

_REGISTERS = _HANDLER[_HANDLER.index("func (h *Handler) Register") : _HANDLER.index("func (h *Handler) Chat")]

_AUTH = """
package middleware
import (
	"errors"
	"net/http"
)
func UserAuth(secret string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			BODY
			next.ServeHTTP(w, r)
		})
	}
}
func respond(w http.ResponseWriter, e error) { w.Write([]byte(e.Error())) }
func ParseAndValidateJWT(token, secret string) error {
	if token != secret {
		return errors.New("x")
	}
	return nil
}
"""

_MUX = """
package main
import (
	"net/http"
	"github.com/gorilla/mux"
	"example.com/app/handler"
	"example.com/app/middleware"
)
func main() {
	router := mux.NewRouter()
	api := router.PathPrefix("/api").Subrouter()
	users := api.NewRoute().Subrouter()
	users.Use(middleware.UserAuth("secret"))
	register(api, users)
	http.ListenAndServe(":80", router)
}
func register(api, users *mux.Router) {
	handler.New().Register(users)
	api.HandleFunc("/open", handler.Open).Methods("POST")
}
"""

_CHI = """
package main
import (
	"net/http"
	"github.com/go-chi/chi/v5"
	"example.com/app/handler"
	"example.com/app/middleware"
)
func main() {
	router := chi.NewRouter()
	router.Route("/api", func(r chi.Router) {
		r.Group(func(r chi.Router) {
			r.Use(middleware.UserAuth("secret"))
			r.Post("/chat", handler.New().Chat)
		})
		r.Post("/open", handler.Open)
	})
	http.ListenAndServe(":80", router)
}
"""

_REFUSES = 'if r.Header.Get("Authorization") != secret {\n\t\t\t\thttp.Error(w, "no", http.StatusUnauthorized)\n\t\t\t\treturn\n\t\t\t}'
_ASKS = (
    'if err := ParseAndValidateJWT(r.Header.Get("Authorization"), secret); err != nil {\n\t\t\t\trespond(w, err)\n\t\t\t\treturn\n\t\t\t}'
)
_LOOKS_ON = 'w.Header().Set("X-Seen", secret)'


def asked(folder: Path, main: str, body: str) -> dict[str, object]:
    """Routes, and whether whoever reaches them was asked who they are."""
    files = {"main.go": main, "go.mod": "module example.com/app\n", "middleware/auth.go": _AUTH.replace("BODY", body)}
    handler = _HANDLER if main == _MUX else _HANDLER.replace(_REGISTERS, "").replace('\t"github.com/gorilla/mux"\n', "")
    system = scan_of(folder, {**files, "handler/chat.go": handler}).system
    return {str(route.attributes["path"]).rsplit("/", 1)[-1]: route.attributes["authenticated"] for route in elements(system, "http_route")}


@pytest.mark.parametrize("main", [_MUX, _CHI], ids=["mux", "chi"])
@pytest.mark.parametrize("body", [_REFUSES, _ASKS], ids=["refuses", "asks"])
def test_what_a_part_uses_runs_before_its_routes_and_no_others(tmp_path: Path, main: str, body: str) -> None:
    assert asked(tmp_path, main, body) == {"chat": True, "open": False}


@pytest.mark.parametrize("main", [_MUX, _CHI], ids=["mux", "chi"])
def test_a_part_whose_middleware_only_looks_on_lets_everybody_in(tmp_path: Path, main: str) -> None:
    assert asked(tmp_path, main, _LOOKS_ON) == {"chat": False, "open": False}


def test_what_a_group_uses_runs_before_a_group_inside_it(tmp_path: Path) -> None:
    outer = _CHI.replace('\t\t\tr.Use(middleware.UserAuth("secret"))\n', "").replace(
        "chi.Router) {\n\t\tr.Group", 'chi.Router) {\n\t\tr.Use(middleware.UserAuth("secret"))\n\t\tr.Group'
    )
    assert asked(tmp_path, outer, _REFUSES) == {"chat": True, "open": True}


_OPTIONAL = """
package main
import (
	"net/http"
	"github.com/go-chi/chi/v5"
	"example.com/app/handler"
	"example.com/app/middleware"
)
type Flags struct { Key string }
func parse() *Flags { flags := &Flags{}; return flags }
func main() {
	serve(parse().Key)
}
func serve(key string) {
	router := chi.NewRouter()
	INSTALLED
	router.Post("/chat", handler.New().Chat)
	http.ListenAndServe(":80", router)
}
"""


@pytest.mark.parametrize(
    ("installed", "always"),
    [('if key != "" {\n\t\trouter.Use(middleware.UserAuth(key))\n\t}', False), ("router.Use(middleware.UserAuth(key))", True)],
)
def test_middleware_that_is_used_only_where_a_flag_is_set_is_off_as_shipped(tmp_path: Path, installed: str, always: bool) -> None:
    assert asked(tmp_path, _OPTIONAL.replace("INSTALLED", installed), _REFUSES) == {"chat": always}


def test_which_page_sends_a_request_is_no_question_of_who(tmp_path: Path) -> None:
    main = _MUX.replace("UserAuth", "CorsFilter")
    files = {"main.go": main, "go.mod": "module example.com/app\n", "handler/chat.go": _HANDLER}
    auth = _AUTH.replace("UserAuth", "CorsFilter").replace("BODY", _REFUSES)
    system = scan_of(tmp_path, {**files, "middleware/auth.go": auth}).system
    assert not any(route.attributes["authenticated"] for route in elements(system, "http_route"))


_BY_METHOD = """
package main
import (
	"net/http"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/julienschmidt/httprouter"
)
type Handler func(w http.ResponseWriter, r *http.Request) error
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { _ = h(w, r) }
type Desk struct{}
func (d *Desk) Ask(w http.ResponseWriter, r *http.Request) error { return nil }
func plain(w http.ResponseWriter, r *http.Request) {}
func drop(c *gin.Context) {}
func keep(w http.ResponseWriter, r *http.Request, p httprouter.Params) {}
func main() {
	desk := &Desk{}
	router := chi.NewRouter()
	router.Method(http.MethodPost, "/ask", Handler(desk.Ask))
	router.MethodFunc("PUT", "/plain", plain)
	engine := gin.Default()
	engine.Handle("DELETE", "/drop", drop)
	tree := httprouter.New()
	tree.PATCH("/keep/:id", keep)
	http.ListenAndServe(":80", router)
}
"""


def test_the_method_may_be_an_argument_of_the_registration() -> None:
    routes = elements(system_of({"main.go": _BY_METHOD}), "http_route")
    assert {route.name for route in routes} == {"POST /ask", "PUT /plain", "DELETE /drop", "PATCH /keep/:id"}
