"""Classes of the project: what they inherit, their methods and fields, and what their decorators say."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.answers import Node
from ingest.code.graph import APPLICATION, DECORATED, KEEPERS
from ingest.code.plain_types import holds_no_text, is_plain
from ingest.code.questions import STATE, FunctionRef, Questions
from ingest.facts import Class, Value

_RECORDS = frozenset({"BaseModel", "RootModel", "SQLModel", "NamedTuple", "TypedDict", "Struct", "dataclass", "define", "frozen", "attrs"})
_ENUMERATIONS = ("enum.", "strenum.", "aenum.")
_APPLICATIONS = frozenset({"app", "current_app", "application"})
_MOST_KEPT = 40  # entries that one function puts into such an object
_BY_NAME = frozenset({"session_state", "user_session"})  # of what keeps things: imported by its own name, elsewhere anything may be `state`


class Classes(Questions):
    """See the module; a part of `program.Program`."""

    def _self_class(self, node: Node, decorated: str) -> str | None:
        found = self.parameter_of(node)
        if found is None or found[1] != 0:
            return None
        function = self.function(found[0])
        if function.owner is None:
            return None
        decorators = self._decorator_names(found[0])
        if any(name.endswith("staticmethod") for name in decorators):
            return None
        is_class_method = any(name.endswith("classmethod") for name in decorators)
        return function.owner if is_class_method == bool(decorated) else None

    def _decorator_names(self, reference: FunctionRef) -> tuple[str, ...]:
        file, found = reference[0], list[str]()
        for decorator in self.function(reference).decorators:
            value = self.value((file, decorator))
            found += self.names((file, value.inputs[0] if value.kind == "call" else decorator))  # `@lazy_property()`
        return tuple(found)

    def _base_names(self, file: int, cls: Class) -> list[str]:
        found: list[str] = []
        for base in cls.bases:
            node = (file, base)
            names = self.names(node)
            if not names and self.value(node).kind == "index":  # Generic[T], BaseTool[X]
                names = self.names((file, self.value(node).inputs[0]))
            found += names
        return found

    def _bases_of(self, name: str) -> list[str]:
        parts = self._parts[name]
        shared = parts if self.files[parts[0][0]].path != self.files[parts[-1][0]].path else parts[:1]
        return list(dict.fromkeys(base for file, cls in shared for base in self._base_names(file, cls)))

    def bases(self, name: str) -> tuple[str, ...]:
        """All classes a class inherits from, nearest first, inside and outside of the project."""
        return self._bases.lasting.get(name) or self._answers.keep(self._bases, name, self._find_bases)

    def _find_bases(self, name: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        queue = [name]
        while queue and len(found) < 40:
            current = queue.pop(0)
            if current in self.classes:
                for base in self._bases_of(current):
                    if base not in found and base != name:
                        found[base] = None
                        queue.append(base)
        return tuple(found)

    def is_record(self, name: str) -> bool:
        """Whether a class of the project is made to hold data: a dataclass, a pydantic model, a named tuple."""
        for cls in (name, *self.bases(name)):
            if cls.rsplit(".", 1)[-1] in _RECORDS:
                return True
            if cls in self.classes:
                file, facts = self.classes[cls]
                for decorator in facts.decorators:
                    value = self.value((file, decorator))
                    if any(
                        n.rsplit(".", 1)[-1] in _RECORDS for n in self.names((file, value.inputs[0] if value.kind == "call" else decorator))
                    ):
                        return True
        return False

    def outside_bases(self, name: str) -> tuple[str, ...]:
        found = [base for base in self.bases(name) if base not in self.classes and base != "builtins.object"]
        if name in self.classes and self.objects_are_entries(self.classes[name][0]):  # a package may stand for the class it exports
            given = [self._returned_type(base) for base in found]
            found += [made for made in given if made is not None and made not in ("receiver", "argument", *found)]
        return tuple(found)

    def method(self, owner: str, name: str) -> FunctionRef | None:
        """The method a class has or inherits inside the project."""
        for cls in (owner, *self.bases(owner)):
            if cls in self.classes:
                for reference in self.functions.get(f"{cls}.{name}", ()):
                    return reference
        return None

    def fields(self, owner: str, name: str) -> list[Node]:
        """Values assigned to a field: in methods, in the class body, or from outside."""
        if self._fields is None:
            self._fields = self._collect_fields()
        self._answers.shifts += 1
        found: list[Node] = []
        for cls in (owner, *self.bases(owner)):
            found += self._fields.get((cls, name), ())
            found += self._given.get((cls, name), ())
        return found

    def _collect_fields(self) -> dict[tuple[str, str], list[Node]]:
        fields: dict[tuple[str, str], list[Node]] = {}
        for index, file in enumerate(self.files):
            for cls in file.classes:
                for name, _annotation, default, _line in cls.fields:
                    if default is not None:
                        fields.setdefault((cls.qualified_name, name), []).append((index, default))
            for store in file.stores:
                base = (index, store.base)
                owner = self._self_class(base, "") or self.state_owner(base) or {DECORATED: DECORATED}.get(self.value(base).text)
                if owner is not None:
                    fields.setdefault((owner, store.attribute), []).append((index, store.value))
        self._fields = fields  # types of other bases may ask for fields
        for index, file in enumerate(self.files):
            for store in file.stores:
                base = (index, store.base)
                if self._self_class(base, "") is None and self.value(base).kind in ("name", "parameter", "attribute", "call", "choice"):
                    for owner in self.holders(base):
                        fields.setdefault((owner, store.attribute), []).append((index, store.value))
        return fields

    def holders(self, base: Node) -> Iterator[str]:
        """Classes of the project whose fields `base.x` means: the type of an object, or the class itself."""
        yield from dict.fromkeys(name for name in (*self.types(base), *self.names(base)) if name in self.classes)

    def _state(self, node: Node) -> list[Node]:
        """`request.app.state.model`: what the application keeps for its handlers, by name."""
        value = self.value(node)
        kept_in = self.state_owner((node[0], value.inputs[0])) if value.inputs else None
        if kept_in is not None:
            return self.fields(kept_in, value.text)
        return self.fields(DECORATED, value.text) if value.kind == "attribute" and self._is_server((node[0], value.inputs[0])) else []

    def state_owner(self, node: Node) -> str | None:
        """What stands for an object in which frameworks keep things by name: `app.state`, `st.session_state`, `app.config`."""
        value = self.value(node)
        for _ in range(_MOST_KEPT):  # `if "agent" not in st.session_state: ...`, and what has been kept there before, stand around it
            if value.kind not in ("guarded", "update"):
                break
            node = (node[0], value.inputs[0])
            value = self.value(node)
        if self._is_application(value, node[0]):
            return f"{STATE}.{APPLICATION}"
        if value.text not in KEEPERS or not (value.kind == "attribute" or (value.kind == "name" and value.text in _BY_NAME)):
            return None
        if value.text in ("config", "extensions"):
            application = self.value((node[0], value.inputs[0]))
            if application.text not in _APPLICATIONS and application.kind != "call":
                return None
        return STATE if value.text == "state" else f"{STATE}.{value.text}"

    def _is_application(self, value: Value, file: int) -> bool:
        """Whether a value is an application that keeps things by itself: `request.app`, the parameter `app`, `web.Application()`."""
        if value.kind == "call":
            return self.value((file, value.inputs[0])).text == "Application" and self.files[file].language == "python"
        return value.text == APPLICATION and value.kind in ("attribute", "parameter") and self.files[file].language == "python"

    def _is_server(self, node: Node) -> bool:
        """Whether a value is named as the server that plugins are handed; `fastify.withTypeProvider()` is the same one."""
        value = self.value(node)
        if value.kind == "call" and self.value((node[0], value.inputs[0])).text == "withTypeProvider":
            return True
        return value.kind in ("name", "parameter") and value.text.strip("_").lower() in ("fastify", "server", "instance", "app")

    def field_annotations(self, owner: str, member: str) -> Iterator[tuple[int, int]]:
        for cls in (owner, *self.bases(owner)):
            for file, facts in self._parts.get(cls, ()):
                for name, annotation, _default, _line in facts.fields:
                    if name == member and annotation is not None:
                        yield file, annotation

    def declared_fields(self, name: str) -> list[str]:
        """Annotated fields of a class of the project, inherited ones first, as a dataclass orders its arguments."""
        found: dict[str, None] = {}
        for cls in reversed((name, *self.bases(name))):
            if cls in self.classes:
                found.update((field, None) for field, annotation, _default, _line in self.classes[cls][1].fields if annotation is not None)
        return list(found)

    def is_enumeration(self, name: str) -> bool:
        """Whether a class of the project lists all its values: whatever text asks for one of them, its own are what there is."""
        if name not in self.classes:
            return False
        known = self._enumerations.get(name)
        if known is None:
            known = any(base.startswith(_ENUMERATIONS) or base.endswith("Choices") for base in self.outside_bases(name))
            if self._answers.depth == 0:
                self._enumerations[name] = known
        return known

    def is_plain(self, file: int, annotation: int | None) -> bool:
        """Whether an annotation names only types that hold no free text: numbers, booleans, dates, identifiers."""
        return is_plain(self, file, annotation)

    def holds_no_text(self, file: int, annotation: int | None, entry: str = "") -> bool:
        """Whether what an annotation names, or that entry of several results, is a number or a list of floating numbers."""
        return holds_no_text(self, file, annotation, entry)

    def field_is_plain(self, owner: str, name: str) -> bool:
        """Whether a field of a project class is declared with a plain type."""
        known = self._plain_fields.get((owner, name))
        if known is None:
            annotations = list(self.field_annotations(owner, name))
            known = bool(annotations) and all(is_plain(self, file, annotation) for file, annotation in annotations)
            if self._answers.depth == 0:
                self._plain_fields[owner, name] = known
        return known
