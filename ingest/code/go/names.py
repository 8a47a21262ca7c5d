"""Names in Go files: packages, and what every program finds defined.

All files of a folder are one package, known as `./folder` from the root of what is scanned. What comes from elsewhere is called by its
import path, without its version, as in `github.com/labstack/echo.Context`; the standard library's paths begin with `go:`, as in
`go:os/exec.Command`, so that none is taken for a package of another language. Types that say how free a text can be are the graph's
own: `string` is `builtins.str`, every integer `builtins.int`.
"""

from __future__ import annotations

import re

SUFFIXES = (".go", ".templ")
_ROOT = "./main"  # the package in the root folder
_OWN = ("./", "go:", "builtins.", "typing.", "uuid.", "datetime.", "decimal.", "module:")
_VERSION = re.compile(r"/v\d+(?=[./]|\Z)|(?<=[a-z])\.v\d+(?=\.|\Z)")
_SAME_AS = {
    "@len": "builtins.len", "@list": "builtins.list", "@dict": "builtins.dict", "@object": "builtins.object", "@str": "builtins.str",
    "@int": "builtins.int", "@float": "builtins.float", "@bool": "builtins.bool", "@UUID": "uuid.UUID", "@datetime": "datetime.datetime",
    "@timedelta": "datetime.timedelta",
    "panic": "builtins.panic", "recover": "builtins.recover", "print": "builtins.print", "println": "builtins.print",
}  # fmt: skip
PLAIN = {
    "string": "@str", "error": "@object", "any": "@object", "bool": "@bool", "byte": "@int", "rune": "@int", "float32": "@float",
    "float64": "@float", "complex64": "@float", "complex128": "@float", "uintptr": "@int",
    **{f"{sign}int{size}": "@int" for sign in ("", "u") for size in ("", "8", "16", "32", "64")},
}  # fmt: skip
PLAIN_OF_PACKAGES = {"time.Time": "@datetime", "time.Duration": "@timedelta", "uuid.UUID": "@UUID"}


def module_name(path: str) -> str:
    """`internal/llm/client.go` -> `./internal/llm`."""
    folder = path.removeprefix("./").rpartition("/")[0]
    return "./" + folder.replace(".", "_") if folder else _ROOT


def global_name(name: str) -> str | None:
    """What a name means that nothing in the package defines, or None."""
    return _SAME_AS.get(name)


def outside_name(name: str) -> str:
    """How knowledge calls what an import path gives: without versions, the standard library under `go:`."""
    if name.startswith(_OWN):
        return name
    head, slash, _ = name.partition("/")
    return _VERSION.sub("", name) if slash and "." in head else f"go:{name}"


def package_names(path: str) -> list[str]:
    """The names a file may call an imported package by: the path's last part, without version and without what says that it is Go."""
    parts = [part for part in path.split("/") if part]
    if len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1]):
        parts.pop()
    last = re.sub(r"\.v\d+$", "", parts[-1]) if parts else ""
    if last.isidentifier():
        return [last]
    words = [word for word in re.split(r"[-.]", last) if word]
    telling = [word for word in words if word not in ("go", "golang", "sdk", "client", "api")] or words
    found = ["".join(telling), "_".join(telling), "".join(words), "_".join(words), *telling]
    return [name for name in dict.fromkeys(found) if name.isidentifier()]
