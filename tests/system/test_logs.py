"""What is a log in Go and Java: the loggers people use, and what a server prints while it answers."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, system_of

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
