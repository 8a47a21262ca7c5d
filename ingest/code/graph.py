"""Building a value graph: what the readers of all languages share while they walk a syntax tree.

`GraphBuilder` collects values, functions, classes and imports of one file and gives `CodeFacts`;
`Scope` keeps which value each variable holds at the present point of a function, through branches and
loops. Nothing here knows a language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.facts import Branch, Class, CodeFacts, ConstantType, Function, Handler, Import, Store, Value, ValueKind
from ingest.source import Purpose

Environment = dict[str, int]
_MAX_CHANGES = 16  # changes of one variable in a row that are followed to the variable
_MAX_JUMPS = 8  # of one loop that are told apart from running it to its end
_NO_WORD = re.compile(r"[^\w]+")
_LONGEST_WORDS = 40
_OUTER, _INNER = 60, 100  # tests that are kept of those a call stands behind

KEEPERS = frozenset({"state", "session_state", "user_session", "user_data", "chat_data", "bot_data", "locals", "config", "extensions"})
"""Objects in which frameworks keep by name what functions hand to each other: an application's state, a visitor's session."""
APPLICATION = "app"  # an application that is itself such an object: `app["engine"] = engine`, `request.app[ENGINE]`
KEYS = "(key)"  # label of what a table is made of that becomes its keys: `{name: 1 for name in names}`
TYPE_OF, RESULT_OF = "typeof", "ReturnType"  # of unknown values that types stand for: what another value is, and what a function gives
DECORATED = "@decorated"  # stands for the server that plugins give properties to: `fastify.decorate("search", client)`


@dataclass(slots=True)
class Loop:
    """Variables read in a loop before they are written there: their value may come from the round before.

    `left` is what variables are where `break` leaves the loop, `again` where `continue` goes on with the next round.
    """

    seen: set[str] = field(default_factory=set)
    carried: dict[str, int] = field(default_factory=dict)
    left: list[Environment] = field(default_factory=list)
    again: list[Environment] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)  # names of its own, in languages where a block hides those outside


@dataclass(slots=True)
class Scope:
    """The variables of one function, lambda, class body or module while it is read."""

    function: int
    parent: Scope | None
    is_class: bool = False
    environment: Environment = field(default_factory=dict)
    loops: list[Loop] = field(default_factory=list)
    global_names: set[str] = field(default_factory=set)
    branches: list[int] = field(default_factory=list)  # conditions that decide whether this point is reached
    returns: list[int] = field(default_factory=list)


@dataclass(slots=True)
class OpenFunction:
    """A function whose body may still be read: becomes a `Function` at the end."""

    function: Function
    returns: list[int] = field(default_factory=list)


class GraphBuilder:
    """Collects the facts of one file."""

    def __init__(self, path: str, language: str, purpose: Purpose, module: str) -> None:
        self.path, self.language, self.purpose, self.module = path, language, purpose, module
        self._kind: list[ValueKind] = []
        self._text: list[str] = []
        self._inputs: list[tuple[int, ...]] = []
        self._labels: list[tuple[str, ...]] = []
        self._lines: list[tuple[int, int, int]] = []
        self._constant: list[ConstantType] = []
        self._paths_below: dict[str, set[str]] = {}  # `a` to every `a.b` that was ever bound: a search would cost all names, each time
        self.functions: list[OpenFunction] = []
        self.classes: list[Class] = []
        self.imports: list[Import] = []
        self.variables: dict[str, list[int]] = {}
        self._changed: dict[str, list[int]] = {}  # what calls in functions make of names that are not theirs
        self.stores: list[Store] = []
        self.branches: list[Branch] = []
        self.conditions: dict[int, tuple[int, ...]] = {}
        self.handlers: list[Handler] = []
        self.errors: list[str] = []
        self._alike: dict[str, list[tuple[str, str]]] = {}  # qualified names that were asked for, with what was given, and the words beside
        self._beside = ""

    def add(
        self, scope: Scope, kind: ValueKind, lines: tuple[int, int], text: str = "", inputs: tuple[int, ...] = (),
        labels: tuple[str, ...] = (), constant: ConstantType = "",
    ) -> int:  # fmt: skip
        """A new value's id."""
        self._kind.append(kind)
        self._text.append(text)
        self._inputs.append(inputs)
        self._labels.append(labels)
        self._lines.append((lines[0], lines[1], scope.function))
        self._constant.append(constant)
        identity = len(self._kind) - 1
        if kind == "call" and scope.branches:
            self.conditions[identity] = _bounded(scope.branches)
        return identity

    @property
    def next_value(self) -> int:
        """The id that the next value will have."""
        return len(self._kind)

    def place_branch(self, number: int, held: int, failed: int) -> None:
        """Says which values a branch decides: those from `held` were computed where it holds, those from `failed` where it fails."""
        self.branches[number] = replace(self.branches[number], held=(held, failed), failed=(failed, self.next_value))

    def kind_of(self, value: int) -> ValueKind:
        return self._kind[value]

    def text_of(self, value: int) -> str:
        return self._text[value]

    def inputs_of(self, value: int) -> tuple[int, ...]:
        return self._inputs[value]

    def labels_of(self, value: int) -> tuple[str, ...]:
        return self._labels[value]

    def constant_of(self, value: int) -> ConstantType:
        return self._constant[value]

    def lines_of(self, value: int) -> tuple[int, int]:
        return self._lines[value][:2]

    # Names

    def beside(self, called: str, given: Sequence[int]) -> None:
        """Says of the function that is read next what is called with it, and with which text: `post("/ask", (req, res) => ...)`."""
        texts = (self._text[value] for value in given if self._constant[value] == "string")
        words = _NO_WORD.sub("-", next(texts, "")).strip("-")[:_LONGEST_WORDS]
        self._beside = f"{called}:{words}" if words else called

    def unique(self, qualified: str, mark: str = "#") -> str:
        """The qualified name of a function or class; of several that have one name, with a number until all are read."""
        words, self._beside = self._beside, ""
        alike = self._alike.setdefault(qualified, [])
        name = qualified if not alike else f"{qualified}{mark}{len(alike) + 1}"
        alike.append((name, words))
        return name

    def _named_by_words(self) -> Callable[[str], str]:
        """Qualified names as they are at the end: of several without names, those that are handed over with words of their own have these.

        A number says which one came first; another that is put in before it would take the name, and what is known by it.
        """
        renamed: dict[str, str] = {}
        for qualified, alike in self._alike.items():
            known = Counter(words for _name, words in alike)
            if len(alike) > 1 and qualified.endswith(">"):
                base = qualified.rpartition("<")
                renamed |= {name: f"{base[0]}<{words}>" for name, words in alike if words and known[words] == 1}
        if not renamed:
            return lambda name: name

        def now(name: str) -> str:
            end = len(name)
            while end > 0:
                if (given := renamed.get(name[:end])) is not None:
                    return now(given[: given.rindex("<")]) + given[given.rindex("<") :] + name[end:]
                end = name.rfind(".", 0, end)
            return name

        return now

    # Variables

    def read(self, scope: Scope, name: str, lines: tuple[int, int]) -> int:
        """The value a name holds here: a local one, one of an enclosing function, or a free name."""
        found = self._local(scope, name)
        outer = scope.parent
        while found is None and outer is not None and outer.parent is not None:
            if not outer.is_class:
                found = outer.environment.get(name)
            outer = outer.parent
        return self.add(scope, "name", lines, name) if found is None else found

    def _local(self, scope: Scope, name: str) -> int | None:
        value = scope.environment.get(name)
        if value is None:
            return None
        for loop in scope.loops:
            if name not in loop.seen:
                value = self.add(scope, "choice", self._lines[value][:2], name, (value,))
                loop.seen.add(name)
                loop.carried[name] = value
                scope.environment[name] = value
        return value

    def write(self, scope: Scope, name: str, value: int) -> None:
        """The name holds the value from here on; what was known of its attributes is forgotten."""
        for loop in scope.loops:
            loop.seen.add(name)
        for path in self._paths_below.get(name, ()):
            scope.environment.pop(path, None)
        self.bind(scope, name, value)
        if (scope.parent is None and "." not in name) or name in scope.global_names:
            self.variables.setdefault(name, []).append(value)
        elif self._changes_outer(name, value):
            self._changed.setdefault(name, []).append(value)

    def _changes_outer(self, name: str, value: int) -> bool:
        """Whether a value is what a variable of the module has become by a call on it: `pending.append(text)` in a function."""
        for _ in range(_MAX_CHANGES):
            if self._kind[value] != "update" or not self._inputs[value]:
                break
            value = self._inputs[value][0]
        return self._kind[value] == "name" and self._text[value] == name and "." not in name and name != ""

    def bind(self, scope: Scope, name: str, value: int) -> None:
        """The name, or the path of attributes, holds the value; what else is known stays."""
        above = name
        while "." in above:
            above = above.rpartition(".")[0]
            self._paths_below.setdefault(above, set()).add(name)
        scope.environment[name] = value

    def join(self, scope: Scope, *environments: Environment) -> None:
        """Variables after branches came together again."""
        names: dict[str, None] = {}
        for environment in environments:
            names.update(dict.fromkeys(environment))
        joined: Environment = {}
        for name in names:
            values = self._forget_sides(tuple(dict.fromkeys(environment[name] for environment in environments if name in environment)))
            if len(values) == 1:
                joined[name] = values[0]
            else:
                joined[name] = self.add(scope, "choice", self._lines[values[0]][:2], name, values)
        scope.environment = joined

    def either(self, scope: Scope, lines: tuple[int, int], held: int, failed: int) -> int:
        """The value of a conditional expression, by what it is on both sides of the test."""
        return self.add(scope, "choice", lines, "if", self._forget_sides((held, failed)))

    def _forget_sides(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """Where both sides of a test come together, its outcome is not known any more."""
        for first in values:
            for second in values:
                if first < second and self._kind[first] == self._kind[second] == "guarded" and self._text[first] != self._text[second]:
                    condition = self._inputs[first][1]
                    base = self._before_test(first, condition)
                    if condition == self._inputs[second][1] and base == self._before_test(second, condition):
                        return self._forget_sides(tuple(dict.fromkeys(base if value in (first, second) else value for value in values)))
        return values

    def _before_test(self, value: int, condition: int) -> int:
        while self._kind[value] == "guarded" and self._inputs[value][1] == condition:
            value = self._inputs[value][0]
        return value

    def jump(self, scope: Scope, *, leaves: bool, only_outer: bool = True) -> None:
        """`break` or `continue` in the innermost loop: what variables are there, they are behind it or in its next round.

        With `only_outer` names that the loop has not found outside are its own and end with it.
        """
        if not scope.loops:
            return
        loop = scope.loops[-1]
        kept = loop.left if leaves else loop.again
        if len(kept) < _MAX_JUMPS:
            known = scope.environment.items()
            kept.append({name: value for name, value in known if name not in loop.declared} if only_outer else dict(known))

    def close_loop(self, scope: Scope, before: Environment, *, only_outer: bool = True) -> None:
        """Ends the innermost loop: what its last round leaves is what its next round reads."""
        loop = scope.loops.pop()
        for name, carried in loop.carried.items():
            for round_ in (scope.environment, *loop.again):
                after = round_.get(name)
                if after is not None and after != carried and after not in self._inputs[carried]:
                    self._inputs[carried] = (*self._inputs[carried], after)
        jumps = [*loop.again, *loop.left]
        if only_outer:
            jumps = [{name: value for name, value in jump.items() if name in before} for jump in jumps]
        self.join(scope, before, scope.environment, *jumps)

    def finish(self, lines: int, cells: tuple[int, ...] = ()) -> CodeFacts:
        now = self._named_by_words()
        values = tuple(
            Value(kind, now(text) if kind in ("function", "class") else text, inputs, labels, line, end_line, scope, constant)
            for kind, text, inputs, labels, (line, end_line, scope), constant in zip(
                self._kind, self._text, self._inputs, self._labels, self._lines, self._constant, strict=True
            )
        )
        classes = tuple(replace(one, qualified_name=now(one.qualified_name)) for one in self.classes)
        functions = tuple(_closed(opened, now) for opened in self.functions)
        # A call on what is imported changes no variable: `requests.put(address)`.
        variables: Mapping[str, tuple[int, ...]] = {
            name: (*values, *self._changed.get(name, ())) for name, values in self.variables.items()
        }
        return CodeFacts(
            self.path, self.language, self.purpose, self.module, lines, values, functions, classes, tuple(self.imports),
            variables, tuple(self.stores), tuple(self.branches), dict(self.conditions), cells, tuple(self.errors),
            handlers=tuple(self.handlers),
        )  # fmt: skip


def _bounded(branches: list[int]) -> tuple[int, ...]:
    """The outermost and the innermost: the thousandth call behind a thousand tests would hold a thousand of them, each."""
    return tuple(branches if len(branches) <= _OUTER + _INNER else (*branches[:_OUTER], *branches[-_INNER:]))


def _closed(opened: OpenFunction, now: Callable[[str], str]) -> Function:
    f = opened.function
    return Function(
        f.name,
        now(f.qualified_name),
        None if f.owner is None else now(f.owner),
        f.parent,
        f.parameters,
        f.decorators,
        tuple(opened.returns),
        f.docstring,
        f.line,
        f.end_line,
        f.is_async,
        f.result,
    )
