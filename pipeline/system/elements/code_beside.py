"""Which of several loads of one model may run the code beside the weights: `OpenAIEmbeddings()` in one branch, the flag in another.

Takes an assembly whose elements are known, cites the calls that carry the flag once more (`BESIDE`) where others of the element do not: a
threat about the flag tells of those alone.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.elements.whose_search import flags_of_search
from pipeline.system.model import BESIDE
from pipeline.system.program.flags import read_flags
from pipeline.system.program.sites import CallSite

_FLAG = "trust_remote_code"


def mark_code_beside(assembly: Assembly) -> None:
    """Notes the calls that set the flag."""
    flagged = {identity for identity, draft in assembly.drafts.by_id.items() if draft.attributes.get(_FLAG) is True}
    loads: dict[str, list[CallSite]] = {}
    for site in assembly.sites.calls:
        if (identity := assembly.element_of_call.get(site.node, "")) in flagged and site.rule.kind == assembly.draft(identity).kind:
            loads.setdefault(identity, []).append(site)
    for identity, sites in sorted(loads.items()):
        setting = [site for site in sites if _sets_it(assembly, site)]
        for site in setting if len(setting) < len(sites) else ():
            assembly.cite_of(identity, assembly.place(site.node), BESIDE)


def _sets_it(assembly: Assembly, site: CallSite) -> bool:
    says = read_flags(assembly.program, site.node, flags_of_search(assembly, site), site.skip)
    return {**site.rule.attributes, **says.attributes}.get(_FLAG) is True
