"""The method of a route is the one its marker says; where it says none, the route has none."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

_CSHARP = """
using Microsoft.AspNetCore.Mvc;
var app = WebApplication.CreateBuilder(args).Build();
app.MapPut("/a", (Note note) => note.Text);
app.MapPatch("/b", (Note note) => note.Text);
app.MapDelete("/c", (string id) => id);
app.MapPost("/d", (Note note) => note.Text);
app.Run();
record Note(string Text);
"""
_JAVA = """
package app;
import org.springframework.web.bind.annotation.*;
@RestController
class Notes {
  @PutMapping("/a") String put(@RequestBody String text) { return text; }
  @PatchMapping("/b") String patch(@RequestBody String text) { return text; }
  @DeleteMapping("/c") String remove(String id) { return id; }
  @PostMapping("/d") String add(@RequestBody String text) { return text; }
  @RequestMapping(value = "/e", method = RequestMethod.GET) String read(String id) { return id; }
}
"""
_GO = """
package main
import (
	"net/http"
	"github.com/gorilla/mux"
)
func ask(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.FormValue("q"))) }
func put(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.FormValue("q"))) }
func main() {
	http.HandleFunc("/ask", ask)
	http.HandleFunc("PUT /put", put)
	mux.NewRouter().HandleFunc("/told", func(w http.ResponseWriter, r *http.Request) { w.Write(nil) }).Methods(http.MethodPatch)
}
"""


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"Program.cs": _CSHARP}, {"PUT /a", "PATCH /b", "DELETE /c", "POST /d"}),
        ({"Notes.java": _JAVA}, {"PUT /a", "PATCH /b", "DELETE /c", "POST /d", "GET /e"}),
        ({"main.go": _GO}, {"/ask", "PUT /put", "PATCH /told"}),
    ],
)
def test_a_route_has_the_method_that_its_marker_says(files: dict[str, str], names: set[str]) -> None:
    assert {e.name for e in system_of(files).elements if e.kind == "http_route"} == names


_CLIENT_JAVA = """
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.web.bind.annotation.*;
@FeignClient(name = "notes", url = "https://notes.example.com")
interface Notes {
  @PostMapping("/notes") String add(@RequestBody String text);
}
"""
_CLIENT_KOTLIN = """
import org.springframework.cloud.openfeign.FeignClient
import org.springframework.web.bind.annotation.*
@FeignClient(name = "notes", url = "https://notes.example.com")
interface Notes {
    @GetMapping("/notes")
    fun read(@RequestParam id: String): String
}
@RestController
class Shown(private val notes: Notes) {
    @GetMapping("/shown")
    fun shown(@RequestParam id: String): String = notes.read(id)
}
"""


@pytest.mark.parametrize(("files", "names"), [({"Notes.java": _CLIENT_JAVA}, set()), ({"Notes.kt": _CLIENT_KOTLIN}, {"GET /shown"})])
def test_what_a_client_asks_for_is_no_route(files: dict[str, str], names: set[str]) -> None:
    assert {e.name for e in system_of(files).elements if e.kind == "http_route"} == names
