"""What is a log in Go and Java: the loggers people use, and what a server prints while it answers."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, flows, system_of

_GO = """
    package main

    import (
        "fmt"
        "log/slog"
        "net/http"

        "github.com/rs/zerolog/log"
        "github.com/sirupsen/logrus"
        "go.uber.org/zap"
    )

    var logger = logrus.New()

    type server struct{ sugared *zap.SugaredLogger }

    func (s *server) ask(w http.ResponseWriter, r *http.Request) {
        q := r.FormValue("q")
        LOGS
    }

    func main() {
        s := &server{}
        http.HandleFunc("/ask", s.ask)
    }
    """
_JAVA = """
    package a;
    import lombok.extern.slf4j.Slf4j;
    import org.slf4j.Logger;
    import org.slf4j.LoggerFactory;
    import org.springframework.web.bind.annotation.*;

    MARK
    @RestController
    class Ask {
        private static final Logger LOG = LoggerFactory.getLogger(Ask.class);
        @PostMapping("/ask")
        public String ask(@RequestBody String q) {
            LOGS
            return "";
        }
    }
    """
_COUNTED = """
    import logging
    from openai import OpenAI
    client = OpenAI()
    log = logging.getLogger(__name__)
    def ask(q):
        reply = client.chat.completions.create(model="m", messages=[{"role": "user", "content": q}])
        log.info("answered, id %s", reply.id)
        return reply.choices[0].message.content
    """
LOGS = {
    "slog": ("a.go", _GO.replace("LOGS", 'slog.Info("asked", "q", q)')),
    "logrus, a logger of its own": ("a.go", _GO.replace("LOGS", 'logger.Infof("asked %s", q)')),
    "logrus, a field": ("a.go", _GO.replace("LOGS", 'logger.WithField("q", q).Info("asked")')),
    "zap": ("a.go", _GO.replace("LOGS", 's.sugared.Infow("asked", "q", q)')),
    "zerolog": ("a.go", _GO.replace("LOGS", 'log.Info().Str("q", q).Msg("asked")')),
    "print of a server in Go": ("a.go", _GO.replace("LOGS", 'fmt.Println("asked", q)')),
    "slf4j": ("Ask.java", _JAVA.replace("LOGS", 'LOG.info("asked {}", q);').replace("MARK", "")),
    "slf4j by Lombok": ("Ask.java", _JAVA.replace("LOGS", 'log.info("asked {}", q);').replace("MARK", "@Slf4j")),
    "print of a server in Java": ("Ask.java", _JAVA.replace("LOGS", 'System.out.println("asked " + q);').replace("MARK", "")),
}


@pytest.mark.parametrize(("path", "text"), LOGS.values(), ids=LOGS.keys())
def test_what_a_caller_sent_reaches_the_log(path: str, text: str) -> None:
    assert flows(system_of({path: text}), "log", "user_input")


def test_what_a_program_prints_for_the_person_at_it_is_no_log() -> None:
    text = """
        package main

        import (
            "bufio"
            "fmt"
            "os"
        )

        func main() {
            line, _ := bufio.NewReader(os.Stdin).ReadString('\\n')
            fmt.Println("You said", line)
        }
        """
    assert not elements(system_of({"a.go": text}), "log")


def test_a_logger_of_the_class_itself_is_not_replaced() -> None:
    text = _JAVA.replace("MARK", "@Slf4j").replace("LOG = LoggerFactory.getLogger(Ask.class)", "log = null").replace("LOGS", "log.info(q);")
    assert flows(system_of({"Ask.java": text}), "log", "user_input")


@pytest.mark.parametrize(
    ("path", "text", "logs", "debugging"),
    [
        ("a.go", _GO, 'if Debug { fmt.Printf("asked %s", q) }', True),
        ("a.go", _GO, 'if !Debug { fmt.Printf("asked %s", q) }', False),
        ("a.go", _GO, 'if Loud { fmt.Printf("asked %s", q) }', False),
        ("Ask.java", _JAVA, 'if (LOG.isDebugEnabled()) { LOG.info("asked {}", q); }', True),
        ("Ask.java", _JAVA, 'if (LOG.isInfoEnabled()) { LOG.info("asked {}", q); }', False),
    ],
)
def test_a_log_that_somebody_must_switch_on_is_for_debugging(path: str, text: str, logs: str, debugging: bool) -> None:
    system = system_of(
        {path: text.replace("LOGS", logs).replace("MARK", "").replace("type server", "var Debug, Loud = false, true\ntype server")}
    )
    assert [log.attributes.get("debugging", False) for log in elements(system, "log")] == [debugging]


def test_a_log_line_that_leaves_the_text_out_is_no_redaction() -> None:
    system = system_of({"a.py": _COUNTED})
    logged = flows(system, "log", "model_reply")
    assert {kind for flow in logged for kind in controls_on(system, flow.id)} == {"text_withheld"}


_ASKED_BY_ID = {
    "Java": (
        "Ask.java",
        """
        package a;
        import lombok.extern.slf4j.Slf4j;
        import org.springframework.web.bind.annotation.*;

        @Slf4j
        @RestController
        class Ask {
            @PostMapping("/ask/{id}")
            public String ask(@PathVariable String id, @RequestBody String question) {
                log.info(LINE);
                return "";
            }
        }
        """,
        '"ask id={} q={}", id, question',
        '"asked, id={}", id',
    ),
    "C#": (
        "Ask.cs",
        """
        using Microsoft.AspNetCore.Mvc;
        using Microsoft.Extensions.Logging;

        [ApiController]
        public class Ask : ControllerBase
        {
            private readonly ILogger<Ask> _logger;
            public Ask(ILogger<Ask> logger) { _logger = logger; }

            [HttpPost("/ask/{id}")]
            public string Send(string id, [FromBody] string prompt)
            {
                _logger.LogInformation(LINE);
                return "";
            }
        }
        """,
        '"ask {Id} {Prompt}", id, prompt',
        '"asked {Id}", id',
    ),
    "C#, one text": ("Ask.cs", "", '$"ask {id} for [{prompt}]"', '$"asked {id}"'),
    "Python": (
        "app.py",
        """
        import logging
        from fastapi import Body, FastAPI
        app = FastAPI()
        log = logging.getLogger(__name__)
        @app.post("/ask/{id}")
        def ask(id: str, question: str = Body()):
            log.info(LINE)
        """,
        '"ask id=%s q=%s", id, question',
        '"asked, id=%s", id',
    ),
}


@pytest.mark.parametrize("case", _ASKED_BY_ID)
def test_an_identifier_in_a_line_withholds_nothing_of_the_text_that_stands_beside_it(case: str) -> None:
    path, text, both, bare = _ASKED_BY_ID[case]
    text = text or _ASKED_BY_ID["C#"][1]

    def withheld(line: str) -> list[bool]:
        system = system_of({path: text.replace("LINE", line)})
        return [controls_on(system, flow.id) == {"text_withheld"} for flow in flows(system, "log", "user_input")]

    assert (withheld(both), withheld(bare)) == ([False], [True])


_FAILED = """
    package main

    import ("encoding/json"; "log/slog"; "net/http")

    type Asked struct { Text string; SessionUuid string; SessionId string }
    type Problem struct { Message string }

    func missing(what string) Problem { return Problem{Message: "no session " + what} }

    func ask(w http.ResponseWriter, r *http.Request) {
        var asked Asked
        json.NewDecoder(r.Body).Decode(&asked)
        problem := missing(asked.QID)
        slog.Error("api", "message", problem.Message)
    }

    func main() { http.HandleFunc("/ask", ask) }
    """


@pytest.mark.parametrize(("name", "logged"), [("Text", True), ("SessionUuid", False), ("SessionId", False)])
def test_what_is_made_of_an_identifier_is_no_text_of_a_conversation(name: str, logged: bool) -> None:
    system = system_of({"a.go": _FAILED.replace("QID", name)})
    (line,) = flows(system, "log", "user_input")
    assert ("text_withheld" not in controls_on(system, line.id)) is logged


@pytest.mark.parametrize(("line", "recorded"), [('log.info("asked %s", question)', True), ('log.info("asked by %s", user_id)', False)])
def test_a_line_that_leaves_the_text_out_records_no_prompt(line: str, recorded: bool) -> None:
    system = system_of(f"""
        import logging
        from fastapi import FastAPI
        from openai import OpenAI

        app = FastAPI()
        log = logging.getLogger(__name__)

        @app.post("/ask")
        def ask(question: str, user_id: str):
            {line}
            return OpenAI().responses.create(model="gpt-5", input=question).output_text
        """)
    assert any(control.kind == "prompt_log" for control in system.controls) is recorded


_PARTS = """
import OpenAI from "openai";
const isTextPart = (part) => part.type === "text";
const isSafe = (part) => part.type === "text";
export async function POST(request) {
  const { parts } = await request.json();
  const kept = parts.map((part) => {
    TEST
    return part.text;
  });
  return Response.json(await new OpenAI().responses.create({ model: "gpt-5", input: kept.join(" ") }));
}
"""


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ('if (!isTextPart(part)) { console.error("no text:", part); return ""; }', False),
        ('if (!isSafe(part)) { console.error("refused:", part); return ""; }', True),
        ('if (isTextPart(part)) console.error("a text:", part);', True),
    ],
    ids=["of no known form", "refused for what it says", "of the known form"],
)
def test_what_is_of_no_known_form_is_no_conversation(test: str, told: bool) -> None:
    system = system_of({"app/api/chat/route.ts": _PARTS.replace("TEST", test)})
    logged = [flow for flow in system.flows if flow.role == "log"]
    withheld = {one for control in system.controls if control.kind == "text_withheld" for one in control.protects}
    assert bool([flow for flow in logged if flow.id not in withheld]) is told
