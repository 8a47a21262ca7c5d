"""What a framework runs before routes because of the place of a file: `middleware.ts` and `proxy.ts` of Next.js.

Takes what knowledge says of such files (`DecoratorRule.runs_before`), says which routes cannot be reached by a caller that is not known:
the addresses of the `matcher` beside the function, without those that its own tests let through or send elsewhere. Patterns are compared
by their literal beginnings; a server action, which is called at the address of any page, is not taken for guarded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from ingest.facts import OFFERED
from pipeline.system.assembly import Assembly
from pipeline.system.controls.authentication import Authenticating
from pipeline.system.controls.judged_addresses import addresses_judged, below, literal, texts_in
from pipeline.system.controls.refusals import denies, is_for_known_callers
from pipeline.system.model import Evidence
from pipeline.system.rules.framework import DecoratorRule

_LOGIN = re.compile(r"log-?in|sign-?in|(^|/)auth|unauthori[sz]ed|forbidden", re.IGNORECASE)
_SENDS_AWAY = frozenset({"redirect", "rewrite", "redirectToSignIn"})
_ALL_BUT = re.compile(r"^/?\(\(\?!(?P<left_out>.{0,2000})\)\.[*+]\)\Z", re.DOTALL)
_SCRIPTS = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs")


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """One function that runs before routes, and where."""

    root: str  # the folder whose routes it runs before
    at: tuple[str, ...]  # patterns of addresses; none: all
    only: tuple[str, ...]  # beginnings of the addresses it guards, where it names them
    left_out: tuple[str, ...]  # beginnings of addresses it lets through
    evidence: Evidence
    suffixes: tuple[str, ...] = (".java", ".kt")  # of the files whose routes it runs before
    not_before: tuple[str, ...] = ()  # frameworks whose routes are served by another process

    def before(self, file: str, address: str, _method: str, framework: str = "") -> Evidence | None:
        """Evidence that a route cannot be reached by a caller that is not known."""
        if framework in self.not_before:
            return None
        if not file.startswith(self.root) or not file.endswith(self.suffixes) or not address.startswith("/"):
            return None
        if self.at and not any(_matches(pattern, address) for pattern in self.at):
            return None
        if self.only and not any(below(address, beginning) for beginning in self.only):
            return None
        return None if any(below(address, beginning) for beginning in self.left_out) else self.evidence


def front_doors(assembly: Assembly, authenticating: Authenticating) -> list[FrontDoor]:
    """Functions that turn away callers they do not know, before any route of their part of the repository."""
    found: list[FrontDoor] = []
    for file, rule, nodes, outside in _offered(assembly):
        for asked in _asking(assembly, authenticating, nodes, outside):
            only, left_out = addresses_judged(assembly, *asked)
            evidence = assembly.cite(asked[1]) if asked[1] is not None else None
            evidence = evidence or assembly.cite_place(assembly.lines(file, 1, 1))
            if evidence is not None:
                root, at = _root(assembly, file, rule), _matcher(assembly, file)
                found.append(FrontDoor(root, at, only, left_out, evidence, _SCRIPTS, rule.not_before))
    return found


def frameworks_of(assembly: Assembly) -> dict[FunctionRef, str]:
    """By which framework each function is called."""
    return {entry.function: entry.framework for entry in assembly.sites.entries}


def refusing_doors(assembly: Assembly, refusals: Mapping[FunctionRef, Node]) -> list[FrontDoor]:
    """Functions that run before any route of their part of the repository and come to one of these refusals, such as a limit's 429."""
    found: list[FrontDoor] = []
    for file, rule, nodes, _outside in _offered(assembly):
        origins = (origin for node in nodes for origin in assembly.program.origins(node))
        for reference in sorted({one for origin in origins for one in _functions_at(assembly, origin)}):
            for refusing in sorted(assembly.reach(reference) & refusals.keys())[:1]:
                only, left_out = addresses_judged(assembly, reference, refusals[refusing])
                evidence = assembly.cite(refusals[refusing])
                if evidence is not None:
                    root, at = _root(assembly, file, rule), _matcher(assembly, file)
                    found.append(FrontDoor(root, at, only, left_out, evidence, _SCRIPTS, rule.not_before))
    return found


def _offered(assembly: Assembly) -> Iterator[tuple[int, DecoratorRule, list[Node], list[str]]]:
    """Files that a framework runs before routes, with what they offer it."""
    for file, facts in enumerate(assembly.program.files):
        for known in assembly.index.offered_by(facts.path, ()):
            offered = {given.target for given in facts.imports if given.local == OFFERED}
            for name in known.rule.exports if known.rule.runs_before else ():
                if name not in facts.variables or name in offered:
                    yield (file, known.rule, *assembly.program.lookup(file, name))


def _root(assembly: Assembly, file: int, rule: DecoratorRule) -> str:
    """The folder whose routes a file runs before."""
    told = re.search(rule.files or ".", assembly.program.files[file].path)
    if told is not None and "root" in told.groupdict():
        return told["root"] or ""
    folder = assembly.program.files[file].path.rpartition("/")[0].removesuffix("src").rstrip("/")
    return f"{folder}/" if folder else ""


def _functions_at(assembly: Assembly, origin: Node) -> list[FunctionRef]:
    """The functions that a value is, or that the call which makes it is given."""
    program, value = assembly.program, assembly.program.value(origin)
    handed = [(origin[0], given) for given in value.inputs[1:4]] if value.kind == "call" else [origin]
    return [reference for given in handed for name in program.names(given) for reference in program.functions.get(name, ())]


def door_of(assembly: Assembly, authenticating: Authenticating, reference: FunctionRef) -> Iterator[FrontDoor]:
    """A function that is known to run before all routes, as far as it turns anybody away."""
    call = _turns_away(assembly, authenticating, reference)
    evidence = assembly.cite(call) if call is not None else None
    if evidence is not None:
        only, left_out = addresses_judged(assembly, reference, call)
        yield FrontDoor("", (), only, left_out, evidence)


_Asking = tuple[FunctionRef | None, Node | None]  # the function that asks, the call in which it does


def _asking(assembly: Assembly, authenticating: Authenticating, nodes: list[Node], outside: list[str]) -> Iterator[_Asking]:
    program = assembly.program
    for name in outside:
        if any(known.rule.control == "authentication" for known in assembly.index.for_call([name])):
            yield None, None
    for node in nodes:
        for origin in program.origins(node):
            value, functions = program.value(origin), _functions_at(assembly, origin)
            for reference in functions:
                call = _turns_away(assembly, authenticating, reference)
                if call is not None:
                    yield reference, call
            names = program.callee_names(origin) if value.kind == "call" else program.names(origin)
            made = [known.rule for known in assembly.index.for_call(names) if known.rule.control == "authentication"]
            if not functions and made and (not _is_bare(names) or _decides(assembly)):
                yield None, origin


def _is_bare(names: tuple[str, ...]) -> bool:
    """`export { auth as middleware }` only keeps a session alive, unless the configuration says who is let in."""
    return any(name.endswith(".Auth.auth") for name in names)


def _decides(assembly: Assembly) -> bool:
    return any(value.kind == "collection" and "authorized" in value.labels for facts in assembly.program.files for value in facts.values)


def _turns_away(assembly: Assembly, authenticating: Authenticating, reference: FunctionRef) -> Node | None:
    """The call by which a function refuses a caller it does not know, or sends them to a page where they say who they are."""
    for inner in sorted(assembly.reach(reference)):
        for call in assembly.calls_in(inner):
            if (_sends_away(assembly, call) or denies(assembly, call)) and not is_for_known_callers(assembly, call):
                return call
    return None


def _sends_away(assembly: Assembly, call: Node) -> bool:
    value = assembly.program.value(call)
    callee = assembly.program.value((call[0], value.inputs[0]))
    if callee.kind == "attribute" and callee.text == "protect":
        return True  # auth.protect(): a caller without a session gets no further
    if callee.kind not in ("attribute", "name") or callee.text not in _SENDS_AWAY:
        return False
    conditional = bool(assembly.program.files[call[0]].conditions.get(call[1]))
    return conditional and (callee.text == "redirectToSignIn" or any(_LOGIN.search(text) for text in texts_in(assembly, call)))


def _matcher(assembly: Assembly, file: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for identity in assembly.program.files[file].variables.get("config", ()):
        value = assembly.program.value((file, identity))
        if value.kind == "collection" and "matcher" in value.labels:
            given = (file, value.inputs[value.labels.index("matcher")])
            found.update(dict.fromkeys(text for text in texts_in(assembly, given) if text.startswith("/")))
    return tuple(found)


def _matches(pattern: str, address: str) -> bool:
    """Whether an address fits a pattern as far as its literal beginning tells."""
    all_but = _ALL_BUT.match(pattern)
    if all_but is not None:
        left_out = [literal(text) for text in all_but["left_out"].split("|")]
        return not any(text and address.removeprefix("/").startswith(text.removeprefix("/")) for text in left_out)
    beginning = literal(pattern)
    return below(address, beginning) if len(beginning) < len(pattern) else address == pattern
