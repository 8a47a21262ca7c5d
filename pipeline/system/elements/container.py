"""What a container of services hands out: the classes a program registers at it.

`services.AddSingleton<Pages>()` says that a handler's `Pages pages` is no part of the request. Takes an assembly, gives the qualified names
of classes; they are told by the type arguments of calls named `Add...`, and by what is handed to such a call. Registration by scanning
assemblies is left out.
"""

from __future__ import annotations

import re

from pipeline.system.assembly import Assembly

INJECTED = "builtins.injected"  # the mark of parameters that only a container can fill; rules that name it know containers
_ADDS = re.compile(
    r"(Try)?Add(Keyed)?(Singleton|Scoped|Transient|HttpClient|DbContext|DbContextPool|DbContextFactory|HostedService|\w*Client)$"
)


def services_of(assembly: Assembly) -> frozenset[str]:
    """Classes, and types of packages, that calls register."""
    if assembly.memo.services is None:
        assembly.memo.services = frozenset(_registered(assembly))
    return assembly.memo.services


def _registered(assembly: Assembly) -> set[str]:
    program = assembly.program
    found: set[str] = set()
    for file, facts in enumerate(program.files):
        if facts.language != "csharp":
            continue
        for value in facts.values:
            if value.kind != "call" or not _ADDS.match(facts.values[value.inputs[0]].text):
                continue
            for given, label in zip(value.inputs[1:], value.labels[1:], strict=True):
                if label.startswith("<"):
                    found.update(program.names((file, given)))
                elif facts.values[given].kind in ("call", "name", "choice"):
                    found.update(name for name in program.types((file, given)) if name in program.classes)
    return found
