"""What Go's injection hands in: what constructors make that a program gives to fx, dig or wire.

`fx.Provide(NewAgent)` says that what `NewAgent` gives is what any other constructor, or a function of `fx.Invoke`, is called with where it
asks for that type; `fx.Annotate(NewModel, fx.As(new(Model)))` and `wire.Bind(new(Model), new(*Remote))` say so of an interface. Takes the
program; gives places (a parameter, or the annotation of a field of a struct of parameters) with the values that are made for them. Names
and groups of values are not judged: of several makers of one type, all are meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value

_FX, _DIG, _WIRE = "go.uber.org/fx", "go.uber.org/dig", "github.com/google/wire"
_PACKAGES = (_FX, _DIG, _WIRE)
_MAKERS = frozenset(
    {f"{_FX}.Provide", f"{_FX}.Decorate", f"{_DIG}.Container.Provide", f"{_DIG}.New.Provide", f"{_WIRE}.Build", f"{_WIRE}.NewSet"}
)
_CALLED = frozenset({f"{_FX}.Invoke", f"{_DIG}.Container.Invoke", f"{_DIG}.New.Invoke"})
_SUPPLIED = frozenset({f"{_FX}.Supply", f"{_WIRE}.Value"})
_OTHERWISE = frozenset({f"{_FX}.Annotate", f"{_FX}.Annotated"})  # a constructor with more said of it
_AS = frozenset({f"{_FX}.As", f"{_DIG}.As"})
_BIND = frozenset({f"{_WIRE}.Bind"})
_FILLED, _SPREAD = (
    frozenset({f"{_FX}.In", f"{_DIG}.In"}),
    frozenset({f"{_FX}.Out", f"{_DIG}.Out"}),
)  # structs of these
_NOTHING_OF_ITS_OWN = ("builtins.", "go:")


@dataclass(slots=True)
class _Wiring:
    """What a program says of what is made, and of who is called with it."""

    made: dict[str, list[Node]] = field(default_factory=dict)  # type -> values that are of it
    called: dict[FunctionRef, None] = field(default_factory=dict)  # functions whose parameters are handed in
    bound: list[tuple[Node, Node]] = field(default_factory=list)  # (interface, the type that stands for it)

    def make(self, name: str, value: Node) -> None:
        if not name.startswith(_NOTHING_OF_ITS_OWN):
            self.made.setdefault(name, []).append(value)


def wired(program: Program) -> Iterator[tuple[Node, Node]]:
    """Where injection hands something in, and what was made for that place."""
    wiring = _Wiring()
    for file, facts in enumerate(program.files):
        if facts.language != "go" or not any(given.target.startswith(_PACKAGES) for given in facts.imports):
            continue
        for value in facts.values:
            if value.kind == "call":
                _read(program, wiring, file, value)
    for wanted, standing in wiring.bound:
        for name in _promised(program, standing):
            for made in wiring.made.get(name, ())[:]:
                for interface in _promised(program, wanted):
                    wiring.make(interface, made)
    for reference in wiring.called:
        for parameter in program.function(reference).parameters:
            if parameter.annotation is not None:
                yield from _handed(program, wiring, (reference[0], parameter.value), (reference[0], parameter.annotation))


def _handed(program: Program, wiring: _Wiring, place: Node, annotation: Node) -> Iterator[tuple[Node, Node]]:
    for name in _promised(program, annotation):
        yield from ((place, made) for made in wiring.made.get(name, ()))
        if name in program.classes and not _FILLED.isdisjoint(program.outside_bases(name)):
            file, cls = program.classes[name]
            for _name, typed, _default, _line in cls.fields:
                for asked in _promised(program, (file, typed)) if typed is not None else ():
                    yield from (((file, typed), made) for made in wiring.made.get(asked, ()) if typed is not None)


def _read(program: Program, wiring: _Wiring, file: int, call: Value) -> None:
    names = frozenset(program.names((file, call.inputs[0])))
    if names & _SUPPLIED:
        for given in call.inputs[1:]:
            for name in program.types((file, given)):
                wiring.make(name, (file, given))
    elif names & (_MAKERS | _CALLED):
        interfaces = [typed for given in call.inputs[1:] for typed in _interfaces(program, (file, given))]
        for given in call.inputs[1:]:
            for reference, others in _functions(program, (file, given)):
                wiring.called[reference] = None
                if names & _MAKERS:
                    _constructor(program, wiring, reference, [*others, *interfaces])
    elif names & _BIND and len(call.inputs) == 3:
        wanted, standing = (_typed(program, (file, given)) for given in call.inputs[1:])
        if wanted is not None and standing is not None:
            wiring.bound.append((wanted, standing))


def _functions(program: Program, given: Node) -> Iterator[tuple[FunctionRef, list[Node]]]:
    """The functions that an argument is, with the interfaces that it is said to stand for."""
    value, others = program.value(given), list[Node]()
    if value.kind == "call" and len(value.inputs) > 1 and not _OTHERWISE.isdisjoint(program.names((given[0], value.inputs[0]))):
        others = [typed for said in value.inputs[2:] for typed in _interfaces(program, (given[0], said))]
        given = (given[0], value.inputs[1])
    for name in program.names(given):
        yield from ((reference, others) for reference in program.functions.get(name, ()))


def _interfaces(program: Program, said: Node) -> Iterator[Node]:
    """The types of `fx.As(new(Model), new(Other))`."""
    value = program.value(said)
    if value.kind == "call" and not _AS.isdisjoint(program.names((said[0], value.inputs[0]))):
        for given in value.inputs[1:]:
            typed = _typed(program, (said[0], given))
            if typed is not None:
                yield typed


def _typed(program: Program, made: Node) -> Node | None:
    """The type of `new(T)`."""
    value = program.value(made)
    return (made[0], value.inputs[0]) if value.kind == "call" else None


def _promised(program: Program, typed: Node) -> list[str]:
    """The names of a type; a list of things is none of them."""
    value = program.value(typed)
    if value.kind == "index" and any(name.startswith("builtins.") for name in program.names((typed[0], value.inputs[0]))):
        return []
    return [name for name in program.annotated(typed) if not name.startswith(_NOTHING_OF_ITS_OWN)]


def _constructor(program: Program, wiring: _Wiring, reference: FunctionRef, interfaces: list[Node]) -> None:
    """Each result of a constructor is what is handed in for its type."""
    file, function = reference[0], program.function(reference)
    if function.result is None:
        return
    result = program.value((file, function.result))
    types = result.inputs if result.kind == "collection" else (function.result,)
    for position, typed in enumerate(types):
        values = list(_given(program, reference, position))
        names = [name for one in ((file, typed), *(interfaces if position == 0 else ())) for name in _promised(program, one)]
        for name in dict.fromkeys(names):
            for value in values:
                wiring.make(name, value)
            if name in program.classes and not _SPREAD.isdisjoint(program.outside_bases(name)):
                _spread(program, wiring, name)


def _spread(program: Program, wiring: _Wiring, name: str) -> None:
    file, cls = program.classes[name]
    for member, typed, _default, _line in cls.fields:
        for promised in _promised(program, (file, typed)) if typed is not None else ():
            for value in program.fields(name, member):
                wiring.make(promised, value)


def _given(program: Program, reference: FunctionRef, position: int) -> Iterator[Node]:
    """What a function gives as one of its results; nothing where it says that it failed."""
    for returned in program.function(reference).returns:
        value = program.value((reference[0], returned))
        if value.kind == "collection" and value.text == "tuple":
            if position >= len(value.inputs):
                continue
            returned = value.inputs[position]
        elif position:
            continue
        if program.value((reference[0], returned)).kind != "constant":
            yield reference[0], returned
