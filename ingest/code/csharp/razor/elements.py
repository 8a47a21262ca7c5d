"""What Razor's tags become in C#: components are constructed, handlers registered, what is bound is written.

`<Chat Title="@x" />` is `new Chat { Title = x }`, `@onclick="Send"` a call of `EventCallback.Factory.Create` that is given `Send`, and
`@bind="text"` an assignment of what `EventCallback.Factory.CreateBinder` gives: the names are those that the compiler of Razor writes. A
plain word given to a component is either text or C#, which only the component's declaration tells: it is both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.csharp.razor.tags import Attribute, Tag
from ingest.code.woven import Piece

FACTORY = "Microsoft.AspNetCore.Components.EventCallback.Factory"
_ARGUMENTS = "Microsoft.AspNetCore.Components.Web"
_TYPES = {"oninput": "ChangeEventArgs", "onchange": "ChangeEventArgs"}
_BIND = re.compile(r"@bind(?:-([A-Za-z]\w*))?(?::(get|set|after))?")
_PLACE = re.compile(r"[\w.!?\[\]]+")
_WORDS = re.compile(r"!?[A-Za-z_]\w*(?:[?!]?\.\w+)*")
_CODE_AS_IT_STANDS = re.compile(r"=>|^\s*(?:new\b|\()|^!?[\w.?!<>]+\(.*\)\s*$", re.S)
_TYPE_PARAMETER = re.compile(r"T(?:[A-Z]\w*)?")  # `TItem="string"`
_AUTHORIZED = re.compile(r"^@attribute\s{0,9}\[[^\n]{0,200}\bAuthorize\b", re.MULTILINE)
_ANONYMOUS = re.compile(r"^@attribute\s{0,9}\[[^\n]{0,200}\bAllowAnonymous\b", re.MULTILINE)
_NOTHING = frozenset({"@key", "@ref", "@rendermode", "@attributes", "@formname"})


def page_of(path: str, text: str) -> str:
    """What calls that give what a person enters are told: the file, and whether only known people, or by name everybody, sees its page."""
    told = ", authorized: true" if _AUTHORIZED.search(text) else ", anonymous: true" if _ANONYMOUS.search(text) else ""
    return quoted(path.rsplit("/", 1)[-1]) + told


def drawn(tag: Tag, page: str) -> list[Piece]:
    """The statements that a start tag stands for; `page` is what `page_of` says of the file."""
    pieces = list(_construction(tag)) if tag.is_component else []
    for attribute in tag.attributes:
        if attribute.name.startswith("@"):
            pieces += _directive(page, attribute)
        elif attribute.code and not (tag.is_component and attribute.name[:1].isupper()):
            pieces += [(attribute.at, "_ ="), *_expression(attribute), (attribute.at, ";")]
    return pieces


def _construction(tag: Tag) -> Iterator[Piece]:
    yield tag.at, f"new {tag.name} {{"
    for attribute in tag.attributes:
        bound = _BIND.fullmatch(attribute.name)
        if bound is not None and bound[1] and not bound[2] and bound[1][:1].isupper():
            yield attribute.at, f"{bound[1]} ="
            yield from _code_of(attribute)
            yield attribute.at, ","
        elif attribute.name[:1].isupper() and attribute.parts and not _TYPE_PARAMETER.fullmatch(attribute.name):
            yield attribute.at, f"{attribute.name} ="
            yield from _given(attribute)
            yield attribute.at, ","
    yield tag.at, "};"


def _directive(page: str, attribute: Attribute) -> list[Piece]:
    name, at = attribute.name, attribute.at
    if not attribute.parts or name in _NOTHING:
        return []
    bound = _BIND.fullmatch(name)
    if bound is not None:
        return _bound(page, attribute, bound[2])
    if name.startswith("@on") and ":" not in name:
        given = _TYPES.get(name[1:], "EventArgs")
        return [(at, f"{FACTORY}.Create<{_ARGUMENTS}.{given}>(this,"), *_code_of(attribute), (at, ");")]
    if attribute.code:
        return [(at, "_ ="), *_code_of(attribute), (at, ";")]
    return []


def _bound(page: str, attribute: Attribute, how: str | None) -> list[Piece]:
    """`@bind`: what a person enters is written where the name says; `:set` is a function that is given it."""
    at = attribute.at
    code = "".join(text for _at, text in _code_of(attribute)).strip()
    while code.startswith("(") and code.endswith(")"):
        code = code[1:-1].strip()
    if how == "get" or not code:
        return []
    if how == "after":
        return [(at, f"{FACTORY}.Create(this, {code});")]
    entered = f"{FACTORY}.CreateBinder({page}{', ' + code if how is None else ''})"
    if how == "set":
        return [(at, f"({code})({entered});")] if _PLACE.fullmatch(code) is None else [(at, f"{code}({entered});")]
    return [(at, f"{code} = {entered};")] if _PLACE.fullmatch(code) is not None else []


def _code_of(attribute: Attribute) -> list[Piece]:
    """A value that is C#, whether it says so by an `@` or not."""
    parts = [part for part in attribute.parts if part.is_code or part.text.strip()]
    if len(parts) == 1:
        return [(parts[0].at, parts[0].text)]
    return [(attribute.at, f"({attribute.text})")]


def _given(attribute: Attribute) -> list[Piece]:
    """What a component is given."""
    if attribute.code or len(attribute.parts) != 1:
        return _expression(attribute)
    text = attribute.parts[0].text
    if _CODE_AS_IT_STANDS.search(text):
        return [(attribute.parts[0].at, text)]
    if _WORDS.fullmatch(text):
        return [(attribute.at, f"(true ? {quoted(text)} : {text})")]
    return [(attribute.at, quoted(text))]


def _expression(attribute: Attribute) -> list[Piece]:
    """Text with C# in it: its parts, put together."""
    if len(attribute.parts) == 1 and attribute.parts[0].is_code:
        return [(attribute.parts[0].at, attribute.parts[0].text)]
    pieces: list[Piece] = [(attribute.at, '""')]
    for part in attribute.parts:
        pieces.append((part.at, "+ " + (f"({part.text})" if part.is_code else quoted(part.text))))
    return pieces


def quoted(text: str) -> str:
    """A C# string literal."""
    escaped = text[:2000].replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "\\n")
    return f'"{escaped}"'
