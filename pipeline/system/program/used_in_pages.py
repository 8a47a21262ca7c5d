"""Whether anything that runs in a browser uses a function that a file offers to browsers.

A bundler gives an address only to those functions of a `'use server'` file that code for the browser refers to; the others, which server
code calls among itself, nobody outside can call. Takes the program and a function, looks at who imports it: a file that says it is for
the browser, a hook, a component that hands it on as a value or calls it in a handler. A file of which nobody imports anything may be
used by what was not scanned: its functions count as used.
"""

from __future__ import annotations

from ingest.code.program import Program
from ingest.facts import CodeFacts

_PAGES = (".tsx", ".jsx")
_IN_BROWSERS = frozenset({"react", "react-dom", "swr", "@tanstack/react-query", "preact", "solid-js"})


class PageUse:
    """Importers of functions, found once for a program."""

    def __init__(self, program: Program, directive: str) -> None:
        self._program, self._directive = program, directive
        self._importers: dict[str, list[tuple[int, str]]] | None = None

    def may_be_called(self, function: str) -> bool:
        """Whether a browser can call the function of this qualified name."""
        known = self._all()
        beside = f"{function.rpartition('.')[0]}."
        if not any(name.startswith(beside) for name in known):
            return True
        return any(self._uses(file, local) for file, local in known.get(function, ()))

    def _all(self) -> dict[str, list[tuple[int, str]]]:
        """Who imports what: functions of other files, each with the files and the names they have there."""
        if self._importers is None:
            self._importers = {}
            for file, facts in enumerate(self._program.files):
                for given in facts.imports if self._program.objects_are_entries(file) else ():
                    for node in self._program.lookup(file, given.local)[0]:
                        if node[0] != file and (value := self._program.value(node)).kind == "function":
                            self._importers.setdefault(value.text, []).append((file, given.local))
        return self._importers

    def _uses(self, file: int, local: str) -> bool:
        facts = self._program.files[file]
        if any(value.kind == "constant" and value.text == self._directive for value in facts.values[:6]):
            return True
        if facts.path.endswith(_PAGES):
            named = [identity for identity, value in enumerate(facts.values) if value.kind == "name" and value.text == local]
            return any(_in_a_handler(facts, identity) or not _is_called(facts, identity) for identity in named)
        return any(given.target.rpartition(".")[0] in _IN_BROWSERS for given in facts.imports)


def _is_called(facts: CodeFacts, identity: int) -> bool:
    return any(value.kind == "call" and value.inputs[0] == identity for value in facts.values[identity + 1 : identity + 60])


def _in_a_handler(facts: CodeFacts, identity: int) -> bool:
    """Whether a value stands in a function inside of a component: what is clicked, and not what is rendered."""
    parent = facts.functions[facts.values[identity].scope].parent
    return parent is not None and facts.functions[parent].parent is not None
