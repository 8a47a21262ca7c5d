"""Names that files of Nuxt and Nitro use without importing them: the build finds them and writes the import itself.

What a server file names is a helper of h3, Nitro or a module of Nuxt, or what a file of `server/utils` offers; what a page's file names,
one of `composables` or `utils` does. Nothing is told in the file, so that only the project's own folders and a manifest that lists the
framework say it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import OFFERED, CodeFacts, ConfigFacts

_BUILDS = frozenset({"nuxt", "nuxt-edge", "nuxt3", "nitropack", "nitropack-nightly", "nitro"})
_SERVES_ITSELF = frozenset({"nitropack", "nitropack-nightly", "nitro"})  # the folders may lie beside the manifest
_CONFIGURED = re.compile(r"(?P<folder>(?:.*/)?)(?P<name>nuxt|nitro)\.config\.[cm]?[jt]s\Z")
_SERVER = re.compile(r"server/")
_PART_OF_SERVER = re.compile(r"(?:api|routes|middleware|plugins|utils|tasks|handlers)/")
_SHARED_UTILS = re.compile(r"shared(?:/utils|/types)/")
_SERVER_UTILS = re.compile(r"(?:server/)?utils/")
_PAGE_UTILS = re.compile(r"(?:app/|src/)?(?:composables|utils|stores)/")
_COMPONENTS = re.compile(r"(?:app/|src/)?components/(?P<path>.+)[.](?:vue|tsx|jsx)\Z")
_PART = re.compile(r"[A-Z]?[a-z\d]+|[A-Z]+(?![a-z])")
_HELPERS = {
    "h3": (
        "defineEventHandler", "eventHandler", "defineLazyEventHandler", "lazyEventHandler", "defineWebSocketHandler", "defineHandler",
        "defineRequestMiddleware", "defineResponseMiddleware", "dynamicEventHandler", "fromNodeMiddleware", "fromWebHandler",
        "readBody", "readRawBody", "readValidatedBody", "readFormData", "readMultipartFormData", "getQuery", "getValidatedQuery",
        "getRouterParam", "getRouterParams", "getValidatedRouterParams", "getHeader", "getHeaders", "getRequestHeader",
        "getRequestHeaders", "getRequestURL", "getRequestPath", "getRequestHost", "getRequestIP", "getRequestWebStream",
        "getRequestProtocol", "getMethod", "isMethod", "assertMethod", "getCookie", "parseCookies", "setCookie", "deleteCookie",
        "useSession", "getSession", "updateSession", "clearSession", "sealSession", "unsealSession", "createError", "sendError", "isError",
        "send", "sendStream", "sendRedirect", "sendNoContent", "sendWebResponse", "sendProxy", "proxyRequest", "fetchWithEvent",
        "createEventStream", "setHeader", "setHeaders", "setResponseHeader", "setResponseHeaders", "setResponseStatus",
        "appendHeader", "appendResponseHeader", "handleCors", "toWebRequest", "sanitizeStatusCode",
    ),
    "nitropack": (
        "defineCachedEventHandler", "cachedEventHandler", "defineCachedFunction", "cachedFunction", "useStorage", "useRuntimeConfig",
        "defineNitroPlugin", "defineTask", "runTask", "useDatabase", "useNitroApp", "useEvent",
    ),
    "nuxt-auth-utils": (
        "requireUserSession", "getUserSession", "setUserSession", "replaceUserSession", "clearUserSession", "hashPassword",
        "verifyPassword",
    ),
    "nuxthub": ("hubAI", "hubKV", "hubBlob", "hubDatabase", "hubVectorize"),
    "nuxt-ofetch": ("$fetch", "useFetch", "useLazyFetch"),
}  # fmt: skip
_FROM = {name: f"{package}.{name}" for package, names in _HELPERS.items() for name in names}


class AutoImports:
    """What a bare name stands for in a file of a project whose build imports by itself."""

    def __init__(self, files: Sequence[CodeFacts], configuration: Sequence[ConfigFacts]) -> None:
        roots: dict[str, bool] = {}
        for config in configuration:
            named = {setting.name for setting in config.settings if setting.kind == "package"}
            if config.path.endswith("package.json") and not _BUILDS.isdisjoint(named):
                roots[config.path.removesuffix("package.json")] = not _SERVES_ITSELF.isdisjoint(named)
        for file in files:
            if (configured := _CONFIGURED.match(file.path)) is not None:
                roots[configured["folder"]] = roots.get(configured["folder"], False) or configured["name"] == "nitro"
        self._roots = sorted(roots.items(), key=lambda root: -len(root[0]))
        self._files = files if roots else ()
        self._server: dict[str, dict[str, str]] = {}
        self._pages: dict[str, dict[str, str]] = {}
        for file in self._files:
            root, inside = self._place(file.path)
            if root is None or file.language != "typescript":
                continue
            for tables, folders in ((self._server, (_SERVER_UTILS, _SHARED_UTILS)), (self._pages, (_PAGE_UTILS, _SHARED_UTILS))):
                if any(folder.match(inside) for folder in folders):
                    table = tables.setdefault(root, {})
                    for given in file.imports:
                        if given.local == OFFERED:
                            table.setdefault(
                                given.target if given.target != "default" else _file_name(inside), f"{file.module}.{given.target}"
                            )
            if (component := _COMPONENTS.match(inside)) is not None:
                called = _component_name(component["path"])
                self._pages.setdefault(root, {}).setdefault(called, f"{file.module}.default")
                self._pages[root].setdefault(f"Lazy{called}", f"{file.module}.default")

    def visible(self, name: str, importer: int) -> tuple[str, ...]:
        """The whole name that a bare one stands for, where the build finds one."""
        if not self._files:
            return ()
        root, inside = self._place(self._files[importer].path)
        if root is None:
            return ()
        serves = _SERVER.match(inside) is not None or (dict(self._roots)[root] and _PART_OF_SERVER.match(inside) is not None)
        own = (self._server if serves else self._pages).get(root, {}).get(name)
        if own is not None:
            return (own,)
        known = _FROM.get(name) if serves or name in _HELPERS["nuxt-ofetch"] else None
        return () if known is None else (known,)

    def _place(self, path: str) -> tuple[str | None, str]:
        """The project's folder that a file lies in, and its path inside of it."""
        root = next((root for root, _both in self._roots if path.startswith(root)), None)
        return root, path.removeprefix(root or "")


def _file_name(path: str) -> str:
    """What a default export is called by its file: `composables/use-chat.ts` -> `useChat`."""
    words = re.split(r"[^A-Za-z0-9$_]+", path.rsplit("/", 1)[-1].split(".", 1)[0])
    return words[0] + "".join(word[:1].upper() + word[1:] for word in words[1:])


def _component_name(path: str) -> str:
    """`chat/MessageList` -> `ChatMessageList`; a folder whose words the name begins with is not said twice."""
    words: list[str] = []
    for part in path.split("/"):
        own = [word[:1].upper() + word[1:] for word in _PART.findall(part)]
        if part == "index":
            continue
        shared = next((n for n in range(min(len(words), len(own)), 0, -1) if words[-n:] == own[:n]), 0)
        words += own[shared:]
    return "".join(words)
