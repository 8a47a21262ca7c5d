"""Pages of templ as Go: what a component calls, with the lines where it stands.

A `.templ` file is Go with components, `templ Answer(reply Reply) { <p>{ reply.Text }</p> @templ.Raw(reply.Html) }`. Each becomes a function
of that name: what it calls (`@templ.Raw(...)`, other components) and the branches and loops around that stay, markup is left out.
Text that is put into markup with `{ ... }` is escaped by templ and says nothing.
"""

from __future__ import annotations

import re

SUFFIX = ".templ"
_BEGINS = re.compile(r"(?:templ|css|script)\s+(?P<named>(?:\([^)]{0,200}\)\s*)?\w{1,200}\(.{0,2000})\{\s*$")
_CONTROL = re.compile(r"(?:(?:if|for|switch)\b.{0,1000}\{|\}\s*else\b.{0,1000}\{|case\b.{0,500}:|default:|\})$")
_CALL = re.compile(r"@(?P<call>[A-Za-z_][\w.]{0,200}\(.{0,2000}\))\s*(?P<children>\{)?$")


def as_go(text: str) -> str:
    """The same lines, as the Go they stand for."""
    lines: list[str] = []
    inside = ""
    for line in text.split("\n"):
        begins = _BEGINS.match(line)
        said = line.strip()
        if begins is not None:
            inside = line.split(None, 1)[0]
            lines.append(f"func {begins['named']}{{")
        elif inside and line.rstrip() == "}":
            inside = ""
            lines.append("}")
        elif not inside:
            lines.append(line)
        elif inside == "templ" and (call := _CALL.match(said)) is not None:
            lines.append(f"{call['call']}; {{" if call["children"] else call["call"])
        elif inside == "templ" and (_CONTROL.match(said) or said.startswith("//")):
            lines.append(said)
        else:
            lines.append("")
    return "\n".join(lines)
