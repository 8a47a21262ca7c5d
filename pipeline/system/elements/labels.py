"""What a call gives back, as data: text of outsiders, records of a service, a credential."""

from __future__ import annotations

import re
from collections.abc import Container

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
_BODIES = frozenset({"text", "content", "read", "iter_lines"})
_PARSES = frozenset({"parse", "loads", "Deserialize", "DeserializeObject", "Parse"})
_CHANGES = re.compile(r"(?i)(?:post|put|patch|delete)(?:\w*async)?")  # in C# the word has company: `PostAsJsonAsync`
# What a request is called that leaves something with a service: its answer says how that went, and which number it has.
_LEAVES = frozenset({"create", "add", "insert", "upload", "send", "save", "update", "register", "submit", "notify", "publish", "upsert",
                    "delete", "remove", "assign", "transition"})  # fmt: skip
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
    asked = program.constant(given) if given is not None else _method_asked(assembly, node) or method
    if _changes(asked) or _is_own(assembly, node):
        return "stored_data"
    facts = program.files[node[0]]
    value = facts.values[node[1]]
    returned = facts.functions[value.scope].returns
    taken = {
        facts.values[user].text for user in range(node[1], min(len(facts.values), node[1] + _NEAR))
        if facts.values[user].kind == "attribute" and node[1] in _behind(facts.values, facts.values[user].inputs[0])
        and (facts.values[user].text not in _BODIES or _is_used(facts.values, user, returned))
    }  # fmt: skip
    function = _without_writers(facts.functions[value.scope].qualified_name)
    asked_at = [text for given in value.inputs[1:3] for text in _texts_of(assembly, (node[0], given))]
    if mentions((function.rpartition(".")[2], *asked_at), _IDENTITY):
        return "stored_data"
    if ("json" not in taken or taken & _BODIES) and not _is_parsed(program, node):
        return "web_content"
    texts = [facts.path, _METHOD.sub("", function), *(text for text in asked_at if not _is_own_address(text))]
    return "web_content" if mentions(texts, _WRITTEN_BY_ANYONE) else "stored_data"


def keeps_no_records(assembly: Assembly, site: CallSite) -> bool:
    """Whether data is the answer of another service, or that of one's own which says how it went to leave something there."""
    return site.rule.result == "web_content" and (not _is_own(assembly, site.node) or _leaves_something(assembly, site))


def _leaves_something(assembly: Assembly, site: CallSite) -> bool:
    """Whether a request, by its method and by what its function is called, leaves something with a service."""
    program, node = assembly.program, site.node
    given = argument_node(program, node, "method")
    asked = program.constant(given) if given is not None else _method_asked(assembly, node)
    asked = asked or next((name.rsplit(".", 1)[-1] for name in site.names), "")
    if not _changes(asked):
        return False
    name = program.files[node[0]].functions[program.value(node).scope].qualified_name.rpartition(".")[2]
    return words_of(name)[:1] != [] and words_of(name)[0] in _LEAVES


def _changes(asked: object) -> bool:
    return isinstance(asked, str) and _CHANGES.fullmatch(asked) is not None


def _method_asked(assembly: Assembly, node: Node) -> str:
    """The call that changed something, whose answer is read in a call of its own: `PostAsync` for `answer.Content.ReadAsStringAsync()`."""
    program, asked = assembly.program, _asked(assembly, node)
    for _ in range(_DEEPEST):
        if asked is None:
            break
        text = program.value((asked[0], program.value(asked).inputs[0])).text
        if _changes(text):
            return text
        asked = _asked(assembly, asked)
    return ""


def _is_used(values: tuple[Value, ...], identity: int, returned: Container[int]) -> bool:
    """Whether anything is made of an answer's text: `answer.json() if answer.text else []` only asks for it, and an error repeats it."""
    if identity in returned:
        return True
    for other in range(identity + 1, min(len(values), identity + _NEAR)):
        if identity in values[other].inputs and values[other].kind != "format":
            return values[other].kind != "index" or _is_used(values, other, returned)  # `answer.text[:200]`
    return False


def _without_writers(function: str) -> str:
    """The name of a function without that of a class that makes what it is called for: `CreatePageTool.read` reads, and is no page."""
    owner, dot, name = function.rpartition(".")
    return name if dot and not _LEAVES.isdisjoint(words_of(owner)) else function


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
        if value.kind == "call" and callee.text in _PARSES and held.intersection(value.inputs[1:2]):
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
