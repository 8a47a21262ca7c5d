"""Keys that sign sessions and tokens, and have a default in the source: `process.env.JWT_SECRET || "dev"`.

Takes an assembly whose code is linked, adds a secret for each such default, its value masked in what is cited. A default that is
empty, that is made by chance, or that the program refuses somewhere (it tests the variable or the default, and ends) is none; what
a key is used for is told by its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.facts import CodeFacts
from ingest.secrets import mask_literals_of
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts

_SIGNS = re.compile(
    r"(?:\w+_)?(?:JWT|SESSION|COOKIE|NEXTAUTH|BETTER_AUTH|AUTH|SIGNING|CSRF|HMAC|ACCESS_TOKEN|REFRESH_TOKEN|TOKEN|FLASK|DJANGO|APP)_(?:SECRET|SECRET_KEY|SIGNING_KEY)"
    r"|(?:\w+_)?(?:JWT|SESSION|COOKIE|SIGNING|HMAC)_KEY|SECRET_KEY(?:_BASE)?|SIGNING_SECRET",
    re.IGNORECASE,
)
_READS = re.compile(r"^(?:get|getenv|get_env|getenvordefault|env|lookup_?env|config|setting)\w*$", re.IGNORECASE)
_SETTINGS = ("pydantic_settings.", "pydantic.BaseSettings", "pydantic.v1.BaseSettings")
_OF_A_STORE = re.compile(r"ACCESS_KEY", re.IGNORECASE)  # beside a key of access, a secret key is the other half of a login


def add_default_keys(assembly: Assembly) -> None:
    """A secret for each default of a signing key."""
    known = {(one.path, one.start_line) for draft in assembly.drafts.by_id.values() if draft.kind == "secret" for one in draft.evidence}
    for file, facts in enumerate(assembly.program.files):
        for name, default in dict.fromkeys(_defaults(assembly, file, facts)):
            value, cited = facts.values[default], assembly.cite((file, default))
            if cited is None or (cited.path, cited.start_line) in known or _is_refused(assembly, name, value.text):
                continue
            shown = cited.model_copy(update={"quote": mask_literals_of(cited.quote, value.text)})
            assembly.drafts.put("secret", f"{name} in {facts.path}", None, {"signing_default": True}, shown, (file, default), facts.purpose)


def _defaults(assembly: Assembly, file: int, facts: CodeFacts) -> Iterator[tuple[str, int]]:
    """Names of variables with the constant that is taken where they are not set."""
    program, values = assembly.program, facts.values
    if any(value.kind in ("attribute", "constant") and _OF_A_STORE.search(value.text[:60]) for value in values):
        return
    for value in values:
        name, default = "", -1
        if value.kind == "choice" and len(value.inputs) == 2:
            name, default = _variable(facts, value.inputs[0]), value.inputs[1]
        elif value.kind == "call" and len(value.inputs) == 3 and _READS.match(values[value.inputs[0]].text):
            name, default = _named(facts, value.inputs[1]), value.inputs[2]
        if name and _is_text(facts, default):
            yield name, default
    for cls in facts.classes:
        bases = [base for node in cls.bases for base in program.names((file, node))]
        if any(base.startswith(_SETTINGS) for base in (*bases, *program.outside_bases(cls.qualified_name))):
            for field, _annotation, given, _line in cls.fields:
                if given is not None and _SIGNS.fullmatch(field) and _is_text(facts, given):
                    yield field, given


def _variable(facts: CodeFacts, node: int) -> str:
    """The variable of the environment that is read, where it is named for a signing key: `process.env.X`, `os.getenv("X")`, `env["X"]`."""
    value = facts.values[node]
    if value.kind in ("attribute", "index") and value.inputs and facts.values[value.inputs[0]].text.lower().endswith(("env", "environ")):
        return value.text if _SIGNS.fullmatch(value.text) else ""
    if value.kind == "call" and len(value.inputs) == 2 and _READS.match(facts.values[value.inputs[0]].text):
        return _named(facts, value.inputs[1])
    return ""


def _named(facts: CodeFacts, node: int) -> str:
    value = facts.values[node]
    return value.text if value.kind == "constant" and _SIGNS.fullmatch(value.text) else ""


def _is_text(facts: CodeFacts, node: int) -> bool:
    value = facts.values[node]
    return value.kind == "constant" and value.constant_type == "string" and bool(value.text.strip())


def _is_refused(assembly: Assembly, name: str, default: str) -> bool:
    """Whether the program ends where the variable is not set or its default is in use."""
    for file, facts in enumerate(assembly.program.files):
        for branch in facts.branches:
            if not branch.exits_when:
                continue
            for part in parts(assembly, (file, branch.condition)):
                text = assembly.program.value(part).text
                if text in (name, default):
                    return True
    return False
