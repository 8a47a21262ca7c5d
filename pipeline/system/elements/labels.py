"""What a call gives back, as data: text of outsiders, records of a service, a credential."""

from __future__ import annotations

import re

from ingest.code.program import Node, Program
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.model import Label
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import CallSite
from pipeline.system.rules.words import mentions, words_of

_WRITTEN_BY_ANYONE = ("wiki", "forum", "page", "pages", "web", "website", "scrape", "scraper", "scraped", "crawl", "crawler", "html",
"feed", "rss", "news", "reddit",
                      "twitter", "tweet", "review", "reviews", "comment", "comments", "community", "search", "article", "articles",
                      "fetch_url", "url", "urls", "link", "links",
                      "issue", "issues", "mail", "inbox", "readme", "blog", "post", "posts", "browse")  # fmt: skip

# Words of a name for an address that is the program's own choice, a service it was built against: `baseUrl`, `getUserInfoUrl`.
_OWN_ADDRESS = frozenset(
    {"base", "api", "server", "service", "endpoint", "backend", "host", "oauth", "oauth2", "openid", "auth", "token", "userinfo",
     "callback", "webhook", "health", "gateway", "proxy"}
)  # fmt: skip
_ADDRESSES = frozenset({"url", "urls", "link", "links"})
_IDENTITY = ("userinfo", "user_info", "openid", "oauth", "oauth2", "open_id")  # what a provider says of whoever signs in

_NEAR = 400  # values behind a request in which its answer is looked for
_METHOD = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b")  # a handler that is called by its method is called nothing
_ROOTED = re.compile(r"/(?!/)")
_DEEPEST = 4
_RELATIVE = re.compile(r"/(?!/)|[\w.-]+(?:[/?]|$)")
SECRET_NAMES = ("token", "key", "secret", "password", "passwd", "credential", "credentials", "apikey")


def label_of(assembly: Assembly, site: CallSite, label: Label) -> Label:
    if label == "web_content" and site.rule.kind != "tool":  # what a ready-made tool brings, its rule says
        return _response_label(assembly, site)
    value = assembly.program.value(site.node)
    if label == "environment_value" and any(
        mentions([constant], SECRET_NAMES)
        for given in value.inputs[1:2]
        if isinstance(constant := assembly.program.constant((site.node[0], given)), str)
    ):
        return "secret_value"
    return label


def _response_label(assembly: Assembly, site: CallSite) -> Label:
    """What an HTTP answer is: text that outsiders write, or the data of a service the system was built against.

    Answers to requests that change something, and JSON of a service whose names do not speak of pages, are data.
    """
    program, node = assembly.program, site.node
    method = next((name.rsplit(".", 1)[-1] for name in site.names), "")
    given = argument_node(program, node, "method")  # fetch(url, {method: "POST"})
    asked = program.constant(given) if given is not None else method
    if (isinstance(asked, str) and asked.lower() in ("post", "put", "patch", "delete")) or _is_own(assembly, node):
        return "stored_data"
    facts = program.files[node[0]]
    value = facts.values[node[1]]
    taken = {
        facts.values[user].text for user in range(node[1], min(len(facts.values), node[1] + _NEAR))
        if facts.values[user].kind == "attribute" and node[1] in _behind(facts.values, facts.values[user].inputs[0])
    }  # fmt: skip
    function = facts.functions[value.scope].qualified_name
    asked_at = [text for given in value.inputs[1:3] for text in _texts_of(assembly, (node[0], given))]
    if mentions((function.rpartition(".")[2], *asked_at), _IDENTITY):
        return "stored_data"
    if ("json" not in taken or taken & {"text", "content", "read", "iter_lines"}) and not _is_parsed(program, node):
        return "web_content"
    texts = [facts.path, _METHOD.sub("", function), *(text for text in asked_at if not _is_own_address(text))]
    return "web_content" if mentions(texts, _WRITTEN_BY_ANYONE) else "stored_data"


def _is_own_address(name: str) -> bool:
    """Whether a name is that of an address the program was built against: `baseUrl`, `API_URL`, `getReportsUrl`."""
    words = set(words_of(name))
    return bool(words & _ADDRESSES) and "://" not in name and (bool(words & _OWN_ADDRESS) or name.isupper())


def _is_parsed(program: Program, node: Node) -> bool:
    """Whether the text of an answer is read as JSON: `JSON.parse(await response.text())`."""
    values = program.files[node[0]].values
    held = {node[1]}
    for user in range(node[1] + 1, min(len(values), node[1] + _NEAR)):
        value = values[user]
        if not held.intersection(value.inputs[:2]):
            continue
        callee = values[value.inputs[0]] if value.kind == "call" else value
        if value.kind == "call" and callee.text in ("parse", "loads") and held.intersection(value.inputs[1:2]):
            return True
        if value.kind in ("await", "choice", "guarded") or (callee.kind == "attribute" and callee.text == "text"):
            held.add(user)
    return False


def _is_own(assembly: Assembly, node: Node, depth: int = 0) -> bool:
    """`fetch("/api/items")`: an address without a host is the application's own server.

    In C# it is one of the service that the client was set up for, `new Uri("https+http://catalog")`.
    """
    program = assembly.program
    without_host = _RELATIVE if program.files[node[0]].language == "csharp" else _ROOTED
    for given in program.value(node).inputs[1:2]:
        starts = []
        for origin in program.origins((node[0], given)):
            value = program.value(origin)
            start = (origin[0], value.inputs[0]) if value.kind == "format" and value.inputs else origin
            starts.append(program.constant(start))
        if starts and all(isinstance(start, str) and without_host.match(start) for start in starts):
            return True
    asked = _asked(assembly, node) if depth < _DEEPEST else None  # an answer may be read of itself in a loop
    return asked is not None and _is_own(assembly, asked, depth + 1)


def _asked(assembly: Assembly, node: Node) -> Node | None:
    """The request whose answer is read in a call of its own: `answer.Content.ReadAsStringAsync()`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "call" or program.files[node[0]].language != "csharp":
        return None
    current = (node[0], value.inputs[0])
    while program.value(current).kind == "attribute":
        current = (current[0], program.value(current).inputs[0])
    for origin in program.origins(current):
        while program.value(origin).kind in ("await", "guarded"):
            origin = (origin[0], program.value(origin).inputs[0])
        if program.value(origin).kind == "call" and origin < node and origin[0] == node[0]:
            return origin
    return None


def _behind(values: tuple[Value, ...], identity: int) -> set[int]:
    found = {identity}
    while values[identity].kind in ("await", "choice") and len(values[identity].inputs) == 1:
        identity = values[identity].inputs[0]
        found.add(identity)
    return found


def _texts_of(assembly: Assembly, node: Node) -> list[str]:
    found = []
    for origin in assembly.program.origins(node):
        value = assembly.program.value(origin)
        parts = [value, *(assembly.program.value((origin[0], given)) for given in value.inputs[:6])]
        found += [part.text for part in parts if part.kind in ("constant", "name", "parameter", "attribute")]
    return found
