"""nginx configuration: which addresses are handed on to whom, and what a caller has to show first.

Takes the text of one file, gives a `proxy` setting per place that hands on (`proxy_pass` and its relatives): the target with its upstream
looked up in the same file, whether a caller is asked (basic, token, subrequest, client certificate) or kept away by address, whether
the server listens beyond this machine, with TLS, under a rate limit, and with a log that what callers send is written to, and which
headers it writes itself. A variable that the file sets is filled in. `include` is not followed, `if` and maps are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.config.nodes import MAX_DEPTH, BadConfig
from ingest.config.packages import setting
from ingest.facts import Setting
from ingest.source import Place

_BYTES = 500_000
_TOKEN = re.compile(
    r"\s+|#[^\n]*|(?P<mark>[;{}])|(?P<word>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?:\$\{\w*\}|\\.|[^\s;{}\"'\\])+|[\"'\\])", re.DOTALL
)
_PASSES = frozenset({"proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass"})
_ASKS = frozenset({"auth_basic", "auth_request", "auth_jwt", "ssl_verify_client"})
_BODY = re.compile(r"\$\{?request_body\b")
_LOOPBACK = re.compile(r"^(?:127\.|localhost|\[::1\]|unix:)")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_TARGET = re.compile(r"^(?:\w+://)?([^/\s]+)")


@dataclass(slots=True)
class _Block:
    name: str
    words: tuple[str, ...]
    line: int
    said: list[tuple[str, tuple[str, ...], int]] = field(default_factory=list)
    inner: list[_Block] = field(default_factory=list)


def read_nginx(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    root = _blocks(text)
    everything = list(_below(root, ()))
    upstreams = {
        block.words[0]: next((words[0] for name, words, _ in block.said if name == "server" and words), "")
        for block, _above in everything if block.name == "upstream" and block.words
    }  # fmt: skip
    variables = {
        words[0].lstrip("$"): _TARGET.sub(r"\1", words[1])
        for block, _above in everything for name, words, _line in block.said if name == "set" and len(words) == 2
    }  # fmt: skip
    formats = {
        words[0]: line
        for block in (root, *(block for block, _above in everything)) for name, words, line in block.said
        if name == "log_format" and any(_BODY.search(word) for word in words[1:])
    }  # fmt: skip
    found = [
        s
        for block, above in everything
        for s in _proxies(block, (root, *above[1:], block) if above else (block,), upstreams, variables, formats, path)
    ]
    return tuple(sorted(found, key=lambda s: s.place.start_line))


def _blocks(text: str) -> _Block:
    if len(text) > _BYTES:
        raise BadConfig(f"larger than {_BYTES} characters")
    root = _Block("", (), 1)
    stack = [root]
    words: list[str] = []
    line = first = 1
    for match in _TOKEN.finditer(text):
        if match["word"] is not None:
            first = first if words else line
            words.append(match["word"].strip("\"'"))
        elif match["mark"] == ";" and words:
            stack[-1].said.append((words[0], tuple(words[1:]), first))
            words = []
        elif match["mark"] == "{":
            if len(stack) > MAX_DEPTH:
                raise BadConfig(f"nested deeper than {MAX_DEPTH}")
            block = _Block(words[0] if words else "", tuple(words[1:]), first)
            stack[-1].inner.append(block)
            stack.append(block)
            words = []
        elif match["mark"] == "}":
            if len(stack) == 1:
                raise BadConfig(f"line {line}: a block ends that was not begun")
            stack.pop()
            words = []
        line += match[0].count("\n")
    if len(stack) > 1:
        raise BadConfig(f"line {stack[-1].line}: {stack[-1].name} is not closed")
    return root


def _below(block: _Block, above: tuple[_Block, ...]) -> Iterator[tuple[_Block, tuple[_Block, ...]]]:
    for inner in block.inner:
        yield inner, (*above, block)
        yield from _below(inner, (*above, block))


def _proxies(
    block: _Block, holders: tuple[_Block, ...], upstreams: dict[str, str], variables: dict[str, str], formats: dict[str, int], path: str
) -> Iterator[Setting]:
    for name, words, line in block.said:
        match = _TARGET.match(words[0]) if name in _PASSES and words else None
        if match is None:
            continue
        named = _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), match[1])
        target = upstreams.get(named.split(":")[0]) or upstreams.get(named) or named
        listens = [words for words in _said(holders, "listen") if words]
        logged = next((formats[words[1]] for words in _inherited(holders, "access_log") if words[1:] and words[1] in formats), None)
        yield setting(
            "proxy", target, Place(path, line, line), location=" ".join(block.words) or None,
            public=not listens or any(not _LOOPBACK.match(words[0]) for words in listens),
            authenticated=any(words and words[0] not in ("off", "optional_no_ca") for ask in _ASKS for words in _inherited(holders, ask)),
            limited=any(words == ("all",) for words in _inherited(holders, "deny")),
            rate_limited=any(True for _words in _inherited(holders, "limit_req")), tls=any("ssl" in words for words in listens),
            body_logged_at=logged, headers=tuple(sorted({w[0].lower() for w in _inherited(holders, "proxy_set_header") if w})) or None,
        )  # fmt: skip


def _said(holders: tuple[_Block, ...], name: str) -> list[tuple[str, ...]]:
    return [words for block in holders for said, words, _line in block.said if said == name]


def _inherited(holders: tuple[_Block, ...], name: str) -> list[tuple[str, ...]]:
    """What holds in the innermost block: its own words, or those of the nearest block that says any."""
    for block in reversed(holders):
        own = [words for said, words, _line in block.said if said == name]
        if own:
            return own
    return []
