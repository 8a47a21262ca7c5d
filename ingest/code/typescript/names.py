"""Names in TypeScript and JavaScript files: modules, their specifiers, and what every program finds defined.

A file is known as `./folder/file` from the root of what is scanned, without its suffix; a package by the
specifier it is imported by (`@scope/name/part`). A dot in either is written `_`, so that the first dot
behind the last slash ends the module and begins what is in it. Node's own modules are `node:fs`.
"""

from __future__ import annotations

import posixpath
import re

SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte")
COMPONENTS = (".vue", ".svelte")  # whose code stands in markup; their modules have the suffix in their names
_SUFFIX = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?\Z")
_NODE = frozenset({
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "crypto", "dgram", "diagnostics_channel", "dns", "domain",
    "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode",
    "querystring", "readline", "repl", "stream", "string_decoder", "timers", "tls", "tty", "url", "util", "v8", "vm", "wasi",
    "worker_threads", "zlib",
})  # fmt: skip
_GLOBALS = frozenset({
    "Array", "ArrayBuffer", "BigInt", "Blob", "Boolean", "Buffer", "Bun", "Date", "Deno", "Error", "EventSource", "File", "FormData",
    "Function", "Headers", "Infinity", "Intl", "JSON", "Map", "Math", "NaN", "Number", "Object", "Promise", "Proxy", "Reflect",
    "ReadableStream", "RegExp", "Request", "Response", "Set", "String", "Symbol", "TextDecoder", "TextEncoder", "TransformStream",
    "URL", "URLSearchParams", "Uint8Array",
    "WeakMap", "WebSocket", "Worker", "XMLHttpRequest", "__dirname", "__filename", "alert", "atob", "btoa", "chrome", "clearTimeout",
    "confirm", "console", "crypto", "decodeURIComponent", "document", "encodeURIComponent", "escape", "eval", "exports", "fetch",
    "global", "globalThis", "importScripts", "isNaN", "localStorage", "location", "module", "navigator", "parseFloat", "parseInt",
    "performance", "process", "prompt", "queueMicrotask", "require", "self", "sessionStorage", "setImmediate", "setInterval",
    "setTimeout", "structuredClone", "unescape", "window",
    "DOMPurify", "markdownit", "marked", "sanitizeHtml", "showdown",  # what a page loads by a script element of its own
})  # fmt: skip
_SAME_AS = {
    "@len": "builtins.len", "@list": "builtins.list", "@dict": "builtins.dict",
    "@super": "builtins.super", "@property": "builtins.property", "@Annotated": "typing.Annotated",
    "@Literal": "typing.Literal", "@string": "builtins.str", "@number": "builtins.float", "@bigint": "builtins.int",
    "@boolean": "builtins.bool", "@any": "typing.Any", "@unknown": "typing.Any", "@object": "builtins.object",
    "window": "globalThis", "global": "globalThis", "self": "globalThis", "globalThis": "globalThis",
}  # fmt: skip
# Packages by their address: of Deno, and of networks that serve what is in npm to pages. A version is no part of the name.
_SERVED = re.compile(
    r"(?:npm:|https?://(?:esm\.sh|esm\.run|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net/npm|ga\.jspm\.io/npm:)/?)(?:v\d+/)?"
    r"(?P<name>(?:@[\w.-]{1,100}/)?[\w.-]{1,100})(?:@[^/\s]{1,60})?(?P<inside>(?:/[\w-]{1,60}){0,4}/?$)?"
)


def module_name(path: str) -> str:
    """`src/app/main.ts` -> `./src/app/main`."""
    return "./" + plain(path)


def plain(path: str) -> str:
    """A path or specifier without its suffix, its other dots made harmless."""
    stem = _SUFFIX.sub("", path)
    if stem.startswith("./"):
        return "./" + stem[2:].replace(".", "_")
    return stem.replace(".", "_")


def specifier(written: str, importer: str) -> str:
    """The module an import means: from the root where it is relative, else as it is written."""
    written = written.split("?", 1)[0]
    if written.startswith(".") and (written in (".", "..") or written.startswith(("./", "../"))):
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(importer), written))
        if joined.startswith(".."):
            return plain(joined.replace("../", "^/"))  # outside of what is scanned
        return "./" + plain(joined if joined != "." else "index")
    if (served := _SERVED.match(written)) is not None:
        written = served["name"] + (served["inside"] or "").rstrip("/")
    name = written.removeprefix("node:")
    if name.split("/", 1)[0] in _NODE:
        return "node:" + name
    return plain(written)


def split(name: str) -> tuple[str, str]:
    """A qualified name's module, and what is left of it."""
    cut = name.find(".", name.rfind("/") + 1)
    if name.startswith("./") and cut == 0:
        cut = name.find(".", 2)
    return (name, "") if cut < 0 else (name[:cut], name[cut + 1 :])


def outside_name(name: str) -> str:
    """How knowledge calls what comes from a package: a default export goes by the package's own name."""
    module, rest = split(name)
    if rest == "default":
        return module
    return f"{module}.{rest[8:]}" if rest.startswith("default.") else name


def global_name(name: str) -> str | None:
    """What a name means that nothing in the file defines, or None."""
    same = _SAME_AS.get(name)
    if same is not None:
        return same
    if name.startswith("@jsx."):
        return name[1:]
    return f"globalThis.{name}" if name in _GLOBALS else None
