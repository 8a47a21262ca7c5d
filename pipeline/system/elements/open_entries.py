"""Routes that delete or overwrite an entry, or all, of what is stored, whatever it is of: articles, products, plates, connections.

Takes an assembly whose entries and ties are known, yields the elements. That something is read by everybody may be meant; that it is
deleted or written over by whoever comes is not. The deed must be said by the method of the request, its address or its function, and be
done behind it: a statement as text (`DELETE FROM`), a call of a mapper that deletes by its name (`deleteById`), a folder that is removed,
a flow that ends in a deletion or a store. Short names (`remove`, `del`) are those of lists as well and count where a store is known
behind the route. What a session, a cache, a basket or a job of the caller's own loses by such a route is no entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.elements.address_segments import VARIABLE
from pipeline.system.elements.stored_behind import MOST, called, hands_on, is_outside, statement_of, stores_behind
from pipeline.system.rules.words import words_of

_DEED = frozenset({"delete", "remove", "clear", "wipe", "purge", "destroy", "drop", "erase", "truncate"})
# Of one's own or of nobody's, what ends by itself, or no entry at all.
_OTHERWISE = frozenset({
    "me", "my", "mine", "self", "own", "current", "login", "logout", "signin", "signup", "signout", "register", "password", "token",
    "tokens", "cookie", "cookies", "cache", "caches", "cart", "carts", "basket", "job", "jobs", "task", "tasks", "run", "runs", "queue",
    "webhook", "webhooks", "subscription", "subscriptions", "unsubscribe", "like", "likes", "vote", "votes", "favorite", "favorites",
    "favourite", "favourites", "filter", "filters", "session", "sessions", "temp", "tmp", "public", "shared", "share", "demo", "auth",
    "test", "tests", "health", "sandbox", "sandboxes", "preview", "previews", "alerts", "notification", "notifications", "stream",
    "streams", "lock", "locks",
})  # fmt: skip
_DELETES = re.compile(
    r"delete(?:One|Many|ById|By[A-Z]\w*|All\w*|Item\w*|_one|_many|_by_\w+|_item)(?:Async)?|ExecuteDelete(?:Async)?|destroy|truncate"
    r"|findByIdAndDelete|findOneAndDelete|find_one_and_delete|findByIdAndRemove|hdel|removeAll|RemoveRange|drop_collection|dropCollection"
)
_DELETES_OF_STORE = re.compile(r"(?:delete|remove|destroy|del|Del|Delete|Remove|DeleteAsync|RemoveAsync|unlink|rm|zrem|srem|lrem)")
_DELETES_FILES = frozenset({"rmtree", "unlink", "unlinkSync", "rm", "rmSync", "RemoveAll", "deleteIfExists"})
_FILES = {"remove": "os", "Remove": "os", "removedirs": "os", "Delete": "File", "delete": "Files"}  # by their method, what has it
_OVERWRITES = frozenset({"update", "replace"})
_CHANGED = frozenset({"store_write", "deletion"})
_TOLD_OF = ("runs_inference", "returns_model_reply", "anybodys_conversation", "brings_own_store", "governs_model", "governs_index")


def changed_entries(assembly: Assembly) -> Iterator[str]:
    """Elements of routes that delete or overwrite what is stored."""
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind != "http_route" or draft.attributes.get("authenticated") is not False or _is_another_matter(assembly, identity):
            continue
        method = str(draft.attributes.get("method") or "")
        parts = [part for part in str(draft.attributes.get("path") or "").split("/") if part]
        plain = [words_of(part) for part in parts if not VARIABLE.match(part)]
        done = words_of(assembly.program.function(reference).name)
        said = {word for words in plain for word in words} | set(done)
        if not plain or not _OTHERWISE.isdisjoint(said):
            continue
        deletes = method == "DELETE" or (method in ("POST", "") and any(words[:1] and words[0] in _DEED for words in (plain[-1], done)))
        writes = method in ("PUT", "PATCH") and bool(parts) and any(VARIABLE.match(part) for part in parts)
        if (deletes or writes) and _is_done(assembly, reference, identity, overwrites=writes):
            yield identity


def _is_another_matter(assembly: Assembly, identity: str) -> bool:
    """Whether a route runs a model, or what it changes is told of as an index, an agent or somebody's conversation."""
    attributes = assembly.draft(identity).attributes
    if any(attributes.get(one) is True for one in _TOLD_OF):
        return True
    return any(
        source == identity and role in ("deletion", "index_write") and assembly.draft(target).kind in ("vector_store", "retriever")
        for source, target, role in assembly.flows
    )


def _is_done(assembly: Assembly, reference: FunctionRef, identity: str, *, overwrites: bool) -> bool:
    """Whether what the route says is done to something stored, and not handed on to another service."""
    stores = stores_behind(assembly, identity)
    kept = {one for one in stores if assembly.draft(one).kind == "data_store"}
    if any(
        assembly.draft(t).kind in ("external_service", "web_content", "api")
        for (s, k, t) in assembly.relations
        if s == identity and k == "calls"
    ):
        return False
    found = any(
        source == identity and target in kept and (role == "deletion" or (overwrites and role in _CHANGED))
        for source, target, role in assembly.flows
    ) or (not overwrites and any(assembly.draft(one).attributes.get("effect") == "deletion" for one in kept))
    for function in sorted(assembly.reach(reference))[:MOST]:
        for call in assembly.calls_in(function):
            named, of = called(assembly, call)
            deed = statement_of(assembly, call)
            if deed:
                found = found or deed in ("delete", "truncate") or (overwrites and deed in _OVERWRITES)
                continue
            if hands_on(named, of):
                return False
            if found or overwrites or not of or not is_outside(assembly, call):
                continue
            found = (
                named in _DELETES_FILES
                or _FILES.get(named) == of
                or _DELETES.fullmatch(named) is not None
                or (bool(kept) and _DELETES_OF_STORE.fullmatch(named) is not None)
            )
    return found
