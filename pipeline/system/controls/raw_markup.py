"""Makers of pages out of Markdown that leave raw markup out unless they are told to let it through: goldmark with `html.WithUnsafe()`.

Takes an assembly, gives its sites without the control of such a maker where the program tells one to let markup through. Which of several
makers of a program was told is not looked at.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.system.assembly import Assembly
from pipeline.system.program.sites import Sites

_TOLD = {"github.com/yuin/goldmark": "github.com/yuin/goldmark/renderer/html.WithUnsafe"}  # what makes, and what lets markup through


def without_raw_markup(assembly: Assembly) -> Sites:
    """The sites, where markup that is let through is no longer taken for encoded."""
    sites, program = assembly.sites, assembly.program
    makers = {maker for site in sites.calls if "html" in site.rule.cleans for maker in _TOLD if any(maker in name for name in site.names)}
    if not makers:
        return sites
    said = {
        assembly.index.canonical(name)
        for file, facts in enumerate(program.files)
        if any(given.target.startswith(tuple(makers)) for given in facts.imports)
        for identity, value in enumerate(facts.values)
        if value.kind == "call"
        for name in program.callee_names((file, identity))
    }
    told = {maker for maker in makers if _TOLD[maker] in said}
    return replace(
        sites,
        calls=tuple(
            site for site in sites.calls if not ("html" in site.rule.cleans and any(maker in name for maker in told for name in site.names))
        ),
    )
