"""What a caller gets back: the ways in which Go, C# and Java answer, and what leaves none of it."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_GO = """
package main

import (
  "encoding/json"
  "fmt"
  "io"
  "net/http"
  "os"

  "github.com/gin-gonic/gin"
  "github.com/gofiber/fiber/v2"
  "github.com/labstack/echo/v4"
)

var _ = []any{json.NewEncoder, fmt.Fprintf, io.WriteString}

HANDLER

func main() { REGISTER }
"""
_NET = (
    'func ask(w http.ResponseWriter, r *http.Request) {\n  b, _ := os.ReadFile("notes.txt"); q := string(b)\n  BODY\n}',
    'http.HandleFunc("/ask", ask)',
)
_GIN = 'func ask(c *gin.Context) {\n  b, _ := os.ReadFile("notes.txt"); q := string(b)\n  BODY\n}', 'r := gin.Default(); r.GET("/ask", ask)'
_ECHO = (
    'func ask(c echo.Context) error {\n  b, _ := os.ReadFile("notes.txt"); q := string(b)\n  BODY\n}',
    'e := echo.New(); e.GET("/ask", ask)',
)
_FIBER = (
    'func ask(c *fiber.Ctx) error {\n  b, _ := os.ReadFile("notes.txt"); q := string(b)\n  BODY\n}',
    'a := fiber.New(); a.Get("/ask", ask)',
)


def _go(frame: tuple[str, str], body: str) -> dict[str, str]:
    handler, register = frame
    return {"main.go": _GO.replace("HANDLER", handler.replace("BODY", body)).replace("REGISTER", register)}


def _csharp(body: str) -> dict[str, str]:
    return {"Ask.cs": _CONTROLLER.replace("BODY", body)}


def _minimal(handler: str) -> dict[str, str]:
    return {
        "Program.cs": f"""
using System.IO;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/ask", {handler});
app.Run();
"""
    }


def _java(body: str, result: str = "ResponseEntity<String>") -> dict[str, str]:
    return {"Ask.java": _SPRING.replace("BODY", body).replace("RESULT", result)}


_CONTROLLER = """
using Microsoft.AspNetCore.Mvc;
[ApiController]
public class Ask : ControllerBase {
  [HttpGet("ask")]
  public IActionResult Get() { var q = System.IO.File.ReadAllText("notes.txt"); BODY }
}
"""
_SPRING = """
package a;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.*;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
@RestController
class Ask {
  @GetMapping("/ask")
  RESULT ask(HttpServletResponse response) throws Exception { String q = Files.readString(Path.of("notes.txt")); BODY }
}
"""
ANSWERS = {
    "Write": _go(_NET, "w.Write([]byte(q))"),
    "Encode": _go(_NET, 'json.NewEncoder(w).Encode(map[string]string{"a": q})'),
    "an encoder of its own": _go(_NET, "e := json.NewEncoder(w); e.Encode(q)"),
    "Fprintf": _go(_NET, 'fmt.Fprintf(w, "you said %s", q)'),
    "Fprintln": _go(_NET, "fmt.Fprintln(w, q)"),
    "WriteString": _go(_NET, "io.WriteString(w, q)"),
    "marshalled": _go(_NET, "made, _ := json.Marshal(q); w.Write(made)"),
    "http.Error": _go(_NET, "http.Error(w, q, 400)"),
    "gin JSON": _go(_GIN, 'c.JSON(200, gin.H{"a": q})'),
    "gin String": _go(_GIN, 'c.String(200, "%s", q)'),
    "gin aborts": _go(_GIN, 'c.AbortWithStatusJSON(400, gin.H{"a": q})'),
    "gin XML": _go(_GIN, "c.XML(200, q)"),
    "gin writer": _go(_GIN, 'fmt.Fprintf(c.Writer, "%s", q)'),
    "echo": _go(_ECHO, "return c.JSON(200, q)"),
    "echo String": _go(_ECHO, "return c.String(200, q)"),
    "fiber": _go(_FIBER, 'return c.JSON(fiber.Map{"a": q})'),
    "fiber with a status": _go(_FIBER, "return c.Status(200).SendString(q)"),
    "Ok": _csharp("return Ok(q);"),
    "an object": _csharp("return Ok(new { answer = q });"),
    "Content": _csharp("return Content(q);"),
    "StatusCode": _csharp("return StatusCode(200, q);"),
    "Json": _csharp("return new JsonResult(q);"),
    "minimal": _minimal('() => Results.Ok(File.ReadAllText("notes.txt"))'),
    "minimal, typed": _minimal('() => TypedResults.Ok(new { q = File.ReadAllText("notes.txt") })'),
    "minimal, bare": _minimal('() => File.ReadAllText("notes.txt")'),
    "WriteAsync": _minimal('async (HttpContext context) => { await context.Response.WriteAsync(File.ReadAllText("notes.txt")); }'),
    "ResponseEntity.ok": _java("return ResponseEntity.ok(q);"),
    "body": _java("return ResponseEntity.status(200).body(q);"),
    "new ResponseEntity": _java("return new ResponseEntity<>(q, null, 200);"),
    "a map": _java('return Map.of("a", q);', "Map<String, String>"),
    "Mono": _java("return Mono.just(q);", "Mono<String>"),
    "Flux": _java("return Flux.just(q).map(x -> x + 1);", "Flux<String>"),
    "a writer": _java("response.getWriter().write(q);", "void"),
    "SseEmitter": _java("SseEmitter e = new SseEmitter(); e.send(q); return e;", "SseEmitter"),
}
SILENT = {
    "a status only": _go(_NET, "_ = q; w.WriteHeader(204)"),
    "to another writer": _go(_NET, "fmt.Fprintf(io.Discard, q)"),
    "gin, a length": _go(_GIN, 'c.JSON(200, gin.H{"n": len(q)})'),
    "C#, a length": _csharp("return Ok(q.Length);"),
    "C#, a status": _csharp("return NoContent();"),
    "Java, a status": _java("return ResponseEntity.noContent().build();"),
    "Java, a length": _java("return ResponseEntity.ok(q.length());", "ResponseEntity<Integer>"),
}


@pytest.mark.parametrize("files", ANSWERS.values(), ids=ANSWERS.keys())
def test_what_a_handler_read_leaves_in_its_answer(files: dict[str, str]) -> None:
    assert flows(system_of(files), "response", "stored_data")


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT.keys())
def test_an_answer_without_the_text_carries_none_of_it(files: dict[str, str]) -> None:
    assert not flows(system_of(files), "response", "stored_data")
