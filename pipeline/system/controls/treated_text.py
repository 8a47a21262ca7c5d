"""What was done to text on its way: put into a fence that it cannot leave, redacted, or read from what somebody reviewed.

Takes values of the way. Tags around a text that may write the closing tag itself mark nothing off for sure and do not count.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.rules.words import mentions

_ESCAPING = ("escape", "htmlencode", "quoteattr", "b64encode")
_REPLACES = frozenset({"replace", "replaceAll", "sub", "Replace", "ReplaceAll"})
_TAG = re.compile(r"<([A-Za-z][\w-]{1,30})>")
_REDACTS = (
    "redact",
    "redacted",
    "anonymize",
    "anonymise",
    "pseudonymize",
    "pseudonymise",
    "scrub",
    "mask",
    "strip_pii",
    "remove_pii",
    "deidentify",
    "hash_sensitive",
    "hide_sensitive",
    "filter_sensitive",
    "strip_sensitive",
    "remove_sensitive",
)
_HIDES_FIELDS = ("hash_sensitive", "hide_sensitive", "remove_sensitive", "strip_sensitive", "filter_sensitive", "censor", "obfuscate")
_REVIEWED = ("accepted", "approved", "reviewed", "moderated", "verified", "curated", "vetted")


def is_fenced(assembly: Assembly, node: Node, trace: tuple[Node, ...]) -> bool:
    """Text put between an opening and a closing tag of a prompt, `<claim>{text}</claim>`, that cannot write the closing tag itself."""
    value = assembly.program.value(node)
    if value.kind != "format":
        return False
    parts = [assembly.program.value((node[0], given)) for given in value.inputs]
    constant = "".join(part.text for part in parts if part.kind == "constant")
    if not any(f"</{tag}>" in constant for tag in _TAG.findall(constant)):
        return False
    return any(_escapes(assembly, before) for before in trace[: trace.index(node)])


def _escapes(assembly: Assembly, node: Node) -> bool:
    """`html.escape(text)`, `text.replace("<", "")`: afterwards no tag of the text's own closes the one around it."""
    if assembly.program.value(node).kind != "call":
        return False
    name = callee_text(assembly, node)
    if any(word in name.lower() for word in _ESCAPING):
        return True
    if name not in _REPLACES:
        return False
    given = [assembly.program.constant((node[0], argument)) for argument in assembly.program.value(node).inputs[1:]]
    return any(isinstance(text, str) and ("<" in text or text.startswith("[^")) for text in given)


def is_redacted(assembly: Assembly, node: Node) -> bool:
    """A parameter of one of the project's own functions that is named for redacting, and replaces text or goes by the names of fields."""
    found = assembly.program.parameter_of(node) if assembly.program.value(node).kind == "parameter" else None
    if found is None or not mentions([assembly.program.function(found[0]).name], (*_REDACTS, *_HIDES_FIELDS)):
        return False
    return _asks_for_names(assembly, found[0]) or any(
        assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text
        in ("sub", "subn", "replace", "translate", "anonymize", "mask", "hash", "createHash", "createHmac", "sha256", "hexdigest")
        for call in assembly.calls_in(found[0])
    )


def _asks_for_names(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function goes through the entries of a record and asks for each whether its name is in a list."""
    values = assembly.program.files[function[0]].values
    inside = [value for value in values if value.scope == function[1]]
    return any(value.kind == "element_of" for value in inside) and any(value.kind == "operation" and value.text == "in" for value in inside)


def reads_reviewed(assembly: Assembly, node: Node) -> bool:
    """A read from a store that asks for reviewed records only: `where(Feedback.accepted)`, `WHERE approved = 1`."""
    if not any(source.label == "stored_data" for source in assembly.sources.get(node, ())):
        return False
    queue, seen = list(assembly.program.value(node).inputs), 0
    while queue and seen < 40:
        value = assembly.program.value((node[0], queue.pop()))
        seen += 1
        if (
            value.kind in ("attribute", "constant")
            and mentions([value.text], _REVIEWED)
            and (value.kind == "attribute" or " " in value.text)
        ):
            return True
        if any(mentions([label], _REVIEWED) for label in value.labels):
            return True
        queue += value.inputs
    return False
