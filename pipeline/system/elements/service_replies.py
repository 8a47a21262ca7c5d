"""Answers of a service that is asked with a credential at a fixed address, told apart from what outsiders write.

The result of an HTTP request counts as text of the web: whoever writes the page writes into the prompt. An interface that is
asked with this system's own key, in the headers, the body or the address, at a host the code or its operator names, answers about this
system's own business, and is dropped from those sources; unless its name or address says that people write there (issues,
messages, pages, search ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.access_paths import WRITES_JSON
from pipeline.system.program.arguments import argument_node
from pipeline.system.rules.words import mentions

_CREDENTIAL = re.compile(r"authorization|api[-_]?key|x-[\w-]*token|^token$|subscription-key", re.IGNORECASE)
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})  # `request("POST", url)` is no post that people write
_IN_BODY = re.compile(r"^(\w+_)?(api_?key|secret_?key|access_?token|auth_?token|stripe_?key)$", re.IGNORECASE)
_IN_QUERY = re.compile(r"^((\w+_)?(api_?key|access_?token|auth_?token)|app_?id|appid|key|token)$", re.IGNORECASE)
_KEY_NAME = re.compile(r"(api_?key|access_?token|auth_?token|_token|secret_?key)$", re.IGNORECASE)
_WRITTEN_BY_PEOPLE = (
    "search", "web", "webpage", "page", "pages", "scrape", "scraper", "crawl", "crawler", "browse", "browser", "reader", "read",
    "news", "feed", "rss", "issue", "issues", "ticket", "tickets", "comment", "comments", "message", "messages", "mail", "email",
    "emails", "inbox", "post", "posts", "review", "reviews", "wiki", "article", "articles", "thread", "threads", "tweet",
    "tweets", "channel", "channels", "repo", "repos", "pull", "pulls", "gist", "document", "documents", "docs", "file", "files",
    "download", "attachment", "attachments", "note", "notes", "forum", "reddit", "slack", "discord", "jira", "github", "gitlab",
    "notion", "confluence", "zendesk", "content", "contents", "extract", "snippet", "snippets", "image", "images",
)  # fmt: skip


def add_service_replies(assembly: Assembly) -> None:
    """Drops such answers from the sources, before data is followed."""
    for node, sources in sorted(assembly.sources.items()):
        kept = [s for s in sources if s.label != "web_content" or assembly.draft(s.element).kind not in ("external_service", "web_content")]
        if len(kept) == len(sources) or not asked_with_key(assembly, node):
            continue
        said = [assembly.symbol(node), assembly.program.files[node[0]].path, *_texts(assembly, node)]
        if mentions(said, _WRITTEN_BY_PEOPLE):
            continue
        assembly.sources[node] = kept


def asked_with_key(assembly: Assembly, call: Node) -> bool:
    """Whether a request carries a credential of the system: in its headers, body, query or address."""
    program = assembly.program
    if program.value(call).kind != "call":
        return False
    for made in (call, *_requests(assembly, call)):
        if argument_node(program, made, "auth") is not None:
            return True
        headers = argument_node(program, made, "headers" if made == call else "headers|2")
        if headers is not None and _holds_key(assembly, headers, _CREDENTIAL):
            return True
        body = argument_node(program, made, "json|data|body" if made == call else "json|data|body|1")
        if body is not None and _holds_key(assembly, body, _IN_BODY):
            return True
        query = argument_node(program, made, "params")
        if query is not None and _holds_key(assembly, query, _IN_QUERY):
            return True
        if _names_key(assembly, made):
            return True
    return False


def _names_key(assembly: Assembly, call: Node) -> bool:
    """Whether a part of the address is called a key: `f"{BASE}/{APP_ID}/{API_KEY}/data"`."""
    program = assembly.program
    queue, seen = [(call[0], given) for given in program.value(call).inputs[1:2]], 0
    while queue and seen < 40:
        node = queue.pop()
        seen += 1
        value = program.value(node)
        if value.kind in ("name", "attribute") and _KEY_NAME.search(value.text):
            return True
        if value.kind in ("format", "operation"):
            queue += [(node[0], given) for given in value.inputs]
        elif value.kind in ("name", "choice", "guarded"):
            queue += [
                origin for origin in program.origins(node) if origin != node and program.value(origin).kind in ("format", "operation")
            ]
    return False


def _requests(assembly: Assembly, call: Node) -> list[Node]:
    """Requests that are made first and sent then: `urlopen(Request(url, data, headers))`."""
    program = assembly.program
    given = [origin for part in program.value(call).inputs[1:2] for origin in program.origins((call[0], part))]
    made = [origin for origin in given if program.value(origin).kind == "call"]
    return [origin for origin in made if program.value((origin[0], program.value(origin).inputs[0])).text.rsplit(".", 1)[-1] == "Request"]


def _holds_key(assembly: Assembly, node: Node, wanted: re.Pattern[str]) -> bool:
    """Whether an object, or the text it is written as, has an entry for a credential."""
    program, queue, seen = assembly.program, [node], 0
    while queue and seen < 12:
        current = queue.pop()
        seen += 1
        for origin in program.origins(current):
            value = program.value(origin)
            if value.kind == "collection" and any(wanted.search(label) for label in value.labels if label not in ("", "*", "**")):
                return True
            if value.kind == "update":
                queue.append((origin[0], value.inputs[0]))
            elif value.kind == "call" and WRITES_JSON & set(program.names((origin[0], value.inputs[0]))) and len(value.inputs) > 1:
                queue.append((origin[0], value.inputs[1]))
    return False


def _texts(assembly: Assembly, call: Node) -> Iterator[str]:
    """The constant parts of the address that is asked."""
    program = assembly.program
    queue, seen = [(call[0], given) for given in program.value(call).inputs[1:3]], 0
    while queue and seen < 40:
        node = queue.pop()
        seen += 1
        for origin in program.origins(node):
            value = program.value(origin)
            if value.kind == "constant" and value.constant_type == "string" and value.text not in _METHODS:
                yield value.text
            elif value.kind in ("format", "operation"):
                queue += [(origin[0], given) for given in value.inputs]
