"""Lines of a log that are off as the program is shipped: those for debugging, where it sets a level above them itself.

Takes a call that writes, and the program. `logging.basicConfig(level=logging.INFO)`, `logger.setLevel("WARNING")` and
`pino({level: "info"})` say so where every such setting of the program is written down and none lets lines for debugging out. A level
that a variable, an argument or a file of settings chooses says nothing. Where nothing is set, it is what the manuals say: Spring Boot,
Quarkus, hosts of .NET, winston and pino write from information on; there, files of settings that run in production are looked at too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.code.program import Node
from ingest.facts import CodeFacts, ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.rules.words import words_of

_DEBUGS = frozenset({"debug", "trace", "verbose", "silly", "fine", "finer", "finest"})
_SETS = {
    "python": re.compile(r"^logging\.(?:basicConfig|Logger\.setLevel|getLogger\(\)\.setLevel)$"),
    "typescript": re.compile(r"^(?:pino|pino\.pino|winston\.createLogger)$"),
}
_CALLED = frozenset({"basicConfig", "setLevel", "pino", "createLogger"})
_ABOVE = re.compile(r"(?:^|[.])(?:info|warn|warning|error|critical|fatal|notice)$", re.IGNORECASE)
_HOSTS = {  # by whose manuals lines for debugging are off where nothing says otherwise
    "java": re.compile(r"^(?:org\.springframework\.boot|io\.quarkus)\b"),
    "kotlin": re.compile(r"^(?:org\.springframework\.boot|io\.quarkus)\b"),
    "csharp": re.compile(r"^Microsoft\.(?:AspNetCore|Extensions\.(?:Hosting|Logging))\b"),
}
_LOWERS = frozenset({"SetMinimumLevel", "AddDebug", "Verbose", "setLevel"})  # calls that let them out, of whatever they are given
_CONFIGURES = frozenset({"basicConfig", "dictConfig", "fileConfig", "setLevel", "addHandler", "setup_logging", "LOGGING", "log_config"})
# Packages that set up the root's level themselves when they start (their manuals and source, 2025).
_CONFIGURE = re.compile(
    r"^(?:chainlit|livekit|loguru|structlog|celery|azure\.functions|airflow|dagster|scrapy|hydra|absl|prefect|mcp|fastmcp|google\.cloud\.logging|aws_lambda_powertools"
    r"|rich\.logging|coloredlogs|logfire|nonebot|logging\.config|streamlit\.logger|rasa|botbuilder|langgraph_api|crewai\.flow)\b"
)
_NOT_RUN = re.compile(r"dev|develop|local|test|sample|example|debug", re.IGNORECASE)
_LEVEL_OF = (
    re.compile(r"logging\.level\.(?P<logger>.+)"),
    re.compile(r"quarkus\.log\.(?:category\.)?\"?(?P<logger>[^\"]*?)\"?\.?level"),
    re.compile(r"(?i:logging\.(?:[^.]+\.)?loglevel)\.(?P<logger>.+)"),
    re.compile(r"(?i:serilog\.minimumlevel)(?:\.(?i:override)\.|\.)?(?P<logger>.*)"),
)
_LETS_OUT = frozenset({"debug", "trace", "verbose", "all"})


def read_log_levels(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Keeps which loggers write lines for debugging by what files of settings say that run in production."""
    found: dict[str, Setting] = {}
    for one in (setting for file in files for setting in file.settings if setting.kind == "property"):
        logger = next((match["logger"] for form in _LEVEL_OF if (match := form.fullmatch(one.name)) is not None), None)
        value = str(one.attributes.get("value") or "").strip().strip("\"'").lower()
        if logger is not None and value in _LETS_OUT and not _NOT_RUN.search(str(one.attributes.get("profile") or "")):
            found["root" if logger in ("", "Default") else logger] = one
    assembly.memo.debug_loggers = found


def is_below_level(assembly: Assembly, call: Node) -> bool:
    """Whether a call writes for debugging only, and debugging is off."""
    program = assembly.program
    if not is_for_debugging(assembly, call):
        return False
    language = program.files[call[0]].language
    known = assembly.memo.debug_off
    if language not in known:
        known[language] = _is_off(assembly, language)
    if language in _HOSTS and known[language]:
        module = program.files[call[0]].module
        return not any(one == "root" or f".{one}." in f".{module.replace('/', '.')}." for one in assembly.memo.debug_loggers)
    return known[language]


def is_for_debugging(assembly: Assembly, call: Node) -> bool:
    """Whether a line is written for debugging: `log.debug(...)`, `LogTrace(...)`, `DebugKV(...)`, `log("debug", ...)`."""
    program, value = assembly.program, assembly.program.value(call)
    name = program.value((call[0], value.inputs[0])).text.rpartition(".")[2]
    words = words_of(name)
    if words in (["log"], ["write"]) and len(value.inputs) > 1:
        given = program.constant((call[0], value.inputs[1]))
        return isinstance(given, str) and given.lower() in _DEBUGS
    return not _DEBUGS.isdisjoint((name.lower(), *words)) or name.lower().rstrip("fw") in _DEBUGS


def _is_off(assembly: Assembly, language: str) -> bool:
    """Whether the program sets levels, and all of them are written down and above debugging."""
    program, asked, found = assembly.program, _SETS.get(language), False
    if language in _HOSTS:
        return _is_hosted(assembly, language)
    for file, facts in enumerate(program.files) if asked is not None else ():
        for number, value in enumerate(facts.values):
            if value.kind != "call" or facts.language != language:
                continue
            callee = facts.values[value.inputs[0]]
            sets = callee.kind in ("name", "attribute") and callee.text.rpartition(".")[2] in _CALLED
            if not sets or asked is None or not any(map(asked.search, program.callee_names((file, number)))):
                continue
            level = argument_node(program, (file, number), "level|0" if callee.text.endswith("setLevel") else "level")
            if level is None:
                found = found or (language == "typescript" and _is_plain(facts, number))
                continue
            said = (*program.names(level), str(program.constant(level) or ""))
            if not any(map(_ABOVE.search, said)):
                return False
            found = True
    return found


def _is_plain(facts: CodeFacts, call: int) -> bool:
    """Whether what a logger is made with is written down right there, or is nothing at all."""
    return all(facts.values[given].kind == "collection" for given in facts.values[call].inputs[1:])


def _is_hosted(assembly: Assembly, language: str) -> bool:
    """Whether a program runs in a host that writes from information on, and no code of it lets more out."""
    hosted = False
    for facts in assembly.program.files:
        if facts.language != language or facts.purpose == "test":
            continue
        hosted = hosted or any(_HOSTS[language].search(statement.target) for statement in facts.imports)
        if any(value.kind == "attribute" and value.text in _LOWERS for value in facts.values):
            return False
    return hosted


def is_off_by_default(assembly: Assembly, call: Node) -> bool:
    """Whether a line of Python's logging is below warnings, and nothing of the program sets a level, a handler or a format."""
    program = assembly.program
    if program.files[call[0]].language != "python" or not any(name.startswith("logging.") for name in program.callee_names(call)):
        return False
    if program.value((call[0], program.value(call).inputs[0])).text.rpartition(".")[2] not in ("debug", "info", "log"):
        return False
    if assembly.memo.logging_is_set is None:
        assembly.memo.logging_is_set = any(_sets_logging(facts) for facts in program.files if facts.language == "python")
    return not assembly.memo.logging_is_set


def _sets_logging(facts: CodeFacts) -> bool:
    if facts.purpose == "test":
        return False
    called = any(
        value.text.rpartition(".")[2] in _CONFIGURES for value in facts.values if value.kind in ("attribute", "name") and value.text
    )
    return called or any(_CONFIGURE.search(statement.target) for statement in facts.imports)
