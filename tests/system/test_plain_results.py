"""Numbers, dates and vectors that a function returns, or that a record keeps, are no text of whoever they came from."""

from __future__ import annotations

import pytest

from pipeline.system.model import SinkRole
from tests.system.small import flows, system_of

GO = """package main
import (
  "fmt"
  "io"
  "net/http"
  "os/exec"

  "example.com/convert"
)
func ask() (RESULT, error) {
  resp, err := http.Get("https://numbers.example.com/today")
  if err != nil { return convert.None(), err }
  raw, _ := io.ReadAll(resp.Body)
  return convert.To(raw), nil
}
func main() {
  got, _ := ask()
  exec.Command("sh", "-c", fmt.Sprint(got)).Run()
}
"""
PYTHON = "import os\nimport requests\n\ndef ask() -> RESULT:\n    return requests.get('https://numbers.example.com/today').text\n\nos.system(f'x{ask()}')\n"
JAVA = """package app;
import java.time.LocalDate;
import java.util.Map;
import org.springframework.web.client.RestTemplate;
record Day(LocalDate date, double warm, String words) {}
class A {
  Day ask() {
    Map<String, Object> got = new RestTemplate().getForObject("https://weather.example.com/today", Map.class);
    return new Day(GIVEN);
  }
  void run() throws Exception { Runtime.getRuntime().exec("sh -c " + ask()); }
}
"""


SINK: dict[str, SinkRole] = {"main.go": "shell", "app.py": "shell", "A.java": "shell"}


def runs(name: str, text: str) -> bool:
    return bool(flows(system_of({name: text}), SINK[name], "web_content"))


@pytest.mark.parametrize(("plain", "words"), [("[]float32", "[]string"), ("float64", "string"), ("[][]float32", "[]byte")])
def test_a_function_that_returns_numbers_returns_no_text(plain: str, words: str) -> None:
    assert not runs("main.go", GO.replace("RESULT", plain))
    assert runs("main.go", GO.replace("RESULT", words))


@pytest.mark.parametrize(("plain", "words"), [("list[float]", "list[str]"), ("float", "str"), ("int | None", "list[int]")])
def test_what_python_promises_is_believed(plain: str, words: str) -> None:
    assert not runs("app.py", PYTHON.replace("RESULT", plain))
    assert runs("app.py", PYTHON.replace("RESULT", words))


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ('LocalDate.parse((String) got.get("day")), 1.0, "fair"', 'LocalDate.now(), 1.0, (String) got.get("words")'),
        ('LocalDate.now(), ((Number) got.get("warm")).doubleValue(), "fair"', 'LocalDate.now(), 1.0, got.get("words").toString()'),
    ],
)
def test_a_record_keeps_text_only_in_fields_of_text(plain: str, words: str) -> None:
    assert not runs("A.java", JAVA.replace("GIVEN", plain))
    assert runs("A.java", JAVA.replace("GIVEN", words))
