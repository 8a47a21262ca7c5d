"""What Python's logging is given beside the line (`extra={...}`): attributes of the record, which its own formatters do not write.

Takes the program, says whether anything of it writes them: a formatter of its own, a package that writes records as JSON or sends them
on with all they hold, or a line's format that names one. What a file of settings says of formatters counts as no such thing unless
its package is imported.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from ingest.facts import CodeFacts
from pipeline.system.assembly import Assembly

# Handlers and formatters that write what stands beside the line, by their packages (their documentation, 2025).
_WRITE_ALL = re.compile(
    r"^(?:pythonjsonlogger|structlog|loguru|json_log_formatter|jsonformatter|logstash\w*|ecs_logging|python_logging_loki|logging_loki"
    r"|google\.cloud\.logging|opencensus|azure\.monitor|opentelemetry|sentry_sdk|aws_lambda_powertools|watchtower|graypy|pygelf|fluent|ddtrace|newrelic|logfire"
    r"|seqlog|logzio|absl|eliot|asgi_correlation_id)\b"
)
_WRITES_SOME = re.compile(
    r"%\((?!asctime|name|levelname|levelno|message|pathname|filename|module|lineno|funcName|process|thread|created|msecs)"
)


def is_beside_the_line(assembly: Assembly, call: Node, label: str) -> bool:
    """Whether an argument of a log call is what is given beside the line, and nothing of the program writes that."""
    if label != "extra" or assembly.program.files[call[0]].language != "python":
        return False
    known = assembly.memo.extras_are_written
    if known is None:
        known = assembly.memo.extras_are_written = _are_written(assembly)
    return not known


def _are_written(assembly: Assembly) -> bool:
    return any(facts.language == "python" and _writes(facts) for facts in assembly.program.files)


def _writes(facts: CodeFacts) -> bool:
    if any(_WRITE_ALL.search(statement.target) for statement in facts.imports):
        return True
    bases = [facts.values[base].text for cls in facts.classes for base in cls.bases]
    if any(base.endswith("Formatter") or base in ("Handler", "logging.Handler") for base in bases):
        return True
    formats = (value.text[:300] for value in facts.values if value.kind == "constant" and "%(message)" in value.text[:300])
    return any(_WRITES_SOME.search(text) for text in formats)
