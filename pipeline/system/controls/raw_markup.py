"""Makers of pages out of Markdown that leave raw markup out unless they are told to let it through: goldmark with `html.WithUnsafe()`,
markdown-it with `{ html: true }`.

Takes an assembly, gives its sites without the control of such a maker where the program tells one to let markup through. Which of several
makers of a program was told is not looked at.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import Sites

_TOLD = {"github.com/yuin/goldmark": "github.com/yuin/goldmark/renderer/html.WithUnsafe"}  # what makes, and what lets markup through
_OPTION = {"markdown-it": "html"}  # what makes, and the option of it that does


def without_raw_markup(assembly: Assembly) -> Sites:
    """The sites, where markup that is let through is no longer taken for encoded."""
    sites, program = assembly.sites, assembly.program
    known = [name for site in sites.calls if "html" in site.rule.cleans for name in site.names]
    makers = {maker for maker in (*_TOLD, *_OPTION) if any(maker in name for name in known)}
    if not makers:
        return sites
    made = {
        (maker, (file, identity))
        for file, facts in enumerate(program.files)
        for maker in makers
        if maker in _OPTION or any(given.target.startswith(maker) for given in facts.imports)
        for identity, value in enumerate(facts.values)
        if value.kind == "call"
    }
    told = {maker for maker, call in made if _lets_through(assembly, maker, call)}
    return replace(
        sites,
        calls=tuple(
            site for site in sites.calls if not ("html" in site.rule.cleans and any(maker in name for maker in told for name in site.names))
        ),
    )


def _lets_through(assembly: Assembly, maker: str, call: Node) -> bool:
    """Whether a call tells a maker to let markup through."""
    program = assembly.program
    names = [assembly.index.canonical(name) for name in program.callee_names(call)]
    if maker in _TOLD:
        return _TOLD[maker] in names
    given = argument_node(program, call, _OPTION[maker]) if any(name.startswith(maker) for name in names) else None
    return given is not None and program.constant(given) is not False
