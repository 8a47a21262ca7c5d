"""Routes that take a message in and choose the account by who it says it comes from: anybody writes what stands in `From`.

Takes an assembly whose entries are known, marks routes of inbound mail and messages (`account_by_sender`) with the line that asks for the
account. Of a mail only what says that its sender was checked (SPF, DKIM, DMARC) counts: that the provider signed its call proves who brings
the mail, and not who wrote it. Of other messages a word of a signature is enough. What is named for a proof is not judged.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.open_logins import SIGNED, functions_behind, names_in
from pipeline.system.program.walking import inputs_of, passed_for, walk
from pipeline.system.rules.words import words_of

_TAKES_IN = frozenset({"webhook", "webhooks", "hook", "inbound", "incoming", "mail", "email", "emails", "sms", "message", "messages"})
_SENDER = re.compile(r"(?:e?_?mail_?|message_?)?(?:from|sender)_?(?:full|e?_?mail|address|number|phone)?")
_MAIL = frozenset({"subject", "mailbox", "mailboxhash", "textbody", "htmlbody", "postmark", "sendgrid", "mailgun", "imap"})
_CHECKED = re.compile(r"spf|dkim|dmarc|arc_seal|authentication_?results|sender_?(?:score|verif)|confirm|one_?time|magic", re.IGNORECASE)
_ACCOUNTS = frozenset({"user", "users", "account", "accounts", "customer", "customers", "member", "members", "tenant", "contact", "owner"})
_ASKS = re.compile(
    r"(?:get|find|fetch|load|look|resolve|upsert|ensure|create|process|identify|select|query|filter|where|first|by)", re.IGNORECASE
)
_NOT_FOR_IT = frozenset({"send", "notify", "log", "format", "print", "reply", "welcome", "debug", "info", "track"})
_SAME = frozenset(
    {"strip", "trim", "lower", "toLowerCase", "get", "normalize", "parseaddr", "split", "replace", "str", "String", "casefold"}
)
_MOST, _CALLERS = 40, 6


def mark_message_senders(assembly: Assembly) -> None:
    """Marks routes, each with the line that asks for the account of whoever is named as the sender."""
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind not in ("http_route", "webhook") or str(draft.attributes.get("method") or "POST") not in ("POST", "PUT"):
            continue
        said = {*words_of(str(draft.attributes.get("path") or "")), *words_of(assembly.program.function(reference).name)}
        found = _asked_for(assembly, reference) if not _TAKES_IN.isdisjoint(said) else None
        cited = assembly.cite(found, "sink", "the account is the sender's, as the message names him") if found is not None else None
        if cited is not None:
            draft.attributes["account_by_sender"] = True
            draft.show(cited)


def _asked_for(assembly: Assembly, reference: FunctionRef) -> Node | None:
    functions = functions_behind(assembly, reference)
    names = {"_".join(words_of(name)) for function in functions for name in names_in(assembly, function)}
    proven = _CHECKED if not _MAIL.isdisjoint({word for name in names for word in (name, name.replace("_", ""))}) else SIGNED
    if any(proven.search(name) for name in names):
        return None
    calls = (call for function in functions for call in assembly.calls_in(function))
    return next((call for call in calls if _asks_for_account(assembly, call)), None)


def _asks_for_account(assembly: Assembly, call: Node) -> bool:
    """Whether a call asks for an account, by what it is called or of what, and is given the sender."""
    program = assembly.program
    callee = program.value((call[0], program.value(call).inputs[0]))
    base = program.value((call[0], callee.inputs[0])).text if callee.kind == "attribute" and callee.inputs else ""
    said = words_of(callee.text)
    if not _NOT_FOR_IT.isdisjoint(said) or _ACCOUNTS.isdisjoint({*said, *words_of(base)}) or not any(map(_ASKS.match, said)):
        return False
    return any(_is_sender(assembly, given) for given in inputs_of(program, call)[1:])


def _is_sender(assembly: Assembly, given: Node) -> bool:
    program = assembly.program

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        if value.kind in ("collection", "choice", "guarded", "await", "format"):
            return inputs_of(program, node)
        if value.kind == "operation" and value.text in ("==", "==="):
            return inputs_of(program, node)
        if value.kind == "parameter":
            return passed_for(program, node, _CALLERS)
        if value.kind == "name":
            return [one for one in program.origins(node) if one != node]
        if value.kind == "call":
            callee = program.value((node[0], value.inputs[0]))
            if callee.text in _SAME:
                return [*((node[0], one) for one in callee.inputs[:1]), *inputs_of(program, node)[1:]]
        return []

    for node in walk(given, onward, _MOST, nearest_first=True):
        value = program.value(node)
        key = program.constant((node[0], value.inputs[1])) if value.kind == "call" and len(value.inputs) > 1 else None
        asked = value.kind == "call" and program.value((node[0], value.inputs[0])).text == "get" and isinstance(key, str)
        name = str(key) if asked else value.text if value.kind in ("attribute", "index") else ""
        if name and _SENDER.fullmatch("_".join(words_of(name))):
            return True
    return False
