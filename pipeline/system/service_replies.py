"""Answers of a service that is asked with a credential at a fixed address, told apart from what outsiders write.

The result of an HTTP request counts as text of the web: whoever writes the page writes into the prompt. An interface that is
asked with this system's own key, at a host the code or its operator names, answers about this system's own business, and is
dropped from those sources; unless its name or address says that people write there (issues, messages, pages, search ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.sites import argument_node
from pipeline.system.words import mentions

_CREDENTIAL = re.compile(r"authorization|api[-_]?key|x-[\w-]*token|^token$|subscription-key", re.IGNORECASE)
_WRITTEN_BY_PEOPLE = (
    "search", "web", "webpage", "page", "pages", "scrape", "scraper", "crawl", "crawler", "browse", "browser", "reader", "read",
    "news", "feed", "rss", "issue", "issues", "ticket", "tickets", "comment", "comments", "message", "messages", "mail", "email",
    "emails", "inbox", "post", "posts", "review", "reviews", "wiki", "article", "articles", "thread", "threads", "tweet",
    "tweets", "channel", "channels", "repo", "repos", "pull", "pulls", "gist", "document", "documents", "docs", "file", "files",
    "download", "attachment", "attachments", "note", "notes", "forum", "reddit", "slack", "discord", "jira", "github", "gitlab",
    "notion", "confluence", "zendesk", "content", "contents", "snippet", "snippets", "image", "images",
)  # fmt: skip


def add_service_replies(assembly: Assembly) -> None:
    """Drops such answers from the sources, before data is followed."""
    for node, sources in sorted(assembly.sources.items()):
        kept = [s for s in sources if s.label != "web_content" or assembly.draft(s.element).kind not in ("external_service", "web_content")]
        if len(kept) == len(sources) or not _asked_with_key(assembly, node):
            continue
        said = [assembly.symbol(node), assembly.program.files[node[0]].path, *_texts(assembly, node)]
        if mentions(said, _WRITTEN_BY_PEOPLE):
            continue
        assembly.sources[node] = kept


def _asked_with_key(assembly: Assembly, call: Node) -> bool:
    if assembly.program.value(call).kind != "call":
        return False
    if argument_node(assembly.program, call, "auth") is not None:
        return True
    headers = argument_node(assembly.program, call, "headers")
    if headers is None:
        return False
    return any(
        _CREDENTIAL.search(label)
        for origin in assembly.program.origins(headers)
        for label in assembly.program.value(origin).labels
        if label not in ("", "*", "**")
    )


def _texts(assembly: Assembly, call: Node) -> Iterator[str]:
    """The constant parts of the address that is asked."""
    program = assembly.program
    queue, seen = [(call[0], given) for given in program.value(call).inputs[1:3]], 0
    while queue and seen < 40:
        node = queue.pop()
        seen += 1
        for origin in program.origins(node):
            value = program.value(origin)
            if value.kind == "constant" and value.constant_type == "string":
                yield value.text
            elif value.kind in ("format", "operation"):
                queue += [(origin[0], given) for given in value.inputs]
