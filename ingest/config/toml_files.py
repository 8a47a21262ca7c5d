"""pyproject.toml and Pipfile: what is made, declared packages and the indexes they come from.

Takes the text, gives settings; a table or list of another shape than its tool reads is an error. The TOML
parser gives no positions, so each entry is located afterwards:
the first line at or after its table's header that holds its text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from ingest.config.nodes import BadConfig, misshapen
from ingest.config.packages import npm_pin, python_package, setting
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_BYTES = 1_000_000
_PUBLIC = re.compile(r"https://pypi\.(?:org|python\.org)/simple/?$")
_SEARCHED, _WIDTH = 20_000, 200  # lines, and characters of each, that are looked at for the place of an error


def parse_toml(text: str, limit: int = _BYTES) -> dict[str, Any]:
    """The document as the standard parser gives it; raises `BadConfig`."""
    if len(text) > limit:
        raise BadConfig(f"TOML larger than {limit} characters")
    try:
        return tomllib.loads("\n".join(split_lines(text)))
    except RecursionError:
        raise BadConfig("nested too deeply") from None
    except ValueError as error:
        raise BadConfig(f"not TOML: {str(error)[:200]}") from None


def read_pyproject(text: str, path: str) -> tuple[Setting, ...]:
    """Settings of PEP 621 and 735 tables, Poetry, uv, PDM and Pipenv."""
    document = parse_toml(text)
    locate = _Locator(text, path)
    found: list[Setting] = []
    project = _table(document, "project", locate)
    found += _made(document, locate)
    found += _requirements(_listed(project, "dependencies", locate), locate, "[project]", None)
    optional = _table(project, "optional-dependencies", locate)
    for group in optional:
        found += _requirements(_listed(optional, group, locate), locate, "[project.optional-dependencies]", group)
    groups = _table(document, "dependency-groups", locate)
    for group in groups:
        found += _requirements(_listed(groups, group, locate), locate, "[dependency-groups]", group)
    found += _requirements(_listed(_table(document, "build-system", locate), "requires", locate), locate, "[build-system]", "build")
    tool = _table(document, "tool", locate)
    poetry = _table(tool, "poetry", locate)
    found += _versions(_table(poetry, "dependencies", locate), locate, "[tool.poetry.dependencies]", None)
    found += _versions(_table(poetry, "dev-dependencies", locate), locate, "[tool.poetry.dev-dependencies]", "dev")
    groups = _table(poetry, "group", locate)
    for group in groups:
        packages = _table(_table(groups, group, locate), "dependencies", locate)
        found += _versions(packages, locate, f"[tool.poetry.group.{group}.dependencies]", group)
    uv = _table(tool, "uv", locate)
    found += _requirements(_listed(uv, "dev-dependencies", locate), locate, "[tool.uv]", "dev")
    found += _uv_indexes(uv, locate)
    found += _poetry_sources(_list(poetry.get("source")), locate)
    all_asked = _table(document, "pipenv", locate).get("install_search_all_sources") is True  # else pipenv asks its first source alone
    found += _indexes([(entry, all_asked and number > 0) for number, entry in enumerate(_list(document.get("source")))], locate)
    for name, source in _table(uv, "sources", locate).items():
        for entry in _list(source):
            address = entry.get("git") or entry.get("url")
            if isinstance(address, str):
                pin = "git" if "git" in entry else "url"
                place = locate.after("[tool.uv.sources]", name)
                found.append(setting("package", name, place, specifier=address, pin=pin, ecosystem="pypi", direct=True))
    found += _versions(_table(document, "packages", locate), locate, "[packages]", None)
    found += _versions(_table(document, "dev-packages", locate), locate, "[dev-packages]", "dev")
    return tuple(found)


def _made(document: dict[str, Any], locate: _Locator) -> Iterator[Setting]:
    """What the file makes: something built, and described the way an index of packages shows it."""
    project, poetry = _table(document, "project", locate), _table(_table(document, "tool", locate), "poetry", locate)
    for said, header in ((project, "[project]"), (poetry, "[tool.poetry]")):
        if isinstance(said.get("name"), str):
            classifiers = _texts(said.get("classifiers"))
            shown = bool(classifiers) or bool({"urls", "homepage", "repository", "documentation"} & said.keys())
            private = any(classifier.startswith("Private ::") for classifier in classifiers)
            place = locate.after(header, said["name"])
            linked = {**_table(said, "urls", locate), "homepage": said.get("homepage")}
            homepage = next((url for key, url in linked.items() if key.lower() in ("homepage", "home") and isinstance(url, str)), None)
            built, published = "build-system" in document, shown and not private
            yield setting("project", said["name"], place, homepage=homepage, built=built, published=published)
            return


class _Locator:
    """Finds the line of an entry; entries are asked for in the order of the file, and equal ones get lines in turn."""

    def __init__(self, text: str, path: str) -> None:
        self._lines = split_lines(text)
        self._path = path
        self._headers = {line.split("#")[0].strip(): number for number, line in reversed(list(enumerate(self._lines)))}
        self._next: dict[tuple[str, str], int] = {}

    def after(self, header: str, needle: str) -> Place:
        start = max(self._headers.get(header, 0), self._next.get((header, needle), 0))
        for number in range(start, min(len(self._lines), start + 5000)):
            if needle in self._lines[number] and not self._lines[number].lstrip().startswith("#"):
                self._next[header, needle] = number + 1
                return Place(self._path, number + 1, number + 1)
        return Place(self._path, start + 1 if start < len(self._lines) else 1, start + 1 if start < len(self._lines) else 1)

    def named(self, name: str) -> int:
        """The first line that gives a value to this key, or opens a table of this name."""
        key = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=|\s*\[[^#\n]*\b{re.escape(name)}\b")
        return next((number for number, line in enumerate(self._lines[:_SEARCHED], 1) if key.match(line[:_WIDTH])), 1)


def _table(holder: dict[str, Any], name: str, locate: _Locator) -> dict[str, Any]:  # Any: whatever the parser made of the file
    inner = holder.get(name, {})
    if not isinstance(inner, dict):
        raise misshapen(name, _shape(inner), "a table", f"[{name}], with its keys below", locate.named(name))
    return inner


def _listed(holder: dict[str, Any], name: str, locate: _Locator) -> list[str]:
    """A list of requirements; groups that include others hold tables beside the texts."""
    inner = holder.get(name, [])
    if not isinstance(inner, list) or not all(isinstance(item, str | dict) for item in inner):
        raise misshapen(name, _shape(inner), "a list of texts", f'{name} = ["package>=1.2"]', locate.named(name))
    return _texts(inner)


def _shape(value: Any) -> str:
    for kind, said in ((dict, "a table"), (list, "a list of something else"), (str, "a text")):
        if isinstance(value, kind):
            return said
    return "a single value"


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _list(value: Any) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def _requirements(lines: list[str], locate: _Locator, header: str, group: str | None) -> Iterator[Setting]:
    for line in lines:
        package = python_package(line, locate.after(header, line), group=group)
        if package is not None:
            yield package


def _versions(table: dict[str, Any], locate: _Locator, header: str, group: str | None) -> Iterator[Setting]:
    for name, value in table.items():
        if name == "python":
            continue
        place = locate.after(header, name)
        entry = value if isinstance(value, dict) else {"version": value}
        address = entry.get("git") or entry.get("url")
        version = entry.get("version")
        specifier = str(address or version or "")
        if address:
            pin = "git" if "git" in entry else "url"
        elif header.endswith("packages]"):
            pin = "exact" if specifier.startswith("==") else "none" if specifier in {"*", ""} else "range"
        else:
            pin = "exact" if specifier.startswith("==") else npm_pin(specifier)  # a bare version is exact for Poetry, as for npm
        yield setting(
            "package", name.lower().replace("_", "-"), place, specifier=specifier, pin=pin, ecosystem="pypi", direct=True, group=group
        )


def _uv_indexes(uv: dict[str, Any], locate: _Locator) -> Iterator[Setting]:
    """uv takes the first index that knows a name, unless it is told to compare them; one that is bound gives what it is bound to."""
    inner = uv.get("pip") if isinstance(uv.get("pip"), dict) else {}
    tables: list[dict[str, Any]] = [uv, inner or {}]
    compares = any(str(table.get("index-strategy") or "").startswith("unsafe-") for table in tables)
    entries = [(entry, compares and not entry.get("explicit") and not entry.get("default")) for entry in _list(uv.get("index"))]
    for table in tables:
        entries += [({"url": url}, compares) for url in _texts(table.get("extra-index-url"))]
        entries += [({"url": url}, False) for url in _texts(table.get("index-url"))]
    yield from _indexes(entries, locate)


def _poetry_sources(entries: list[dict[str, Any]], locate: _Locator) -> Iterator[Setting]:
    """Poetry asks a supplemental source only where the others do not know a name, so that whoever registers it there is first; a
    primary one takes the place of the public index, unless that is named as well."""
    public = any(str(entry.get("name")).lower() == "pypi" or _PUBLIC.match(str(entry.get("url"))) for entry in entries)
    told = [(entry, str(entry.get("priority") or ("secondary" if entry.get("secondary") is True else "primary"))) for entry in entries]
    yield from _indexes(
        [(entry, priority in ("supplemental", "secondary") or (public and priority == "primary")) for entry, priority in told], locate
    )


def _indexes(entries: list[tuple[dict[str, Any], bool]], locate: _Locator) -> Iterator[Setting]:
    """An index per entry, with whether it is asked beside another one."""
    for entry, extra in entries:
        url = entry.get("url")
        if isinstance(url, str):
            beside = extra and not _PUBLIC.match(url)
            yield setting("package_index", url, locate.after("", url), extra=beside, trusted_host=entry.get("verify_ssl") is False)
