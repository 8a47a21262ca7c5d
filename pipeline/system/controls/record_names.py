"""Which records a call is about: tables of statements that are written down and of object mappers, files by the name both sides write down.

Takes calls, gives the records by what makes them one (`Notes`, `note` and `notes` are one table), and says whether a read asks for those of
one person, of one conversation or of one number. A name that is put together as the program runs is none.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from ingest.code.program import Node, Program
from pipeline.system.controls.mapped_statements import chained, snake
from pipeline.system.program.entity_sets import entity_table
from pipeline.system.program.mapped_tables import called_on, given_before, mapped_class
from pipeline.system.program.walking import inputs_of, walk

CHANGED = re.compile(r"\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update)\s+[\"'`\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
TAKEN = re.compile(r"\b(?:from|join)\s+[\"'`\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
_STATEMENT = re.compile(r"\s*(?:select|insert|update|with|replace|merge)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere\b(.*?)(?:\b(?:order|group)\s+by\b|\blimit\b|$)", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")
_FILE = re.compile(r"[\w./~-]*?([\w-]+\.(?:jsonl?|md|txt|ya?ml|csv|toml))")
_COMPARES = frozenset({"==", "===", "in", "is"})
_MAPPED = re.compile(r"(?:DeclarativeBase|declarative_base|SQLModel|\bModel|Document|Entity)$")
_PATHS = frozenset({"Path", "join", "resolve", "joinpath", "open", "with_name"})
_ASKS = frozenset({"select", "query", "get", "get_one"})
_ONES_OWN = re.compile(  # a record that is asked for by its number is no memory
    r"(?:\w+_)?(?:user|owner|employee|customer|client|member|author|patient|student|person|sender|guest|visitor|player|profile|phone|email"
    r"|conversation|thread|session|chat|room|channel)s?(?:_?(?:id|uuid|key|name|email|number))?|created_by|id|uuid|slug"
    r"|(?:ticket|case|inquiry|enquiry|issue|incident|order|claim|interview|application|booking|call|run|task|job|lead|dialog|dialogue|request)"
    r"_(?:id|uuid|number|key)"
)
_MOST_VALUES, _LONGEST = 200, 4000


class Records:
    """The records of a program's calls."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._said: dict[tuple[Node, re.Pattern[str], bool], dict[str, str]] = {}  # calls that are chained or nested share their values
        self._parts: dict[Node, list[Node]] = {}

    def of(self, call: Node, statement: re.Pattern[str], *, written: bool = False) -> dict[str, str]:
        """The tables and files that a call is about, by what makes them one, as written; of statements those `statement` finds.

        With `written` a table must stand in a statement or be a class of an object mapper: what is called on or given a thing of that name
        may be anything.
        """
        found: dict[str, str] = {}
        for node in self._inside(call):
            said = self._said.get((node, statement, written))
            if said is None:
                said = self._said[node, statement, written] = self._says(node, statement, written)
            found |= said
        return found

    def _says(self, node: Node, statement: re.Pattern[str], written: bool) -> dict[str, str]:
        """The tables and files that one value names."""
        program, found = self._program, dict[str, str]()
        value, text = program.value(node), self._text(node)
        if text is not None and len(text) <= _LONGEST:
            if _STATEMENT.match(text):
                found |= {_one(name): name for name in (named.rsplit(".", 1)[-1] for named in statement.findall(text))}
            elif _FILE.fullmatch(text):
                found[posixpath.basename(text)] = posixpath.basename(text)
        if value.kind == "call" and program.files[node[0]].language == "csharp":  # services stand in fields: `_adapter.Save(note)`
            found |= {_one(snake(table)): table for table in (entity_table(program, node),) if table}
        elif value.kind == "call":
            mapped = (self._of_mapper(node), self._asked(node))
            tables = mapped if written else (called_on(program, node), *mapped, given_before(program, node))
            found |= {_one(snake(table)): table for table in tables if table}
        return found

    def is_ones_own(self, call: Node) -> bool:
        """Whether a read names a person or a conversation; whatever is named beside the table counts, so that doubt is silence."""
        named = set[str]()
        for node in self._inside(call):
            value, text = self._program.value(node), self._text(node)
            if text is not None and (where := _WHERE.search(text[:_LONGEST])) is not None:
                named |= set(_WORD.findall(where[1]))
            if value.kind == "operation" and value.text in _COMPARES:
                named |= {side.text for one in inputs_of(self._program, node) if (side := self._program.value(one)).kind == "attribute"}
            named |= {label for label in value.labels if label.strip("*")}
        return any(_ONES_OWN.fullmatch(snake(name)) for name in named)

    def _inside(self, call: Node) -> Iterator[Node]:
        """A call and all that its expression is made of, paths that were made before included."""
        return walk(call, self._made_of, _MOST_VALUES)

    def _made_of(self, node: Node) -> list[Node]:
        known = self._parts.get(node)
        if known is None:
            named = self._program.value(node).kind in ("name", "attribute")
            paths = [origin for origin in self._program.origins(node) if self._makes_a_path(origin)] if named else []
            known = self._parts[node] = [*inputs_of(self._program, node), *paths]
        return known

    def _makes_a_path(self, node: Node) -> bool:
        value = self._program.value(node)
        if value.kind == "operation" and value.text == "/":
            return True
        return value.kind == "call" and self._program.value((node[0], value.inputs[0])).text.rsplit(".", 1)[-1] in _PATHS

    def _text(self, node: Node) -> str | None:
        text = self._program.constant(node) if self._program.value(node).kind in ("constant", "name", "attribute") else None
        return text if isinstance(text, str) else None

    def _asked(self, call: Node) -> str | None:
        """The class that a statement is begun with: `select(Note)`, `session.query(Note)`; or that a record is made of: `Note(...)`."""
        value = self._program.value(call)
        callee = self._program.value((call[0], value.inputs[0]))
        asks = callee.text.rsplit(".", 1)[-1] in _ASKS and len(value.inputs) > 1
        return self._class((call[0], value.inputs[1 if asks else 0]))

    def _of_mapper(self, call: Node) -> str | None:
        """The table that a chain begins with, where it is one: `Note.objects.filter`, `note.save`; a state of an agent is none."""
        table = mapped_class(self._program, call)
        return table if table in self._mapped.values() else None

    def _class(self, node: Node) -> str | None:
        """The class of an object mapper that a value is; a model of a request is no table."""
        return next((self._mapped[name] for name in self._program.names(node) if name in self._mapped), None)

    @cached_property
    def _mapped(self) -> dict[str, str]:
        """Classes that stand for tables, each with its short name."""
        return {name: cls.name for name, (_file, cls) in self._program.classes.items() if self._is_mapped(name)}

    def _is_mapped(self, name: str) -> bool:
        fields = {field for field, *_rest in self._program.classes[name][1].fields}
        bases = [base for base in self._program.outside_bases(name) if not base.startswith("pydantic.")]
        return "__tablename__" in fields or any(_MAPPED.search(base) for base in bases)


def whole_calls(program: Program) -> Iterator[Node]:
    """Calls that no other of the same chain is called on."""
    for file, facts in enumerate(program.files):
        links = chained(program, file)
        yield from ((file, identity) for identity, value in enumerate(facts.values) if value.kind == "call" and identity not in links)


def _one(name: str) -> str:
    return name.lower().removesuffix("s")
