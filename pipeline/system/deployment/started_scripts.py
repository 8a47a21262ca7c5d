"""Commands that start scripts of the tree, and with what: `python src/train.py --data data/train.csv`.

Takes configuration, gives the arguments each script is started with and the folder it is started in. Stages of DVC and MLflow and steps
of workflows are read; values that a tool fills in when it runs (`{alpha}`) are not known, those of `${...}` are looked up among the
parameters.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.deployment.deployment import folder_of

_PYTHON = re.compile(r"(?:^|/)(?:python[\d.]*|torchrun|papermill|ipython)$")
_ENDS = frozenset({"&&", "||", ";", "|", "&", ">", ">>", "2>&1"})
_FILLED = re.compile(r"\$\{(?:item\.)?([\w.]+)\}")
_LONGEST = 20_000


class StartedScripts:
    """What the commands of configuration hand to scripts."""

    def __init__(self, files: Sequence[ConfigFacts], paths: Sequence[str], parameters: Mapping[str, str]) -> None:
        self._starts: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for file in files:
            for setting in file.settings:
                for text in _texts(setting):
                    for script, words in _commands(_FILLED.sub(lambda m: parameters.get(m[1], m[0]), text[:_LONGEST])):
                        folder = _folder(file, setting)
                        path = _path(script, folder, paths)
                        if path is not None and (folder, words) not in self._starts.setdefault(path, []):
                            self._starts[path].append((folder, words))

    def folders(self, path: str) -> tuple[str, ...]:
        """The folders a script is started in."""
        return tuple(dict.fromkeys(folder for folder, _words in self._starts.get(path, ())))

    def positions(self, path: str, position: str) -> tuple[str, ...]:
        """What commands give a script at a position, which counts from 1."""
        number = int(position) if position.isdigit() else 0
        found = (words[number - 1] for _folder, words in self._starts.get(path, ()) if 0 < number <= len(words))
        return tuple(dict.fromkeys(word for word in found if _is_plain(word)))

    def options(self, path: str, flags: Sequence[str], position: int) -> tuple[str, ...]:
        """What commands give a script under any of the flags, or, without flags, at a position among the words that are no options."""
        found: list[str] = []
        for _folder, words in self._starts.get(path, ()):
            plain: list[str] = []
            before = ""
            for word in words:
                name, sign, value = word.partition("=")
                if name in flags and sign:
                    found.append(value)
                elif before in flags and not word.startswith("-"):
                    found.append(word)
                elif not word.startswith("-") and not before.startswith("-"):
                    plain.append(word)
                before = "" if sign else word
            if not flags and 0 <= position < len(plain):
                found.append(plain[position])
        return tuple(dict.fromkeys(word for word in found if _is_plain(word)))


def _is_plain(word: str) -> bool:
    return bool(word) and "$" not in word and "{" not in word


def _texts(setting: Setting) -> Iterator[str]:
    if setting.kind == "ml_stage":
        yield str(setting.attributes.get("command") or "")
    elif setting.kind == "workflow_step":
        yield str(setting.attributes.get("run") or "")
    elif setting.kind == "run_command":
        yield str(setting.attributes.get("command") or "")


def _folder(file: ConfigFacts, setting: Setting) -> str:
    return "" if setting.kind == "workflow_step" else folder_of(file.path)


def _commands(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Scripts that a text of commands starts, each with its arguments."""
    for line in text.replace("\\\n", " ").split("\n"):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        for position, word in enumerate(words):
            if not _PYTHON.search(word):
                continue
            rest = words[position + 1 : position + 80]
            ended = next((at for at, other in enumerate(rest) if other in _ENDS or other.endswith(";")), len(rest))
            rest = rest[:ended]
            while rest and rest[0].startswith("-") and rest[0] != "-m":
                rest = rest[1:]
            if rest[:1] == ["-m"] and len(rest) > 1:
                yield rest[1].replace(".", "/") + ".py", tuple(rest[2:])
            elif rest and rest[0].endswith((".py", ".ipynb")):
                yield rest[0], tuple(rest[1:])


def _path(script: str, folder: str, paths: Sequence[str]) -> str | None:
    """The file of the tree that a command names from where it runs; a module may lie below a folder of sources."""
    wanted = posixpath.normpath(posixpath.join(folder, script))
    if wanted in paths:
        return wanted
    ending = [path for path in paths if f"/{path}".endswith(f"/{script.removeprefix('./')}") and path.startswith(folder)]
    return ending[0] if len(ending) == 1 else None
