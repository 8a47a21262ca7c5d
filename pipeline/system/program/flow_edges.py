"""What one step of data is: into a value, into a function, out of it, into the open, or to a place that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ingest.code.program import FunctionRef, Node, Target
from pipeline.system.program.access_paths import Change, Path

RETURNED, TESTED = -1, -2  # instead of an argument: the data was returned; a branch depends on it

Place = tuple[Node, Path]
"""a value, and which part of it is the data"""


class Step(NamedTuple):
    """Into another value of the same function."""

    node: Node
    change: Change
    label: bool = False  # what is taken tells the thing apart, and says nothing of it: its number, the name of its file


class Enter(NamedTuple):
    """Into a parameter of a project function, through a call."""

    call: Node
    function: FunctionRef
    parameter: Node
    change: Change
    target: Target | None  # how the call means the function, where it means no other of it
    later: bool = False  # a worker runs it: what it gives back is not what the call gives


class Arrive(NamedTuple):
    """At an argument of a call, at a function's return (RETURNED) or at a branch (TESTED)."""

    call: Node
    argument: int


class Hub(NamedTuple):
    """Where data lies open: all that read it get it, whoever put it there.

    A global is known by its value, a field by class and name, and by the call that made the object where that is known, a function's
    result, where its caller is not known, by the function, and what lies at a place, such as a file, by the call that left it there.
    """

    kind: Literal["global", "field", "result", "kept"]
    place: Node
    owner: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies at places: the arguments that calls leave there, by their positions, and who takes what a call left."""

    left: Mapping[Node, tuple[int, ...]] = field(default_factory=dict)
    takers: Mapping[Node, tuple[Node, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edges:
    """All steps from one value, whichever part of it the data is."""

    arrivals: tuple[Arrive, ...]
    steps: tuple[Step, ...]
    enters: tuple[Enter, ...]
    opens: tuple[Hub, ...]
    leaves: tuple[FunctionRef, ...]


@dataclass(frozen=True, slots=True)
class CallBehaviour:
    """What knowledge says of an outside call, for one argument."""

    carries: bool = True
    sink: bool = False
    calls_argument: str | None = None
    cleans: bool = False
    numbers: bool = False  # what comes back stands for the argument, in numbers alone: an embedding
