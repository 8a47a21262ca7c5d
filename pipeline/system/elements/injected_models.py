"""Models that a container of services hands out: a handler asks for an `IChatClient`, and another file says which one there is.

Takes an assembly whose elements are known. A hosted model of a C# program that nothing in the code makes is what its project registers:
where every model that is made there runs on the own machines, it does so too (`local`); where some do, the operator chooses.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly

_MODELS = frozenset({"hosted_llm", "local_llm"})


def mark_injected_models(assembly: Assembly) -> None:
    """Adds `local` or `operators_choice` to hosted models whose making is told elsewhere."""
    made: dict[str, set[bool]] = {}
    constructed = set[str]()
    asked: dict[str, set[str]] = {}
    for site in assembly.sites.calls:
        identity = assembly.element_of_call.get(site.node)
        if identity is None or site.rule.kind not in _MODELS or assembly.program.files[site.node[0]].language != "csharp":
            continue
        project = assembly.drafts.programs.get(site.node[0], "").rpartition(" ")[0]
        draft = assembly.draft(identity)
        if site.rule.element_from == "call" and not site.rule.sinks:
            made.setdefault(project, set()).add(draft.kind == "local_llm" or draft.attributes.get("local") is True)
            constructed.add(identity)
        elif site.rule.element_from == "receiver" and draft.kind == "hosted_llm":
            asked.setdefault(identity, set()).add(project)
    for identity, projects in sorted(asked.items()):
        runs_here = {local for project in projects for local in made.get(project, ())}
        if identity not in constructed and True in runs_here:
            assembly.draft(identity).attributes["operators_choice" if False in runs_here else "local"] = True
