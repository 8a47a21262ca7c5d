"""Names in Kotlin files: modules, and what every program finds defined.

Types of the language are Java's where they are one at run time, so that knowledge of Java's libraries holds: `Any` is
`java.lang.Object`, `IllegalStateException` is `java.lang.IllegalStateException`. Functions of Kotlin's own library keep its name for
them: `kotlin.io.println`.
"""

from __future__ import annotations

from ingest.code.java import names as java
from ingest.code.java.names import PACKAGE

__all__ = ["OPENS", "PACKAGE", "SUFFIXES", "global_name", "module_name"]

SUFFIXES = (".kt", ".kts")
OPENS = "@opens"  # the local name under which a file's imports keep the packages it imports as a whole
_SAME_AS = {
    "@extension": "builtins.extension", "@property": "builtins.property",
    "Any": "java.lang.Object", "Int": "java.lang.Integer", "Char": "java.lang.Character", "Nothing": "java.lang.Void",
    "println": "kotlin.io.println", "print": "kotlin.io.print", "readln": "kotlin.io.readln", "readLine": "kotlin.io.readLine",
    "readlnOrNull": "kotlin.io.readlnOrNull", "Regex": "kotlin.text.Regex", "error": "kotlin.error", "require": "kotlin.require",
    "check": "kotlin.check", "requireNotNull": "kotlin.requireNotNull", "checkNotNull": "kotlin.checkNotNull", "TODO": "kotlin.TODO",
    "lazy": "kotlin.lazy", "Result": "kotlin.Result", "Pair": "kotlin.Pair", "Triple": "kotlin.Triple", "repeat": "kotlin.repeat",
    "runCatching": "kotlin.runCatching", "maxOf": "kotlin.comparisons.maxOf", "minOf": "kotlin.comparisons.minOf", "Unit": "kotlin.Unit",
    "ArrayList": "java.util.ArrayList", "HashMap": "java.util.HashMap", "LinkedHashMap": "java.util.LinkedHashMap",
    "HashSet": "java.util.HashSet", "LinkedHashSet": "java.util.LinkedHashSet", "JvmStatic": "kotlin.jvm.JvmStatic",
    "Throws": "kotlin.jvm.Throws", "Suppress": "java.lang.SuppressWarnings", "NoSuchElementException": "java.util.NoSuchElementException",
    "ConcurrentModificationException": "java.util.ConcurrentModificationException",
}  # fmt: skip
PLAIN = {**java.PLAIN, "Any": "@object", "Int": "@int", "UInt": "@int", "ULong": "@int", "BigInteger": "@int", "Char": "@str"}
CONTAINERS = {
    **java.CONTAINERS, "MutableList": "@list", "MutableSet": "@list", "MutableCollection": "@list", "Sequence": "@list", "Array": "@list",
    "MutableMap": "@dict", "LinkedHashMap": "@dict", "LinkedHashSet": "@list", "Flow": "@list",
}  # fmt: skip
ROOTS = frozenset({"java", "javax", "jakarta", "com", "org", "dev", "io", "net", "kotlin", "kotlinx", "software", "ai"})


def module_name(path: str) -> str:
    """`src/main/kotlin/com/acme/Chat.kt` -> `./src/main/kotlin/com/acme/Chat`."""
    return "./" + path.removesuffix(".kt").removesuffix(".kts").removeprefix("./").replace(".", "_")


def global_name(name: str) -> str | None:
    """What a name means that nothing in the file defines, or None."""
    return _SAME_AS.get(name) or java.global_name(name)
