"""Certificate checks that one setting switches off for many requests: the default of a client class, a constant of a module.

Takes an assembly whose elements are known. What is asked without a check of certificates gets the place of the setting, where that is
not the call itself, as its first evidence and as `unchecked_by`: there it is mended, once. Settings read at run time are not seen.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.model import Evidence
from pipeline.system.program.arguments import argument_node

_CHECKS = "verify|ssl|verify_ssl"


def mark_unchecked_certificates(assembly: Assembly) -> None:
    """Cites the setting that keeps certificates from being checked."""
    for _identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.attributes.get("tls_verification") is not False:
            continue
        settings = list(dict.fromkeys(_settings(assembly, draft)))
        if len(settings) == 1:
            draft.attributes["unchecked_by"] = f"{settings[0].path}:{_around(assembly, settings[0])}"
            draft.evidence.insert(0, settings[0])


def _around(assembly: Assembly, setting: Evidence) -> str:
    """The innermost function or method that a setting stands in: what the finding is about, wherever its lines move."""
    functions = (function for file in assembly.program.files if file.path == setting.path for function in file.functions)
    around = [each for each in functions if each.line <= setting.start_line <= each.end_line]
    return min(around, key=lambda each: (each.end_line - each.line, each.qualified_name)).qualified_name if around else ""


def _settings(assembly: Assembly, draft: Draft) -> list[Evidence]:
    """Where the constants stand that calls of an element are given from elsewhere."""
    program, found = assembly.program, list[Evidence]()
    for node in draft.nodes:
        if program.value(node).kind != "call":
            continue
        given = argument_node(program, node, _CHECKS)
        for origin in program.origins(given) if given is not None else ():
            value = program.value(origin)
            evidence = assembly.cite(origin, "step", "certificates are not checked")
            if origin != given and value.kind == "constant" and value.text == "False" and evidence is not None:
                found.append(evidence)
    return found
