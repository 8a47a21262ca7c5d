"""Names in Java files: modules, and what every program finds defined.

A file is known as `./folder/File` from the root of what is scanned, without its suffix, so that two modules of a repository may
hold a class of one name; what comes from a library has the name Java writes: `dev.langchain4j.service.AiServices`. Types that say
how free a text can be are the graph's own: `String` is `builtins.str`, `int` and `Integer` are `builtins.int`.
"""

from __future__ import annotations

SUFFIXES = (".java",)
PACKAGE = "@package"  # the local name under which a file's imports keep the package it belongs to
_LANG = frozenset({
    "AutoCloseable", "Class", "ClassLoader", "Comparable", "Deprecated", "Enum", "Error", "Exception", "FunctionalInterface",
    "IllegalArgumentException", "IllegalStateException", "InterruptedException", "Iterable", "Math", "Module", "NullPointerException",
    "Override", "Process", "ProcessBuilder", "ProcessHandle", "Record", "Runnable", "Runtime", "RuntimeException", "SafeVarargs",
    "ScopedValue", "StackWalker", "StrictMath", "StringBuffer", "StringBuilder", "SuppressWarnings", "System", "Thread", "ThreadLocal",
    "Throwable", "UnsupportedOperationException", "NumberFormatException", "IndexOutOfBoundsException", "CharSequence", "Cloneable",
})  # fmt: skip
FILLED = frozenset({"Value", "ConfigProperty"})  # annotations that stand for what the configuration says
_SAME_AS = {
    "@len": "builtins.len", "@list": "builtins.list", "@dict": "builtins.dict", "@super": "builtins.super",
    "@property": "builtins.property", "@Annotated": "typing.Annotated", "@Union": "typing.Union", "@Optional": "typing.Optional",
    "@record": "dataclasses.dataclass", "@enum": "enum.Enum",
    "@str": "builtins.str", "@int": "builtins.int", "@float": "builtins.float", "@bool": "builtins.bool", "@object": "builtins.object",
    "@UUID": "uuid.UUID", "@date": "datetime.date", "@datetime": "datetime.datetime", "@Decimal": "decimal.Decimal",
    "String": "java.lang.String", "Object": "java.lang.Object", "Integer": "java.lang.Integer", "Long": "java.lang.Long",
    "Short": "java.lang.Short", "Byte": "java.lang.Byte", "Double": "java.lang.Double", "Float": "java.lang.Float",
    "Boolean": "java.lang.Boolean", "Character": "java.lang.Character", "Void": "java.lang.Void", "Number": "java.lang.Number",
}  # fmt: skip
PLAIN = {
    "String": "@str", "CharSequence": "@str", "Object": "@object", "Integer": "@int", "Long": "@int", "Short": "@int", "Byte": "@int",
    "BigInteger": "@int", "Double": "@float", "Float": "@float", "Number": "@float", "Boolean": "@bool", "UUID": "@UUID",
    "LocalDate": "@date", "LocalDateTime": "@datetime", "Instant": "@datetime", "OffsetDateTime": "@datetime",
    "ZonedDateTime": "@datetime", "BigDecimal": "@Decimal",
    "int": "@int", "long": "@int", "short": "@int", "byte": "@int", "double": "@float", "float": "@float", "boolean": "@bool",
}  # fmt: skip
CONTAINERS = {
    "List": "@list", "ArrayList": "@list", "Set": "@list", "Collection": "@list", "Iterable": "@list", "Queue": "@list", "Deque": "@list",
    "Stream": "@list", "LinkedList": "@list", "HashSet": "@list", "Map": "@dict", "HashMap": "@dict", "ConcurrentHashMap": "@dict",
}  # fmt: skip


def module_name(path: str) -> str:
    """`src/main/java/com/acme/Chat.java` -> `./src/main/java/com/acme/Chat`."""
    return "./" + path.removesuffix(".java").removeprefix("./").replace(".", "_")


def global_name(name: str) -> str | None:
    """What a name means that nothing in the file defines, or None."""
    known = _SAME_AS.get(name)
    if known is not None:
        return known
    return f"java.lang.{name}" if name in _LANG else None
