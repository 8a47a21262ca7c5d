"""What a pickle would look up and call while it loads, followed by opcode and never done.

Takes a stream, gives entries: every name that is looked up (looking up imports) and every one that is called, with the arguments
as far as they are constants. It keeps the stack, the marks and the memo of the pickle machine, and on them texts, numbers, tuples,
dictionaries of texts, names and calls; everything else is a value nobody knows. It knows how joblib writes arrays between
opcodes, so that what comes behind them is seen too. Values nest as deep as a file likes: nothing here follows them by recursion.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

from ingest.model_files.listing import Listing
from ingest.model_files.opcodes import Opcode, opcodes
from ingest.model_files.stream import Ended, PackedStream, Stream

MAX_OPCODES = 3_000_000
_MEMO = 2_000_000
_KEPT_ITEMS = 64  # of a tuple or dictionary
_DEPTH = 4  # pickles in pickles
_LOOKS_UP = frozenset({"builtins.getattr", "__builtin__.getattr"})
_UNPACKS = frozenset({"torch.storage._load_from_bytes", "pickle.loads", "_pickle.loads", "cPickle.loads"})
UNTOLD = "(a name made while it loads)"


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


@dataclass(slots=True)
class _Made:
    """What a call gave; `state` is what it is told by BUILD."""

    callee: str
    arguments: object = None
    state: object = None


class _Unknown:
    __slots__ = ()


_UNKNOWN, _MARK = _Unknown(), _Unknown()
_CONSTANTS: dict[str, object] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_TEXTS = frozenset({
    "STRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINSTRING", "SHORT_BINSTRING", "SHORT_BINBYTES",
    "BINBYTES", "BINBYTES8",
})  # fmt: skip
_NUMBERS = frozenset({"BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1", "LONG4"})
_KEEP = frozenset({"PROTO", "FRAME", "STOP", "NEXT_BUFFER"})
_ARRAY_WRAPPER = re.compile(r"joblib\.numpy_pickle\.NumpyArrayWrapper")
_ITEM = re.compile(r"[<>|=]?([a-zA-Z])(\d+)")


@dataclass(slots=True)
class Machine:
    """One pickle. `nested` is asked to go on where another pickle stands inside this one."""

    stream: Stream
    listing: Listing
    where: str  # the part of the file, with a blank behind; empty for the file itself
    nested: Callable[[], None] | None = None
    seen: set[tuple[str, str]] = field(default_factory=set)
    protocol: int = 0
    depth: int = 0  # pickles around this one
    _stack: list[object] = field(default_factory=list)
    _memo: dict[int, object] = field(default_factory=dict)
    _at: int = 0

    def run(self) -> None:
        """Follows the pickle to its STOP. Raises what `opcodes` raises."""
        for opcode in opcodes(self.stream, MAX_OPCODES):
            self._at = opcode.at
            self._step(opcode)

    def _step(self, opcode: Opcode) -> None:
        name = opcode.name
        if name in _TEXTS:
            self._push(_unquoted(opcode))
        elif name in _NUMBERS:
            self._push(_integer(opcode.argument))
        elif name == "MARK":
            self._push(_MARK)
        elif name in _CONSTANTS:
            self._push(_CONSTANTS[name])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self._keep(_integer(opcode.argument))
        elif name == "MEMOIZE":
            self._keep(len(self._memo))
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self._push(self._memo.get(_key(opcode.argument), _UNKNOWN))
        elif name == "PROTO":
            self.protocol = opcode.argument if isinstance(opcode.argument, int) else 0
        elif name not in _KEEP:
            self._structure(opcode)

    def _structure(self, opcode: Opcode) -> None:
        match opcode.name:
            case "TUPLE" | "LIST" | "FROZENSET":
                items = self._to_mark()
                self._push(tuple(items[:_KEPT_ITEMS]) if opcode.name == "TUPLE" else _UNKNOWN)
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                items = [self._pop() for _ in range(int(opcode.name[-1]))]
                self._push(tuple(reversed(items)))
            case "EMPTY_DICT":
                self._push({})
            case "DICT":
                items = self._to_mark()
                self._push(_filled({}, items))
            case "SETITEM":
                value, key = self._pop(), self._pop()
                _filled(self._top(), [key, value])
            case "SETITEMS":
                items = self._to_mark()
                _filled(self._top(), items)
            case "APPEND" | "BINPERSID" | "POP":
                self._pop()
                if opcode.name == "BINPERSID":
                    self._push(_UNKNOWN)
            case "APPENDS" | "ADDITEMS" | "POP_MARK":
                self._to_mark()
            case "DUP":
                self._push(self._top())
            case "READONLY_BUFFER":
                pass
            case _:
                self._lookup(opcode)

    def _lookup(self, opcode: Opcode) -> None:
        match opcode.name:
            case "GLOBAL":
                module, _, name = str(opcode.argument).partition(" ")
                self._push(self._named(module, name, "GLOBAL"))
            case "STACK_GLOBAL":
                last, first = self._pop(), self._pop()
                self._push(self._named(first, last, "STACK_GLOBAL"))
            case "EXT1" | "EXT2" | "EXT4":
                self._push(self._named("copyreg", f"extension {opcode.argument}", opcode.name))
            case "REDUCE" | "NEWOBJ":
                arguments, callee = self._pop(), self._pop()
                self._push(self._call(callee, arguments, opcode.name))
            case "NEWOBJ_EX":
                self._pop()
                arguments, callee = self._pop(), self._pop()
                self._push(self._call(callee, arguments, opcode.name))
            case "INST":
                module, _, name = str(opcode.argument).partition(" ")
                self._push(self._call(self._named(module, name, "INST"), tuple(self._to_mark()[:_KEPT_ITEMS]), "INST"))
            case "OBJ":
                items = self._to_mark()
                self._push(self._call(items[0] if items else _UNKNOWN, tuple(items[1:_KEPT_ITEMS]), "OBJ"))
            case "BUILD":
                self._build(self._pop())
            case _:  # floats, empty lists and sets, buffers, persistent ids: values that say nothing
                self._push(_UNKNOWN)

    # Names and calls

    def _named(self, module: object, name: object, opcode: str) -> _Name:
        whole = f"{module}.{name}" if isinstance(module, str) and isinstance(name, str) else UNTOLD
        self._entry("import", whole, f"{opcode} {whole}")
        return _Name(whole)

    def _call(self, callee: object, arguments: object, opcode: str) -> _Made | _Name:
        name = callee.name if isinstance(callee, _Name) else f"{callee.callee}()" if isinstance(callee, _Made) else UNTOLD
        given = arguments if isinstance(arguments, tuple) else (arguments,)
        self._entry("call", name, f"{opcode} {name}({', '.join(map(_shown, given[:6]))})")
        if name in _LOOKS_UP and isinstance(given[0], _Name) and len(given) > 1 and isinstance(given[1], str):
            return self._named(given[0].name, given[1], "getattr")
        if name in _UNPACKS:
            self._inside(given[0] if given else None)
        return _Made(name if len(name) < 300 else UNTOLD, arguments)

    def _inside(self, given: object) -> None:
        """A pickle that this one carries as bytes and has loaded."""
        if isinstance(given, _Made) and given.callee.endswith("codecs.encode") and isinstance(given.arguments, tuple):
            given = given.arguments[0] if given.arguments else None
        data = given.encode("latin-1", "replace") if isinstance(given, str) else b""
        if not data or self.depth >= _DEPTH:
            self.listing.note(f"{self.where}read in part: a pickle inside this one, before byte {self.stream.position}")
            return
        inner = PackedStream(BytesIO(data), len(data) + 1)
        while inner.position < len(data):
            Machine(inner, self.listing, f"{self.where}byte {self._at} inside ", depth=self.depth + 1).run()

    def _entry(self, kind: str, name: str, text: str) -> None:
        if (kind, name) not in self.seen and len(self.seen) < 100_000:
            self.seen.add((kind, name))
            self.listing.add("call" if kind == "call" else "import", name, text, f"{self.where}byte {self._at}")

    def _build(self, state: object) -> None:
        made = self._top()
        if not isinstance(made, _Made):
            return
        made.state = state
        if _ARRAY_WRAPPER.match(made.callee) and isinstance(state, dict):
            self._pass_array(state)

    def _pass_array(self, state: dict[str, object]) -> None:
        """joblib writes the numbers of an array behind the BUILD of its wrapper; an array of objects as a pickle of its own."""
        size = _bytes_of(state.get("dtype"), state.get("shape"))
        if size is None:
            raise Ended(f"an array of an unknown kind of numbers: examined up to byte {self.stream.position}")
        if size < 0:
            if self.nested is not None:
                self.nested()
            return
        if state.get("numpy_array_alignment_bytes") is not None:
            self.stream.skip((self.stream.read(1) or b"\0")[0])
        self.stream.skip(size)

    # The stack

    def _push(self, value: object) -> None:
        self._stack.append(value)

    def _pop(self) -> object:
        return self._stack.pop() if self._stack else _UNKNOWN

    def _top(self) -> object:
        return self._stack[-1] if self._stack else _UNKNOWN

    def _to_mark(self) -> list[object]:
        stack = self._stack
        for index in range(len(stack) - 1, -1, -1):
            if stack[index] is _MARK:
                items = stack[index + 1 :]
                del stack[index:]
                return items
        items = stack[:]
        stack.clear()
        return items

    def _keep(self, key: object) -> None:
        if isinstance(key, int) and len(self._memo) < _MEMO:
            self._memo[key] = self._top()


def _unquoted(opcode: Opcode) -> object:
    text = opcode.argument
    if isinstance(text, str) and opcode.name == "STRING" and len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text if isinstance(text, str) else _UNKNOWN


def _integer(argument: object) -> object:
    if isinstance(argument, int):
        return argument
    try:
        return int(str(argument).rstrip("L")[:40])
    except ValueError:
        return _UNKNOWN


def _key(argument: object) -> int:
    number = _integer(argument)
    return number if isinstance(number, int) else -1


def _filled(target: object, items: list[object]) -> object:
    """A dictionary with more entries, as far as their keys are texts."""
    if isinstance(target, dict):
        for key, value in zip(items[0::2], items[1::2], strict=False):
            if isinstance(key, str) and len(target) < _KEPT_ITEMS:
                target[key] = value
    return target


def _shown(value: object) -> str:
    """A constant as Python writes it, other things by what they are; one level deep."""
    if isinstance(value, str | int | bool) or value is None:
        return repr(value)[:200]
    return value.name if isinstance(value, _Name) else f"{value.callee}(…)" if isinstance(value, _Made) else "…"


def _field_flags(state: object) -> int:
    """numpy's flags of a type with fields, the eighth of what it is told by BUILD; bit 0 says that it holds objects."""
    flags = state[7] if isinstance(state, tuple) and len(state) > 7 else 0
    return flags if isinstance(flags, int) else 1


def _bytes_of(dtype: object, shape: object) -> int | None:
    """How many bytes an array takes; negative for objects, None where that is not known."""
    if not isinstance(dtype, _Made) or not isinstance(dtype.arguments, tuple) or not dtype.arguments or not isinstance(shape, tuple):
        return None
    item = _ITEM.fullmatch(str(dtype.arguments[0]))
    lengths = [length for length in shape if isinstance(length, int) and length >= 0]
    holds_objects = _field_flags(dtype.state) & 1 if item is not None and item[1] == "V" else 0
    if item is None or len(lengths) < len(shape):
        return None
    if item[1] == "O" or holds_objects:
        return -1
    return math.prod(lengths) * int(item[2][:9]) * (4 if item[1] == "U" else 1)
