"""Routes that list, open, change or delete stored conversations, records about people, or documents that were handed in.

Takes an assembly whose entries and ties are known and marks `gives_records` with what they are; whether such a route asks who somebody is,
is for `authenticated` to say. A list is told by its address (`GET /conversations`) or by what is done and to what (`list_users`), a single
record by a number behind such a word. A number that nobody can guess is a key of its own, so that one record counts where its number is
counted upwards or names a person, or where the program lists such records as well. So does one whose number comes with the request
(`DELETE /sessions?id=`), and a route that answers with what a graph or a memory keeps of a conversation, whatever its address. Something
stored must be behind the route: a store that is known, a call that asks one, or a list of the program's own. Routes that hand a request on
to another service are left alone, for they may hand on who asks. Documents count where strangers hand them in by an open route as well:
those that only staff put there may be meant for everybody to read, and then only a route that changes or deletes them counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.elements.address_segments import VARIABLE
from pipeline.system.elements.open_entries import changed_entries
from pipeline.system.elements.stored_behind import is_stored
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

CONVERSATIONS, PEOPLE, DOCUMENTS, ENTRIES = "conversations", "people", "documents", "entries"
_CONVERSATIONS = frozenset({"conversation", "chat", "thread", "transcript", "dialogue", "message"})
_SESSIONS = frozenset({"session"})  # of a chat, where the program has no other
_PEOPLE = frozenset({
    "user", "customer", "patient", "employee", "member", "student", "candidate", "applicant", "person", "identity", "face", "lead", "guest",
    "resident", "visitor", "citizen", "contact", "subscriber", "passenger", "appointment", "booking", "reservation", "prescription",
    "plate",
})  # fmt: skip
_DOCUMENTS = frozenset({"document", "file", "attachment", "resume", "cv", "contract", "invoice", "receipt", "recording", "pdf"})
_TAKES = frozenset({"upload", "ingest", "add", "create", "import", "submit"})
_IRREGULAR = {"people": "person", "identities": "identity", "histories": "history", "memories": "memory"}
_LISTS = frozenset({"list", "all", "search", "find", "query", "browse", "export"})
_GETS = frozenset({"get", "read", "fetch", "load", "list", "show", "view", "return", "retrieve", "index", "all", "find"})
_CHANGES = frozenset({"delete", "remove", "update", "edit", "rename", "clear"})
# Of one's own, of nobody in particular, or no record at all.
_OTHERWISE = frozenset({
    "me", "my", "mine", "self", "own", "current", "login", "logout", "signin", "signup", "register", "registration", "token", "health",
    "status", "stats", "statistics", "count", "counts", "stream", "completions", "new", "start", "create", "send", "upload", "webhook",
    "config", "settings", "schema", "options", "types", "categories", "templates", "example", "examples", "prompts", "suggestions",
    "invite", "verify", "reset", "password", "exists", "available", "summary", "usage", "providers", "tools", "feedback", "ping", "models",
})  # fmt: skip
_ABOUT_MODELS = frozenset({  # what a model says of somebody is no record of theirs
    "recommend", "recommendation", "recommendations", "recs", "predict", "prediction", "predictions", "similar", "score", "scores",
    "feature", "features", "embedding", "embeddings", "segment", "churn",
})  # fmt: skip
_FOR_ALL = frozenset({"public", "shared", "share", "demo", "auth"})
_NAMED_FOR_PEOPLE = re.compile(
    r"(?:user|customer|patient|employee|member|student|person|client)_?(?:id|name|email|no|number)?|e?mail|phone\w*|ip"
)
_NUMBERS = frozenset({"int", "integer", "long", "short", "int32", "int64", "uint", "number", "parseintpipe", "i32", "i64", "u32", "u64"})
_COUNTED = frozenset({"parseInt", "Number", "Atoi", "ParseInt", "ParseUint", "int", "parseLong", "Parse"})
_KEEPERS = frozenset({"agent", "memory"})


@dataclass(frozen=True, slots=True)
class _Route:
    reference: FunctionRef
    identity: str
    what: str
    number: str  # the variable of its address that names one record; empty for a list
    is_sent: bool = False  # the number of the one record comes otherwise with the request


def mark_open_records(assembly: Assembly) -> None:
    """`gives_records` at each."""
    routes = [
        route for reference, identity in sorted(assembly.entry_of_function.items()) if (route := _route(assembly, reference, identity))
    ]
    stored = [route for route in routes if is_stored(assembly, route.reference, route.identity)]
    stored += _kept_by_graphs(assembly, {route.identity for route in routes})
    listed = {route.what for route in stored if (not route.number and not route.is_sent) or _NAMED_FOR_PEOPLE.fullmatch(route.number)}
    handed_in = any(route.what == DOCUMENTS for route in stored) and _takes_documents(assembly)
    for route in stored:
        if route.what == DOCUMENTS and not _is_of_callers(assembly, route, handed_in):
            continue
        if route.what in listed or _is_counted(assembly, route):
            assembly.draft(route.identity).attributes["gives_records"] = route.what
    for identity in changed_entries(assembly):
        assembly.draft(identity).attributes.setdefault("gives_records", ENTRIES)


def _takes_documents(assembly: Assembly) -> bool:
    """Whether a route that asks nobody who they are takes documents: `POST /documents`, `POST /upload`."""
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind != "http_route" or draft.attributes.get("authenticated") is not False:
            continue
        if draft.attributes.get("method") not in ("POST", "PUT") or draft.attributes.get("returns_model_reply"):
            continue
        parts = [part for part in str(draft.attributes.get("path") or "").split("/") if part and not VARIABLE.match(part)]
        said = [*(words_of(parts[-1]) if parts else []), *words_of(assembly.program.function(reference).name)]
        if not _TAKES.isdisjoint(said) and any(_singular(word) in _DOCUMENTS or word in ("upload", "ingest") for word in said):
            return True
        if parts and _noun(words_of(parts[-1])) == DOCUMENTS and not _LISTS.intersection(said):
            return True
    return False


def _is_of_callers(assembly: Assembly, route: _Route, handed_in: bool) -> bool:
    """Whether documents behind a route are not meant for everybody; that it empties an index is said there."""
    method = str(assembly.draft(route.identity).attributes.get("method") or "")
    deletes = any(
        source == route.identity and role in ("deletion", "index_write") and assembly.draft(target).kind in ("vector_store", "retriever")
        for source, target, role in assembly.flows
    )
    return not deletes and (handed_in or method in ("PUT", "PATCH", "DELETE"))


def _route(assembly: Assembly, reference: FunctionRef, identity: str) -> _Route | None:
    """What a route gives by its address and name; None for any other."""
    draft = assembly.draft(identity)
    if draft.kind != "http_route" or draft.attributes.get("anybodys_conversation"):  # that whose it is, is not asked, says it all
        return None
    method = str(draft.attributes.get("method") or "")
    done = words_of(assembly.program.function(reference).name)
    parts = [part for part in str(draft.attributes.get("path") or "").split("/") if part]
    nouns = [_noun([*_before(parts, i), *words_of(parts[i])]) if not VARIABLE.match(parts[i]) else "" for i in range(len(parts))]
    at = next((i for i in range(len(parts) - 1, -1, -1) if nouns[i]), None)
    said = [word for i, part in enumerate(parts) if not VARIABLE.match(part) for word in words_of(part) if at is None or i >= at]
    if not _OTHERWISE.isdisjoint([*said, *done]) or not _FOR_ALL.isdisjoint(word for part in parts for word in words_of(part)):
        return None
    behind = [part for part in parts[at + 1 :] if VARIABLE.match(part)] if at is not None else []
    before = [part for part in parts[:at] if VARIABLE.match(part)] if at is not None else []
    if at is not None and (what := nouns[at]):
        words = words_of(parts[at])
        if behind and method in ("GET", "PUT", "PATCH", "DELETE", ""):
            return _Route(reference, identity, what, _plain(behind[0]))
        listing = method in ("GET", "") and (
            _is_plural(words[-1]) or not _LISTS.isdisjoint([*words, *(w for p in parts[at + 1 :] for w in words_of(p))])
        )
        if not behind and (listing or (not _LISTS.isdisjoint(words) and method == "POST")):
            return _Route(reference, identity, what, _plain(before[-1]) if before else "")
        if not behind and words[-1] == "history" and method in ("GET", ""):
            return _Route(reference, identity, what, _plain(before[-1]) if before else "", is_sent=not before)
        changes = ("DELETE",) if what == DOCUMENTS else ("PUT", "PATCH", "DELETE")  # a file is handed in by PUT
        if not behind and method in changes and _is_plural(words[-1]):
            return _Route(reference, identity, what, _plain(before[-1]) if before else "", is_sent=True)
    variables = [words_of(_plain(part)) for part in parts if VARIABLE.match(part)]
    by_number = at is None and method == "GET" and bool(variables) and variables[-1][-1:] == ["id"]
    if by_number and _ABOUT_MODELS.isdisjoint([*said, *done]) and (what := _noun(variables[-1][:-1])):
        return _Route(reference, identity, what, "_".join(variables[-1]))  # `/analysis/{cv_id}`, `/balance/{customer_id}`
    if method not in ("POST", "PUT", "PATCH", "DELETE") and done and done[0] in _GETS:
        told, by = (done[1 : done.index("by")], done[done.index("by") + 1 :]) if "by" in done else (done[1:], [])
        named = any(VARIABLE.match(part) for part in parts)
        if told and _is_plural(told[-1]) and not named and (what := _noun(told)):
            return _Route(reference, identity, what, "_".join(by))
    return None


def _kept_by_graphs(assembly: Assembly, known: set[str]) -> list[_Route]:
    """Routes that read and answer with what a graph or a memory keeps: `return (await graph.getState({ thread_id })).values`."""
    kept = {
        target
        for (source, target, role), flows in assembly.flows.items()
        if role == "response" and assembly.draft(source).kind in _KEEPERS and any("stored_data" in flow.carries for flow in flows)
    }
    return [
        _Route(reference, identity, CONVERSATIONS, "", is_sent=True)
        for reference, identity in sorted(assembly.entry_of_function.items())
        if identity in kept - known
        and (draft := assembly.draft(identity)).kind == "http_route"
        and draft.attributes.get("method") in ("GET", "")
        and not draft.attributes.get("anybodys_conversation")
    ]


def _before(parts: list[str], at: int) -> list[str]:
    """What a history is of, where it stands in the part before: `/chat/history`."""
    said = at and words_of(parts[at]) in (["history"], ["memory"]) and not VARIABLE.match(parts[at - 1])
    return words_of(parts[at - 1])[-1:] if said else []


def _noun(words: list[str]) -> str:
    """Conversations, people, documents, or none of them, by the last word that is no deed."""
    told = [word for word in words if word not in _LISTS]
    if not told:
        return ""
    last = _singular(told[-1])
    if last in _CONVERSATIONS or (last in ("history", "memory") and len(told) > 1 and _singular(told[-2]) in _CONVERSATIONS):
        return CONVERSATIONS
    if last in _SESSIONS:
        return CONVERSATIONS
    if last in _DOCUMENTS:
        return DOCUMENTS
    return PEOPLE if last in _PEOPLE else ""


def _singular(word: str) -> str:
    return _IRREGULAR.get(word, word.removesuffix("s"))


def _is_plural(word: str) -> bool:
    return word in _IRREGULAR or word.endswith("s")


def _plain(variable: str) -> str:
    """Of `{user_id}`, `:userId`, `<int:user_id>` the name, its words joined."""
    return "_".join(words_of(re.sub(r"^\W*(?:\w+:(?=\w))?", "", variable)))


def _is_counted(assembly: Assembly, route: _Route) -> bool:
    """Whether the number of a record is one that is counted upwards: a parameter of a number's type, or text that is made a number."""
    program, (file, scope) = assembly.program, route.reference
    for parameter in program.function(route.reference).parameters:
        if "_".join(words_of(parameter.name)) == route.number:
            declared = [(file, node) for node in (parameter.annotation, parameter.default) if node is not None]
            said = [program.value(part).text for node in declared for part in inside(program, node, 8)]
            if any(text.rsplit(".", 1)[-1].lower().lstrip("@") in _NUMBERS for text in said):
                return True
    facts = program.files[file]
    for value in facts.values:
        if value.scope == scope and value.kind == "call" and facts.values[value.inputs[0]].text.rsplit(".", 1)[-1] in _COUNTED:
            given = [
                one
                for argument in value.inputs[1:]
                for one in (facts.values[argument], *(facts.values[i] for i in facts.values[argument].inputs))
            ]
            if any("_".join(words_of(one.text)) == route.number for one in given):
                return True
    return False
