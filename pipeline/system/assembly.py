"""The state of one build of the system model: program, drafts, and the ties collected so far.

Builders of this folder (`code_elements`, `code_flows`, `protection`, `configuration`, `documents`,
`derive`) each read an `Assembly` and add to it; `build.build_system` runs them in order and freezes
the result. The assembly never leaves this folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.code.program import FunctionRef, Node, Program
from ingest.code.queued import queued
from ingest.code.runners import run
from ingest.facts import Setting
from ingest.source import Place
from pipeline.system.draft import Draft, Drafts
from pipeline.system.evidence import EvidenceBook, UnknownPlace
from pipeline.system.model import Claim, Control, ControlKind, Evidence, Flow, Label, Relation, Role, SinkRole, Topic
from pipeline.system.program.flow_edges import Kept
from pipeline.system.program.handed_objects import classes_handed, methods_handed, receiver_position
from pipeline.system.program.sites import Sites
from pipeline.system.program.symbols import symbol_of
from pipeline.system.rules.knowledge import FrameworkIndex

Given = frozenset[tuple[int, tuple[str, ...]]]
"""Positions of parameters, each with what the way of the data reads of what it is given there."""


MAX_REACH = 400  # functions looked at, of those that run when one runs


@dataclass(frozen=True, slots=True)
class Sink:
    argument: int
    role: SinkRole
    element: str
    key: str = ""  # the entry of a `**` argument that is meant


@dataclass(frozen=True, slots=True)
class SourceOf:
    label: Label
    element: str
    path: tuple[str, ...] = ()
    shared: bool = False  # read for other elements as well: what is this one's goes on to those alone who run for it


@dataclass(slots=True)
class Memo:
    """Answers about values that do not depend on who asks, kept so that each is found once."""

    tags: dict[tuple[Node, FunctionRef, str], frozenset[str]] = field(default_factory=dict)
    later: dict[tuple[str, FunctionRef, str], frozenset[str] | None] = field(default_factory=dict)
    made_of: dict[Node, frozenset[Node] | None] = field(default_factory=dict)
    entered: dict[tuple[Node, Node], tuple[Node, ...]] = field(default_factory=dict)
    leads: dict[Node, frozenset[Node]] = field(default_factory=dict)
    handed_back: dict[FunctionRef, frozenset[int] | None] = field(default_factory=dict)
    restricting: dict[tuple[FunctionRef, str, Given, bool | None, str], ControlKind | None] = field(default_factory=dict)
    refused_by: dict[tuple[FunctionRef, str, Given, str], ControlKind | None] = field(default_factory=dict)
    restricted: dict[tuple[Node, str, str, tuple[str, ...]], ControlKind | None] = field(default_factory=dict)
    guards: dict[Node, tuple[tuple[ControlKind, Node], ...]] = field(default_factory=dict)
    raising: frozenset[FunctionRef] | None = None  # functions that raise by themselves
    filled: dict[Node, list[Node]] | None = None  # module variables by what is put into them
    serving: frozenset[FunctionRef] | None = None  # functions that run while requests are served
    handed: dict[Node, tuple[tuple[tuple[Node, int], str], ...]] | None = None  # what calls that are elements are given by name
    of_handed: dict[FunctionRef, dict[Node, int]] = field(default_factory=dict)
    marked: dict[Node, list[str]] | None = None  # decorators, and what stands for them, with the entries they stand on
    services: frozenset[str] | None = None  # classes that a container hands out
    run_by: dict[str, dict[str, list[FunctionRef]]] | None = None  # by a base's method and by class: what of the class it calls
    plain_fields: dict[str, bool] = field(default_factory=dict)  # names of fields, whether all who declare one hold no text there
    answered_in: frozenset[str] | None = None  # classes of the project that models must answer in
    demanded: dict[tuple[str, str, str], tuple[ControlKind, Node] | None] = field(default_factory=dict)  # what classes ask of fields
    markers: dict[FunctionRef, list[Node]] = field(default_factory=dict)  # functions a framework calls, with what registered them
    schemas_beside: dict[FunctionRef, list[Node]] | None = None  # functions of tools, with the schemas in the same record
    filled_bodies: frozenset[str] | None = None  # fields of bodies of requests that the program writes itself
    optional_variables: dict[str, bool] | None = None  # entries of schemas, with whether the program does without them
    put_by_steps: dict[Node, frozenset[str]] | None = None  # calls that run a graph, by what its steps put into its state
    taken_in: dict[FunctionRef, frozenset[str]] = field(default_factory=dict)  # names that functions take of anything
    rest_of_addresses: frozenset[str] | None = None  # names under which routes take all that is left of an address
    names_of_models: frozenset[str] | None = None  # fields that say which model is asked
    logging_is_set: bool | None = None  # whether anything of the program sets up Python's logging
    debug_loggers: dict[str, Setting] = field(default_factory=dict)  # whose lines for debugging are written, by files of settings
    debug_off: dict[str, bool] = field(default_factory=dict)  # by language, whether lines for debugging are off as the program is shipped
    held_against_nil: frozenset[Node] | None = None  # values of Go that a line compares with nil
    extras_are_written: bool | None = None  # whether what Python's logging is given beside a line comes into any log
    marked_secrets: dict[str, list[str]] = field(default_factory=dict)  # elements of secrets, by the mark of their value
    names_said: frozenset[str] | None = None  # names and short texts of the program, in small letters
    tables: dict[str, str] = field(default_factory=dict)  # tables of databases, by the name of their element
    mapped_as: dict[str, str] | None = None  # classes that stand for tables, by the table's own name
    answered_rows: list[tuple[str, str, tuple[Node, ...], Node]] = field(default_factory=list)  # stores, entries, ways and ends
    cases: dict[FunctionRef, tuple[tuple[int, int], ...]] = field(default_factory=dict)  # of functions that choose among tools by a name
    made_folders: frozenset[Node] | None = None  # what the paths of folders that are made with all above them are made of


@dataclass(slots=True)
class Assembly:
    program: Program
    index: FrameworkIndex
    book: EvidenceBook
    sites: Sites
    drafts: Drafts = field(default_factory=Drafts)
    kept: Kept = field(default_factory=Kept)
    sinks: dict[Node, list[Sink]] = field(default_factory=dict)
    sources: dict[Node, list[SourceOf]] = field(default_factory=dict)
    element_of_call: dict[Node, str] = field(default_factory=dict)  # construction or use -> element
    filled: dict[Node, str] = field(default_factory=dict)  # parameters that hold a builder which is filled -> element
    entry_of_function: dict[FunctionRef, str] = field(default_factory=dict)  # a function a framework calls -> element
    echoed: dict[Node, set[str]] = field(default_factory=dict)  # calls in an agent's own loop -> whose words come back to the model there
    parts: dict[FunctionRef, dict[str, tuple[int, int]]] = field(default_factory=dict)  # tools that share a function -> their values in it
    instructs: dict[FunctionRef, tuple[str, ...]] = field(default_factory=dict)  # a function that gives instructions -> whose
    element_of_class: dict[str, str] = field(default_factory=dict)
    relations: dict[tuple[str, str, str], list[Evidence]] = field(default_factory=dict)
    flows: dict[tuple[str, str, str | None], list[Flow]] = field(default_factory=dict)
    controls: dict[tuple[ControlKind, str], tuple[set[str], list[Evidence]]] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # (path, what could not be done)
    segments: set[Node] = field(default_factory=set)  # parameters that one segment of an address fills, without any separator
    asked_segments: dict[Node, str] = field(default_factory=dict)  # calls that give one by this name; "" where entries of the result do
    asked: dict[Node, bool] = field(default_factory=dict)  # conditions: whether a person was asked
    reached: dict[FunctionRef, frozenset[FunctionRef]] = field(default_factory=dict)
    handed_on: dict[FunctionRef, set[FunctionRef]] = field(default_factory=dict)  # methods of objects that a function hands to an adapter
    not_handed_on: dict[FunctionRef, set[FunctionRef]] = field(default_factory=dict)  # those of objects that only others hand to it
    memo: Memo = field(default_factory=Memo)

    # Places

    def place(self, node: Node) -> Place:
        """Where a value stands; in notebooks the cell and the line inside it."""
        facts = self.program.files[node[0]]
        value = facts.values[node[1]]
        return self.lines(node[0], value.line, value.end_line)

    def lines(self, file: int, start: int, end: int) -> Place:
        facts = self.program.files[file]
        if not facts.cells:
            return Place(facts.path, start, end)
        number = max(i for i, first in enumerate(facts.cells[0::2]) if first <= start)
        first, cell = facts.cells[0::2][number], facts.cells[1::2][number]
        return Place(facts.path, start - first + 1, max(start, end) - first + 1, cell)

    def cite(self, node: Node, role: Role = "step", note: str = "") -> Evidence | None:
        """Evidence for a value, or None where its lines cannot be shown."""
        return self.cite_place(self.place(node), role, note)

    def cite_place(self, place: Place, role: Role = "step", note: str = "") -> Evidence | None:
        try:
            return self.book.quote(place, role, note)
        except UnknownPlace as problem:
            self.notes.append((place.path, f"evidence could not be shown: {problem}"))
            return None

    def cite_of(self, element: str, place: Place, topic: Topic | None = None) -> None:
        """One more place of an element, once; one with a topic is shown where a threat is about that."""
        draft, evidence = self.draft(element), self.cite_place(place, note=topic or "")
        draft.show(evidence)

    def function_evidence(self, reference: FunctionRef, role: Role = "step", note: str = "") -> Evidence | None:
        function = self.program.function(reference)
        facts = self.program.files[reference[0]]
        signature = function.line
        for value in facts.values:
            if value.kind == "function" and value.text == function.qualified_name:
                signature = value.end_line
                break
        return self.cite_place(self.lines(reference[0], function.line, max(function.line, signature)), role, note)

    def symbol(self, node: Node) -> str:
        """The function a value is computed in, by its short qualified name."""
        return symbol_of(self.program, (node[0], self.program.value(node).scope))

    def purpose(self, file: int) -> str:
        return self.program.files[file].purpose

    # Adding

    def draft(self, identity: str) -> Draft:
        return self.drafts.by_id[identity]

    def relate(self, source: str, kind: str, target: str, evidence: Evidence | None) -> None:
        if source == target:
            return
        known = self.relations.setdefault((source, kind, target), [])
        if evidence is not None and evidence not in known and len(known) < 4:
            known.append(evidence)

    def control(self, kind: ControlKind, protects: str, evidence: Evidence | None, note: str = "") -> None:
        """A control covers an element or flow; without evidence it does not count."""
        if evidence is None:
            return
        place = f"{evidence.path}:{evidence.page or ''}:{evidence.start_line}"
        for counted in self.index.counted_as(kind):
            covered, cited = self.controls.setdefault((counted, place), (set(), []))
            covered.add(protects)
            if not cited:
                cited.append(evidence.model_copy(update={"note": note}) if note else evidence)

    def flow(self, flow: Flow) -> None:
        self.flows.setdefault((flow.source, flow.target, flow.role), []).append(flow)

    # Asking

    def flows_in_order(self) -> list[tuple[tuple[str, str, str | None], list[Flow]]]:
        """All flows by source, target and role."""
        return sorted(self.flows.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or ""))

    def reach(self, function: FunctionRef) -> frozenset[FunctionRef]:
        """Functions that run when this one runs, itself included, through the project's calls."""
        known = self.reached.get(function)
        if known is not None:
            return known
        seen: set[FunctionRef] = set()
        queue: list[tuple[FunctionRef, Node | None]] = [(function, None)]  # with the call by which it is entered
        again: set[tuple[FunctionRef, Node | None]] = set()
        calls = self._calls_by_function()
        while queue and len(seen) < MAX_REACH:
            current, entered_by = queue.pop()
            of_handed = self._of_handed(current)
            if current in seen and (not of_handed or (current, entered_by) in again):
                continue
            again.add((current, entered_by))
            for call in calls.get(current, ()) if current not in seen else of_handed:
                runs = self.runs_by(call)
                if call in of_handed and entered_by is not None:
                    classes = classes_handed(self.program, entered_by, current, of_handed[call])
                    methods = methods_handed(self.program, call, classes)
                    targets = {target.function for target in self.program.targets(call)} if methods else set[FunctionRef]()
                    runs = [*methods, *(one for one in runs if one not in targets)] if methods else runs
                    if methods and (entered_by[0], self.program.value(entered_by).scope) == function:
                        self.handed_on.setdefault(function, set()).update(methods)
                    self.not_handed_on.setdefault(function, set()).update(targets - methods)
                queue += [(one, call) for one in runs]
            seen.add(current)
        result = frozenset(seen)
        self.reached[function] = result
        return result

    def _of_handed(self, function: FunctionRef) -> dict[Node, int]:
        """Calls in a function of methods of what it is handed, each with the parameter."""
        if function not in self.memo.of_handed:
            found = ((call, receiver_position(self.program, call)) for call in self.calls_in(function))
            self.memo.of_handed[function] = {
                call: position for call, position in found if position is not None and len(self.program.targets(call)) > 1
            }
        return self.memo.of_handed[function]

    def runs_by(self, call: Node) -> list[FunctionRef]:
        """Functions that a call runs. What is called by a parameter was handed over, and runs for those alone who hand it over."""
        program, value = self.program, self.program.value(call)
        callee = program.value((call[0], value.inputs[0]))
        if callee.kind == "parameter":
            return []
        found = [target.function for target in program.targets(call)]
        if not found and callee.kind == "attribute" and callee.text in self._run_by():
            owners = program.holders((call[0], callee.inputs[0]))
            return [reference for owner in owners for reference in self._run_by()[callee.text].get(owner, ())]
        found = found or [sent.function for sent in queued(program, call, value)]  # a worker runs it, for this call
        found = found or list(run(program, call, value))
        if program.targets(call):
            given = [(call[0], argument) for argument in value.inputs[1:]]
            names = [
                name for node in given if program.value(node).kind in ("function", "name", "attribute") for name in program.names(node)
            ]
            found += [reference for name in names for reference in program.functions.get(name, ())]
            made = [program.method(name, "__init__") for name in names if name in program.classes]
            found += [reference for reference in made if reference is not None]
        return found

    def _run_by(self) -> dict[str, dict[str, list[FunctionRef]]]:
        """Methods of outside bases that call methods of their subclasses, with these by class."""
        if self.memo.run_by is None:
            self.memo.run_by = {}
            for site in self.sites.classes:
                called = [reference for name in site.rule.method if (reference := self.program.method(site.name, name)) is not None]
                for name in site.rule.run_by:
                    self.memo.run_by.setdefault(name, {}).setdefault(site.name, []).extend(called)
        return self.memo.run_by

    def _calls_by_function(self) -> dict[FunctionRef, list[Node]]:
        if not self._calls:
            for file, facts in enumerate(self.program.files):
                for identity, value in enumerate(facts.values):
                    if value.kind == "call":
                        self._calls.setdefault((file, value.scope), []).append((file, identity))
        return self._calls

    def calls_in(self, function: FunctionRef) -> list[Node]:
        return self._calls_by_function().get(function, [])

    _calls: dict[FunctionRef, list[Node]] = field(default_factory=dict)


def frozen_relations(assembly: Assembly) -> tuple[Relation, ...]:
    return tuple(
        Relation(source=source, kind=kind, target=target, evidence=tuple(evidence))
        for (source, kind, target), evidence in sorted(assembly.relations.items())
    )


def frozen_controls(assembly: Assembly) -> tuple[Control, ...]:
    return tuple(
        Control(
            id=f"{kind}@{place}", kind=kind, protects=tuple(sorted(covered)), evidence=tuple(cited), note=cited[0].note if cited else ""
        )
        for (kind, place), (covered, cited) in sorted(assembly.controls.items())
        if covered
    )
