"""MCP servers that hand strangers' text to the model they let act: an inbox is read in the session that sends messages.

Takes an assembly whose tools have their effects; ties a server to its tools that return what others wrote (`reads_strangers`) and to those
that change something without asking a person (`acts_unasked`), where it has both. What others wrote is told by where an answer comes from,
or by what a reading tool is called: mails, messages, pages, issues. What a command prints on another machine is what its files and logs
say, so one tool that runs commands there both reads and acts. A confirmation that is an argument is the model's own to give. Where an
agent of the same tree reads what MCP tools return, the threats to that agent tell it, and who must ask is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.folders import together
from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.model import Flow
from pipeline.system.rules.words import words_of

_READING = frozenset({
    "get", "list", "read", "search", "fetch", "find", "show", "view", "browse", "scrape", "crawl", "extract", "summarize", "download",
    "query",
})  # fmt: skip
# What others write and send unasked, or put where anybody may: the last words that such a thing is called by.
_STRANGERS = frozenset({
    "message", "messages", "inbox", "conversation", "conversations", "mail", "mails", "email", "emails", "thread", "threads", "comment",
    "comments", "review", "reviews", "issue", "issues", "ticket", "tickets", "discussion", "discussions", "web", "webpage", "webpages",
    "website", "page", "pages", "url", "feed", "feeds", "news", "post", "posts", "tweet", "tweets", "timeline", "article", "articles",
    "transcript", "transcripts", "entry", "entries", "replies", "mentions", "notifications", "dm", "dms", "dialogs", "submissions",
})  # fmt: skip
# What a tool is told by beside its thing: `list_message_templates` tells of templates.
_ABOUT = frozenset({
    "template", "templates", "type", "types", "label", "labels", "status", "count", "settings", "schema", "config", "id", "ids", "folder",
    "folders", "metadata", "fields", "stats", "info", "categories", "permissions", "size", "screenshot", "logs", "log",
})  # fmt: skip
_BY_OTHERS = frozenset({"web_content", "uploaded_file", "retrieved_text", "user_feedback"})
_DONE = frozenset({"payment", "message", "deletion", "write", "execute", "shell"})
_READERS = frozenset({"agent", "hosted_llm", "local_llm"})
# What a server does to itself: its session, its cache, its own notes.
_ITS_OWN = frozenset({
    "session", "sessions", "login", "logout", "cache", "connection", "connections", "config", "configuration", "log", "logs", "index",
    "credentials", "token", "browser",
})  # fmt: skip


def relate_mixing_servers(assembly: Assembly) -> None:
    """Ties servers to what they read and what they do, where they do both."""
    drafts = assembly.drafts.by_id
    if any(drafts[source].kind == "mcp_client" and drafts[target].kind in _READERS for source, target, _role in assembly.flows):
        return
    servers = {identity: draft for identity, draft in drafts.items() if draft.kind == "mcp_server" and draft.nodes}
    tools = {identity: draft for identity, draft in sorted(drafts.items()) if draft.kind == "mcp_tool" and draft.evidence}
    asked = {one for (kind, _place), (covered, _cited) in assembly.controls.items() if kind == "human_approval" for one in covered}
    for server, draft in sorted(servers.items()):
        own = [tool for tool in tools if _server_of(tools[tool], servers) == server and tool not in asked]
        reading = [tool for tool in own if _reads_strangers(assembly, tool, tools[tool])]
        acting = [tool for tool in own if _acts(tools[tool])]
        if reading and acting and not draft.attributes.get("examples_only"):
            for tool, attribute in (*((t, "reads_strangers") for t in reading), *((t, "acts_unasked") for t in acting)):
                tools[tool].attributes[attribute] = True
                assembly.relate(server, "serves", tool, tools[tool].evidence[0])


def _server_of(tool: Draft, servers: dict[str, Draft]) -> str:
    """The server that stands nearest to a tool in the folders of the tree."""
    path = tool.evidence[0].path.split("/")
    near = sorted((-_shared(path, draft), identity) for identity, draft in servers.items() if draft.evidence)
    return near[0][1] if near else ""


def _shared(path: list[str], server: Draft) -> int:
    return max(together(path, place.path.split("/")) for place in server.evidence)


def _reads_strangers(assembly: Assembly, identity: str, tool: Draft) -> bool:
    words = words_of(tool.name)
    if _tells_of_machines(assembly, identity):
        return True
    if tool.attributes.get("side_effect") is True and not set(words[:2]) & _READING:
        return False
    if any(_BY_OTHERS & set(flow.carries) for flow in _answers(assembly, identity)):
        return True
    return bool(set(words[:3]) & _READING and set(words) & _STRANGERS and not set(words[-1:]) & _ABOUT)


def _tells_of_machines(assembly: Assembly, identity: str) -> bool:
    """Whether files, logs or screens of other machines come back: others write there.

    A command that the model wrote, whole or in part, prints them as well; that its output is the answer need not be followed.
    """
    drafts = assembly.drafts.by_id
    read = {flow.source for flow in _answers(assembly, identity)}
    typed = {target for source, target, role in assembly.flows if source == identity and role == "shell"}
    return any(drafts[one].attributes.get("on_other_machine") is True for one in read | typed if one in drafts)


def _answers(assembly: Assembly, identity: str) -> Iterator[Flow]:
    for (source, target, role), flows in assembly.flows.items():
        if target == identity and role == "response":
            yield from flows if source != identity else ()


def _acts(tool: Draft) -> bool:
    effects = tool.attributes.get("effects")
    words = words_of(tool.name)
    if tool.attributes.get("side_effect") is not True or not isinstance(effects, tuple) or tool.attributes.get("read_only") is True:
        return False
    return bool(_DONE & set(effects)) and not set(words[:2]) & _READING and not set(words) & _ITS_OWN
