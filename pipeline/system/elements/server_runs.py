"""Functions that a server runs: while somebody is answered, and when the files of its entries are started.

Takes an assembly whose entries are known. A file that holds an entry is started with all that it imports, and with the modules by which a
framework puts it together; what only imports a part of a server, a script beside it, is none of its own.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef
from ingest.facts import Function
from pipeline.system.assembly import Assembly
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.program.programs import imported

_PROGRAMS = frozenset({"main", "run", "serve", "start", "cli", "lifespan"})


def run_by_a_server(assembly: Assembly) -> set[FunctionRef]:
    """Functions that a server runs: while somebody is answered, and when the files of its entries are started."""
    program = assembly.program
    begun = [reference for reference, identity in assembly.entry_of_function.items() if assembly.draft(identity).kind in ENTRY_KINDS]
    files = _assembled(assembly, {reference[0] for reference in begun})
    queue = list(files)
    while queue:
        new = set(imported(program, queue.pop())) - files
        files |= new
        queue += new
    begun += [
        (file, number)
        for file in files
        for number, one in enumerate(program.files[file].functions)
        if _is_begun(one, number) or (one.owner in program.classes and _is_a_frameworks(assembly, str(one.owner)))
    ]
    found = set[FunctionRef]()
    for reference in sorted(begun):
        if reference not in found:  # what another runs has been walked with it
            found |= {reference, *assembly.reach(reference)}
    return found


def _assembled(assembly: Assembly, files: set[int]) -> set[int]:
    """The files, and those that put them together by a class which a framework reads: the modules of NestJS, of Spring, of Angular."""
    program, found = assembly.program, set(files)
    taking: dict[int, list[int]] = {}
    for file, facts in enumerate(program.files):
        if any(cls.decorators for cls in facts.classes):
            for other in imported(program, file):
                taking.setdefault(other, []).append(file)
    queue = list(files)
    while queue:
        new = set(taking.get(queue.pop(), ())) - found
        found |= new
        queue += new
    return found


def _is_begun(function: Function, number: int) -> bool:
    """The module itself, what a framework is given by a decorator, and what a package names as its program."""
    return number == 0 or bool(function.decorators) or (function.parent in (None, 0) and function.name in _PROGRAMS)


def _is_a_frameworks(assembly: Assembly, owner: str) -> bool:
    """Whether a framework makes and calls what is of a class: it is marked for it, or extends a class of it."""
    return bool(assembly.program.classes[owner][1].decorators) or bool(assembly.program.outside_bases(owner))
