"""A Razor file as the class it is: what `.razor` and `.cshtml` files say, in C#.

Takes the parts of a file; gives the text of a C# file in which the directives are `using`s, attributes, bases and fields, the code blocks
members, and what the file draws a method `BuildRenderTree`. `_Imports.razor` holds no class. What it leaves out: `@inject` and `@attribute`
of `_Imports.razor`, tag helpers, layouts, and the types of template variables.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ingest.code.csharp.razor.elements import FACTORY
from ingest.code.csharp.razor.markup import Taken
from ingest.code.woven import Piece, Woven, weave

_COMPONENT, _PAGE = "Microsoft.AspNetCore.Components.ComponentBase", "Microsoft.AspNetCore.Mvc.Razor.RazorPage"
_NOT_A_NAME = re.compile(r"\W")
_INJECTED = re.compile(r"(.+?)\s+(\w+);?")
_IN_ROUTE = re.compile(r"\{\*{0,2}([A-Za-z_]\w*)(:[^{}]*?)?\??(?:=[^{}]*)?\}")
_ATTRIBUTE = re.compile(r"\[.*\]", re.S)


def as_csharp(path: str, text: str, taken: Taken, page: str) -> Woven:
    """The class that a file is."""
    usings: list[Piece] = [(at, f"using {given.rstrip(';')};") for at, name, given in taken.directives if name == "using" and given]
    space = next(((at, given) for at, name, given in taken.directives if name == "namespace" and given), None)
    if space is not None:
        usings.append((space[0], f"namespace {space[1].rstrip(';')};"))
    pure = PurePosixPath(path)
    if pure.name.startswith(("_Imports.", "_ViewImports.")):
        return weave(text, usings)
    is_view = pure.suffix == ".cshtml"
    pieces = [*usings, *_attributes(taken)]
    bases = [given for _at, name, given in taken.directives if name in ("inherits", "implements") and given]
    if not any(name == "inherits" for _at, name, _given in taken.directives):
        bases.insert(0, _PAGE if is_view else _COMPONENT)
    types = [given.split(" ", 1)[0] for _at, name, given in taken.directives if name == "typeparam" and given]
    name = class_name(path)
    pieces.append((0, f"public partial class {name}{'<' + ', '.join(types) + '>' if types else ''} : {', '.join(bases)} {{"))
    pieces += _fields(taken, is_view)
    pieces += taken.members
    routed = [] if is_view else _from_route(page, taken)
    if taken.drawing or routed:
        start = min(at for at, _text in (*taken.drawing, *routed))
        pieces += [(start, "protected override void BuildRenderTree() {"), *routed, *taken.drawing]
        pieces.append((max(at for at, _text in (*taken.drawing, *routed)), "}"))
    pieces.append((max(len(text) - 1, 0), "}"))
    return weave(text, pieces)


def class_name(path: str) -> str:
    """`Pages/Chat.razor` is the class `Chat`."""
    name = _NOT_A_NAME.sub("_", PurePosixPath(path).stem)
    return name if name[:1].isalpha() or name.startswith("_") else f"_{name}"


def _attributes(taken: Taken) -> list[Piece]:
    found: list[Piece] = []
    for at, name, given in taken.directives:
        if name == "page" and given.startswith('"'):
            found.append((at, f"[Microsoft.AspNetCore.Components.Route({given})]"))
        elif name == "attribute" and _ATTRIBUTE.fullmatch(given):
            found.append((at, given))
    return found


def _fields(taken: Taken, is_view: bool) -> list[Piece]:
    found: list[Piece] = [(0, "public Microsoft.AspNetCore.Mvc.Rendering.IHtmlHelper Html { get; set; }")] if is_view else []
    for at, name, given in taken.directives:
        injected = _INJECTED.fullmatch(given) if name == "inject" else None
        if injected is not None:
            found.append((at, f"[Microsoft.AspNetCore.Components.Inject] public {injected[1]} {injected[2]} {{ get; set; }}"))
        elif name == "model" and given:
            found.append((at, f"public {given.rstrip(';')} Model {{ get; set; }}"))
    return found


def _from_route(page: str, taken: Taken) -> list[Piece]:
    """`@page "/chat/{Topic}"`: what stands in the address is written into the property; a constraint (`:int`) leaves no text."""
    found: list[Piece] = []
    for at, name, given in taken.directives:
        for variable, constraint in _IN_ROUTE.findall(given) if name == "page" else ():
            if not constraint or constraint.startswith((":nonfile", ":alpha", ":min", ":max", ":length", ":regex")):
                found.append((at, f"this.{variable} = {FACTORY}.FromRoute({page});"))
    return found
