"""What a path says, with everything that settles it from outside: settings, arguments of commands, variables and where a file stands.

Takes the program and what configuration says, gives the texts a value may be. `@/` stands for the root of the tree; `${NAME}` for a
variable of the environment that has no default; what is computed otherwise is `UNKNOWN`. Where several values come in question, all of
them are given, or none where they are too many.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from ingest.code.program import Node, Program
from ingest.facts import Value
from pipeline.system.deployment.started_scripts import StartedScripts
from pipeline.system.program.arguments import argument_node

UNKNOWN = "\0"
_DEPTH = 16
_MANY = 6
_SAME = frozenset({
    "Path", "PurePath", "PosixPath", "PurePosixPath", "str", "fspath", "abspath", "realpath", "resolve", "absolute", "expanduser",
    "as_posix", "normpath", "UPath", "AnyPath", "strip",
})  # fmt: skip
_JOINS = frozenset({"join", "joinpath"})
_LOADS = frozenset({
    "safe_load", "load", "full_load", "params_show", "read_yaml", "load_yaml", "load_config", "read_config", "load_params", "read_params",
})  # fmt: skip
_PARSES = frozenset({"parse_args", "parse_known_args", "parse_args_into_dataclasses"})


class PlaceTexts:
    """Texts of values, each found once."""

    def __init__(self, program: Program, parameters: Mapping[str, str], scripts: StartedScripts) -> None:
        self._program, self._parameters, self._scripts = program, parameters, scripts
        self._known: dict[Node, tuple[str, ...]] = {}
        self._options: dict[int, dict[str, Node]] = {}

    def of(self, node: Node, depth: int = 0) -> tuple[str, ...]:
        """The texts a value may be."""
        known = self._known.get(node)
        if known is None:
            if depth > _DEPTH:
                return (UNKNOWN,)
            self._known[node] = (UNKNOWN,)  # a value that is made of itself
            found = tuple(dict.fromkeys(self._find(node, depth + 1)))
            known = self._known[node] = found if 0 < len(found) <= _MANY else (UNKNOWN,)
        return known

    def _find(self, node: Node, depth: int) -> Iterator[str]:
        value = self._program.value(node)
        given = [(node[0], part) for part in value.inputs]
        match value.kind:
            case "constant":
                yield value.text if value.constant_type == "string" else UNKNOWN
            case "choice":
                yield from (text for part in given for text in self.of(part, depth))
            case "guarded" | "await":
                yield from self.of(given[0], depth)
            case "format":
                yield from self._joined(given, "", depth) if value.text != "%" else (UNKNOWN,)
            case "operation" if value.text in ("+", "/"):
                yield from self._joined(given, "/" if value.text == "/" else "", depth)
            case "operation" if value.text in ("or", "||", "??"):
                yield from (text for part in given for text in self.of(part, depth))
            case "call":
                yield from self._called(node, value, given, depth)
            case "attribute" | "index":
                yield from self._part(node, value, given, depth)
            case "name" if value.text == "__file__":
                yield f"@/{self._program.files[node[0]].path}"
            case "name" | "parameter":
                yield from self._origins(node, depth)
            case _:
                yield UNKNOWN

    def _origins(self, node: Node, depth: int) -> Iterator[str]:
        value = self._program.value(node)
        if value.kind == "name":
            found = [other for other in self._program.lookup(node[0], value.text)[0] if other != node]
        else:
            found = [other for other in self._program.origins(node) if other != node]
        option = self._click_option(node) if value.kind == "parameter" and not found else None
        found += [option] if option is not None else []
        yield from (text for other in found[: _MANY + 1] for text in self.of(other, depth)) if found else (UNKNOWN,)

    def _joined(self, parts: Sequence[Node], by: str, depth: int) -> Iterator[str]:
        for count, chosen in enumerate(product(*(self.of(part, depth) for part in parts[:20]))):
            if count > _MANY:
                return
            yield by.join(part.rstrip("/") if by else part for part in chosen[:-1]) + by + chosen[-1] if len(chosen) > 1 else chosen[0]

    def _called(self, node: Node, value: Value, given: Sequence[Node], depth: int) -> Iterator[str]:
        callee = self._program.value(given[0])
        last = callee.text.rsplit(".", 1)[-1]
        base = [(node[0], callee.inputs[0])] if callee.kind == "attribute" else []
        plain = [part for part, label in zip(given[1:], value.labels[1:], strict=False) if label == ""]
        names = self._program.callee_names(node)
        if any(name in ("os.getenv", "os.environ.get") for name in names):
            yield from self._environment(given)
        elif any(name in ("os.getcwd", "pathlib.Path.cwd") for name in names):
            yield "."
        elif last in _JOINS and len(plain) <= 12:
            is_method = last == "joinpath" or not (names and all(name.endswith("path.join") for name in names))
            yield from self._joined([*(base if is_method else []), *plain], "/", depth) if plain else (UNKNOWN,)
        elif last == "dirname" and plain:
            yield from map(_parent, self.of(plain[0], depth))
        elif last in _SAME and not self._program.targets(node):
            whole = plain or base
            yield from self._joined(whole, "/", depth) if whole else (UNKNOWN,)
        elif last in ("Option", "Argument", "Field", "field"):  # of typer and of dataclasses
            default = argument_node(self._program, node, "default|0")
            yield from self.of(default, depth) if default is not None else (UNKNOWN,)
        else:
            found = [other for other in self._program.origins(node) if other != node]
            yield from (text for other in found[: _MANY + 1] for text in self.of(other, depth)) if found else (UNKNOWN,)

    def _environment(self, given: Sequence[Node]) -> Iterator[str]:
        name = self._program.constant(given[1]) if len(given) > 1 else None
        if len(given) > 2:
            yield from self.of(given[2])
        else:
            yield f"${{{name}}}" if isinstance(name, str) else UNKNOWN

    def _part(self, node: Node, value: Value, given: Sequence[Node], depth: int) -> Iterator[str]:
        base = self._program.value(given[0])
        names = self._program.names(given[0])
        if value.kind == "attribute" and value.text == "parent":
            yield from map(_parent, self.of(given[0], depth))
        elif value.kind == "index" and base.kind == "attribute" and base.text == "parents" and value.text.isdigit():
            yield from (_ancestor(text, int(value.text)) for text in self.of((given[0][0], base.inputs[0]), depth))
        elif value.kind == "index" and "sys.argv" in names:
            yield from self._scripts.positions(self._program.files[node[0]].path, value.text) or (UNKNOWN,)
        elif value.kind == "index" and "os.environ" in names and value.text:
            yield f"${{{value.text}}}"
        elif (found := self._parsed(value, given[0])) is not None:
            yield from found
        elif (told := self._told(node)) is not None:
            yield told
        else:
            yield from self._origins(node, depth)

    # Arguments of commands

    def _parsed(self, value: Value, base: Node) -> tuple[str, ...] | None:
        """What an argument of the command line holds: as the commands give it, or else by default."""
        if not value.text:
            return None
        for origin in self._program.origins(base):
            made = self._program.value(origin)
            if made.kind in ("index", "element_of"):  # `args, unknown = parser.parse_known_args()`
                origin = (origin[0], made.inputs[0])
                made = self._program.value(origin)
            if made.kind != "call" or self._program.value((origin[0], made.inputs[0])).text not in _PARSES:
                continue
            if origin[0] not in self._options:
                self._options[origin[0]] = self._declared(origin[0])
            options = self._options[origin[0]]
            declared = options.get(value.text)
            if declared is None:
                continue
            positional = [name for name, other in options.items() if not self._flags(other)]
            told = self._scripts.options(
                self._program.files[origin[0]].path, self._flags(declared), positional.index(value.text) if value.text in positional else -1
            )
            default = argument_node(self._program, declared, "default")
            return told or (self.of(default) if default is not None else (UNKNOWN,))
        return None

    def _declared(self, file: int) -> dict[str, Node]:
        """The arguments that a file's parsers know, by the names they are read by."""
        found: dict[str, Node] = {}
        for identity, value in enumerate(self._program.files[file].values):
            node = (file, identity)
            if value.kind == "call" and self._program.value((file, value.inputs[0])).text == "add_argument":
                named = argument_node(self._program, node, "dest")
                texts = [str(self._program.constant(named))] if named is not None else [*self._flags(node), *self._plain(node)]
                longest = next((text for text in texts if text.startswith("--")), texts[0] if texts else "")
                found[longest.lstrip("-").replace("-", "_")] = node
        return found

    def _flags(self, call: Node) -> tuple[str, ...]:
        return tuple(text for text in self._plain(call) if text.startswith("-"))

    def _plain(self, call: Node) -> tuple[str, ...]:
        value = self._program.value(call)
        given = [(call[0], part) for part, label in zip(value.inputs[1:], value.labels[1:], strict=False) if label == ""]
        texts = map(self._program.constant, given)
        return tuple(text for text in texts if isinstance(text, str))

    def _click_option(self, parameter: Node) -> Node | None:
        """The default of `@click.option("--data", default=...)` for the parameter it fills."""
        found = self._program.parameter_of(parameter)
        if found is None:
            return None
        name = self._program.function(found[0]).parameters[found[1]].name
        for decorator in self._program.function(found[0]).decorators:
            call = (found[0][0], decorator)
            texts = self._plain(call) if self._program.value(call).kind == "call" else ()
            if name in (text.lstrip("-").replace("-", "_") for text in texts):
                return argument_node(self._program, call, "default")
        return None

    # Settings

    def _told(self, node: Node) -> str | None:
        """What stands in the parameters of the training under the keys that the code asks for."""
        keys = self._keys(node, 0)
        return self._parameters.get(keys) if keys else None

    def _keys(self, node: Node, depth: int) -> str | None:
        """The keys from what was loaded down to a part of it, joined by dots; empty for what was loaded itself."""
        value = self._program.value(node)
        if depth > _DEPTH // 2:
            return None
        if value.kind == "call":
            callee = self._program.value((node[0], value.inputs[0]))
            return "" if callee.text.rsplit(".", 1)[-1] in _LOADS else None
        if value.kind not in ("attribute", "index") or not value.text:
            return None
        base = (node[0], value.inputs[0])
        for origin in (base, *self._program.origins(base)):
            above = self._keys(origin, depth + 1)
            if above is not None:
                return f"{above}.{value.text}".lstrip(".")
        return None


def _parent(text: str) -> str:
    return UNKNOWN if UNKNOWN in text else posixpath.dirname(text) or "."


def _ancestor(text: str, steps: int) -> str:
    for _ in range(min(steps, 40) + 1):
        text = _parent(text)
    return text
