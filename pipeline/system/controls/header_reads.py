"""Headers of a request that are named for a person, a group or a tenant, where code of the product reads them.

Takes an assembly, gives each reading with the name of the header in small letters, in every language: `request.headers.get("X-User")`,
`c.req.header("x-user")`, `req.headers["x-user"]`, `getHeader("X-User")`, and parameters that a framework fills (`Header()`,
`@RequestHeader`, `[FromHeader]`). Headers by other names are given too, as nobody's; who asks for more than a name decides. Those that
number a request or a session, and those that platforms write themselves, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly

_NAME = re.compile(r"(?:x|remote|acting)-[a-z0-9]+(?:-[a-z0-9]+)*", re.IGNORECASE)
_GETS = frozenset({"get", "Get", "getFirst", "getOrDefault", "pop", "GetValues", "Values", "value"})
_GETS_HEADER = frozenset({"getHeader", "GetHeader", "header", "Header", "get_header", "getHeaderString", "headerValue"})
_REQUESTS = frozenset({"req", "request"})
_HEADERS = re.compile(r"headers?$", re.IGNORECASE)
_NOT_ASKED = re.compile(
    r"(\w*_)?(config|options?|opts|init|resp|response|res|reply|defaults|common|error|err)", re.IGNORECASE
)  # what is sent, and what comes back
_FILLED = frozenset({"Header", "RequestHeader", "FromHeader", "HeaderParam", "Headers", "FromHeaderAttribute"})
PEOPLE = frozenset(
    [
        *("user", "users", "userid", "username", "email", "uid", "subject", "principal", "actor", "caller", "identity", "account"),
        *("member", "employee", "staff", "customer", "person", "login", "author", "operator", "owner"),
        *("groups", "group", "role", "roles", "permissions", "scopes", "admin"),
        *("tenant", "tenantid", "org", "organization", "organisation", "company", "workspace"),
    ]
)
"""Words of people, of what they may do, and of whom they belong to."""
_OTHERS = frozenset(
    [
        *("request", "req", "correlation", "trace", "span", "session", "conversation", "thread", "chat", "message", "idempotency"),
        *("agent", "token", "key", "apikey", "secret", "signature", "csrf", "xsrf", "csrftoken", "hub", "github", "gitlab", "event"),
        *("timezone", "locale", "language", "device", "version", "for", "ip", "host", "proto", "port", "prefix", "scheme", "path"),
        *("url", "uri", "method", "accel", "cache", "content", "type", "frame", "options", "powered", "ratelimit", "limit", "tier"),
        *("provider", "model", "ms", "goog", "amzn", "amz", "vercel", "appengine", "cloud", "replicate", "openai", "slack", "telegram"),
        *("shopify", "stripe", "twilio", "hasura", "with", "by", "run", "retry", "count", "total", "page", "mcp", "stainless", "titan"),
        *("test", "debug", "b3", "real", "client", "delivery", "hook", "webhook", "topic", "timestamp", "time", "date", "format"),
    ]
)
_OF_PROXIES = "-auth-request-"  # what a proxy says of a caller it asked, and not of a request
_MOST_READS = 200


@dataclass(frozen=True, slots=True)
class HeaderRead:
    """A place where a header is read; `of_people` where its name says that it is about somebody."""

    node: Node
    header: str
    of_people: bool


def header_reads(assembly: Assembly) -> Iterator[HeaderRead]:
    """Readings of headers that may say who asks, in the order of files."""
    program, found = assembly.program, 0
    for file, facts in enumerate(program.files):
        if facts.purpose != "product":
            continue
        for identity, value in enumerate(facts.values):
            header = ""
            if value.kind in ("call", "index") and len(value.inputs) > 1:
                header = header_of(program, (file, identity))
            if header and (read := _told(header, (file, identity))) is not None:
                found += 1
                yield read
        for function in facts.functions:
            for parameter in function.parameters:
                for mark in (parameter.annotation, parameter.default):
                    header = _filled_by(program, (file, mark), parameter.name) if mark is not None else ""
                    if header and (read := _told(header, (file, parameter.value))) is not None:
                        found += 1
                        yield read
        if found > _MOST_READS:
            return


def _told(header: str, node: Node) -> HeaderRead | None:
    words = header.replace(_OF_PROXIES, "-").split("-")
    if not _NAME.fullmatch(header) or not _OTHERS.isdisjoint(words):
        return None
    return HeaderRead(node, header, not PEOPLE.isdisjoint(words))


def header_of(program: Program, node: Node) -> str:
    """The header that an expression reads, in small letters; empty where it reads none."""
    value = program.value(node)
    held = program.value((node[0], value.inputs[0]))
    if value.kind == "index":
        reads = _is_headers(program, (node[0], value.inputs[0]))
    elif held.kind != "attribute":
        return ""
    elif held.text in _GETS:
        base = (node[0], held.inputs[0])
        asks = held.text == "get" and program.objects_are_entries(node[0]) and program.value(base).text in _REQUESTS  # Express
        reads = asks or _is_headers(program, base)
    else:
        reads = held.text in _GETS_HEADER
    said = program.constant((node[0], value.inputs[1])) if reads else None
    return said.lower() if isinstance(said, str) else ""


def _is_headers(program: Program, node: Node) -> bool:
    """`request.headers`, `r.Header`, `headers()`, and the same behind a test or an `or`."""
    for _ in range(4):
        value = program.value(node)
        if value.kind in ("attribute", "name", "parameter") and _HEADERS.search(value.text):
            of = program.value((node[0], value.inputs[0])).text if value.inputs else ""
            return _NOT_ASKED.fullmatch(of) is None
        if value.kind not in ("call", "choice", "guarded", "await") or not value.inputs:
            return False
        node = (node[0], value.inputs[0])
    return False


def _filled_by(program: Program, mark: Node, name: str) -> str:
    """The header that a framework puts into a parameter: `x_user_id: str = Header()`, `@RequestHeader("X-User-Id") String user`."""
    queue, seen = [mark], 0
    while queue and seen < 12:
        node = queue.pop()
        seen += 1
        value = program.value(node)
        if value.kind == "call" and program.value((node[0], value.inputs[0])).text in _FILLED:
            said = [program.constant((node[0], given)) for given in value.inputs[1:]]
            written = [one for one in said if isinstance(one, str) and "-" in one]
            return (written[0] if written else name.replace("_", "-")).lower()
        if value.kind in ("index", "unknown", "operation", "collection"):
            queue += [(node[0], given) for given in value.inputs]
    return ""
