"""Tools that bring what others wrote, told by what they are called, what they say of themselves, or which service they ask.

Takes an assembly whose flows are known; gives a tool that searches the web, fetches pages or reads a mailbox a flow of `web_content` from
outside, where no way of the data has one: a search service is often asked by a plain request, a client of the project's own or another
process, and its answer then looks like the data of a service. What tools of MCP servers return is told where these servers are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.elements.tool_parts import calls_of, entries, reach_of
from pipeline.system.model import Flow
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_OUTSIDE = frozenset({"web_content", "uploaded_file", "retrieved_text", "user_feedback"})
_SEARCHES = frozenset({"search", "lookup", "find", "query", "research"})
_FETCHES = frozenset(
    {"fetch", "scrape", "scraper", "crawl", "crawler", "browse", "read", "visit", "view", "open", "extract", "load", "retrieve"}
)
_TAKES = _SEARCHES | _FETCHES | {"get", "list"}
# What is taken of what, by the words of a tool's name.
_NAMED: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"web", "internet", "google", "bing", "duckduckgo", "ddg", "brave", "serper", "serpapi", "tavily", "online"}), _SEARCHES),
    (frozenset({"web", "webpage", "webpages", "website", "websites", "url", "urls", "page", "pages", "http", "site"}), _FETCHES),
    (frozenset({"webpage", "website", "web", "http"}), frozenset({"get"})),
    (frozenset({"inbox", "emails", "mails", "gmail", "mailbox"}), _TAKES - {"load"}),
    (frozenset({"wikipedia", "reddit", "news", "rss", "tweets"}), _TAKES),
)
# What is found in the own things of a system, whatever page it lies on.
_OWN = frozenset({
    "knowledge", "kb", "docs", "document", "documents", "db", "database", "memory", "catalog", "product", "products", "order", "orders",
    "internal", "landing", "template", "templates", "calendar", "drive", "maps", "file", "files", "id", "count", "number", "title",
})  # fmt: skip
_SAYS = re.compile(
    r"(?i)\b(?:search(?:es|ing)?|brows(?:e|es|ing)|scrap(?:e|es|ing)|crawl(?:s|ing)?|look(?:s|ing)? up)\b[^.\n]{0,40}"
    r"\b(?:the (?:inter)?(?:web|net)\b|internet|world wide web|google|duckduckgo|bing)\b"
    r"|\b(?:fetch|retriev|read|load|visit|scrap)\w*\b[^.\n]{0,40}\b(?:web ?pages?|web ?sites?|(?:a|any|the|given|specified) url)\b"
)
_SERVICES = re.compile(
    r"google\.serper\.dev|serpapi\.com|api\.tavily\.com|api\.search\.brave\.com|api\.bing\.microsoft\.com|customsearch/v1|api\.exa\.ai"
    r"|api\.firecrawl\.dev|[rs]\.jina\.ai|(?:html|api|lite)\.duckduckgo\.com|\bwikipedia\.org/(?:w|wiki|api)|newsapi\.org|hn\.algolia\.com"
)
_WRITTEN = frozenset({"constant", "format", "parameter", "collection"})
_MOST_PARTS = 80
_SHORT = 300  # characters of what a tool says of itself: its first lines tell what it does


def add_web_results(assembly: Assembly) -> None:
    """Flows of what others wrote into the tools that bring it."""
    brought = {
        target for (_source, target, role), flows in assembly.flows.items()
        if role == "response" and any(_OUTSIDE & set(flow.carries) for flow in flows)
    }  # fmt: skip
    for reference, tool in list(entries(assembly)):
        draft = assembly.draft(tool)
        if draft.kind != "tool" or tool in brought or draft.attributes.get("side_effect") is True:
            continue
        place = _asked(assembly, reference, tool)
        if (
            place is None
            and (_is_named(draft.name) or _SAYS.search(_said(assembly, reference)))
            and _calls_something(assembly, reference, tool)
            and not _makes_it_up(assembly, reference)
        ):
            place = draft.nodes[0] if draft.nodes else None
            evidence = assembly.function_evidence(reference, "source") if place is None else assembly.cite(place, "source")
        else:
            evidence = assembly.cite(place, "source") if place is not None else None
        if evidence is None:
            continue
        web = assembly.element_of_call.get(place) if place is not None else None
        if web is None or assembly.draft(web).kind != "web_content":
            web = assembly.drafts.put("web_content", f"{draft.name} (web)", "internet", {}, evidence)
        flow = Flow(id=f"{web}->{tool}:brings", source=web, target=tool, carries=("web_content",), role="response", steps=(evidence,))
        assembly.flow(flow)
        brought.add(tool)


def _is_named(name: str) -> bool:
    words = set(words_of(name))
    return not words & _OWN and any(words & things and words & deeds for things, deeds in _NAMED)


def _said(assembly: Assembly, reference: FunctionRef) -> str:
    """What a tool says of itself: its docstring, or the words of its marks, `[Description("Searches the web")]`."""
    program, function = assembly.program, assembly.program.function(reference)
    marks = (program.value((reference[0], mark)) for mark in function.decorators)
    given = (program.constant((reference[0], one)) for mark in marks if mark.kind == "call" for one in mark.inputs[1:3])
    return " ".join([function.docstring, *(said for said in given if isinstance(said, str))])[:_SHORT]


def _calls_something(assembly: Assembly, reference: FunctionRef, tool: str) -> bool:
    """Whether a tool calls more than the language and its logs."""
    return any(
        assembly.element_of_call.get(call) or assembly.program.targets(call) or not _is_plain(assembly, call)
        for call in calls_of(assembly, reference, tool)
    )


def _makes_it_up(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether all that a tool answers is written down or what it was asked: a stand-in for one that is to come brings nobody's words."""
    program = assembly.program
    answers = [(reference[0], one) for one in program.function(reference).returns]
    parts = [part for answer in answers for part in inside(program, answer, _MOST_PARTS)]
    said = [program.value(part) for part in parts]
    return (
        bool(answers)
        and len(parts) < _MOST_PARTS
        and all(value.kind in _WRITTEN or _is_asked(program, part) for value, part in zip(said, parts, strict=True))
        and any(value.kind == "constant" and len(value.text.split()) > 1 for value in said)
    )


def _is_asked(program: Program, node: Node) -> bool:
    """Whether a value is one of several things that a tool is asked with: `async ({ query }) => ...`."""
    value = program.value(node)
    base = program.value((node[0], value.inputs[0])) if value.kind == "attribute" else value
    return value.kind == "attribute" and base.kind == "parameter" and base.text == "{}"


def _is_plain(assembly: Assembly, call: Node) -> bool:
    names = assembly.program.callee_names(call)
    return bool(names) and all(
        name.startswith(
            ("builtins.", "globalThis.console", "java.lang.", "kotlin.io.", "logging.", "System.Console.", "System.Threading.Tasks.Task.")
        )
        for name in names
    )


def _asked(assembly: Assembly, reference: FunctionRef, tool: str) -> Node | None:
    """Where a tool names the address of a service that searches or fetches the web."""
    program = assembly.program
    for function in sorted(reach_of(assembly, reference, tool)):
        for call in calls_of(assembly, function, tool) if function == reference else assembly.calls_in(function):
            for text, node in _texts(assembly, call):
                if _SERVICES.search(text) and program.value(node).line:
                    return call
    return None


def _texts(assembly: Assembly, call: Node) -> Iterator[tuple[str, Node]]:
    """The literal parts of what a call is given first."""
    program = assembly.program
    for given in program.value(call).inputs[1:3]:
        for origin in program.origins((call[0], given)):
            value = program.value(origin)
            parts = [(origin[0], one) for one in value.inputs] if value.kind in ("format", "operation") else [origin]
            yield from ((program.value(one).text, one) for one in parts if program.value(one).kind == "constant")
