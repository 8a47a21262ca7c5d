"""What a shell command installs and runs, as far as its words say: for RUN lines and workflow scripts.

Takes the text of a script, gives packages and package indexes with the place they are told to have, and
whether a download is piped into an interpreter. Variables and quoting beyond words are not followed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator

from ingest.config.packages import npm_parts, npm_pin, python_package, setting
from ingest.facts import Setting
from ingest.source import Place

_SEPARATOR = re.compile(r"&&|\|\||[;|\n]")
_CONTINUED = re.compile(r"\\\r?\n")
_PIPED = re.compile(
    r"\b(?:curl|wget)\b[^\n;&|]{0,500}\|[ \t]{0,9}(?:sudo[ \t]{1,9}(?:-\w+[ \t]{1,9}){0,3})?(?:/(?:usr/)?bin/)?"
    r"(?:env[ \t]{1,9})?(?:ba|z|da|k)?(?:sh|python[\d.]*|node|perl|ruby)\b"
    r"(?![ \t]{1,9}-{1,2}(?:[mcep]|ne|pe|eval|print)\b)"
    r"|\b(?:ba|z|da)?sh\b[ \t]{1,9}(?:-c[ \t]{1,9})?[\"']?(?:<\(|\$\()[ \t]{0,9}(?:curl|wget)\b"
)
# What reads its words as a program: the rest of the line after `eval`, or one quoted text.
_READ_AGAIN = re.compile(
    r"(?:^|[\s;&|(`])eval[ \t]+(?P<text>[^\n;&|]{0,1000})"
    r"|(?:^|[\s;&|(/`])(?:(?:ba|z|da|a)?sh(?:[ \t]+-\w+(?:[ \t]+pipefail)?){0,3}[ \t]+-\w*c|(?:python[\d.]*|node|perl|ruby)[ \t]+-[ce])"
    r"[ \t]+(?P<quoted>\"(?:[^\"\\\n]|\\.){0,2000}\")"
)
_FILLED_IN = re.compile(r"(?<!\\)\$\{?([A-Za-z_]\w*)")
_HERE = re.compile(r"//(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)\b")
_LENGTH = 20_000
_WORDS = 500
_VALUED = frozenset({
    "-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host",
    "-t", "--target", "--prefix", "--root", "--python", "--platform", "--only-binary", "--no-binary", "--timeout", "--retries",
    "--cache-dir", "--proxy", "--registry", "-e", "--editable", "--group", "--extra", "--index", "--default-index",
})  # fmt: skip


def runs_a_download(script: str) -> bool:
    """Whether what curl or wget fetches goes straight into an interpreter; what this machine answers itself is no download."""
    return any(_HERE.search(match[0]) is None for match in _PIPED.finditer(_CONTINUED.sub(" ", script[:_LENGTH])))


def read_twice(script: str, names: Collection[str]) -> tuple[str, ...]:
    """Variables whose text a script makes part of a command that is read once more: `eval "go $TITLE"`, `sh -c "go '$TITLE'"`.

    A variable in an ordinary command is one word or a few and never a command; in single quotes, and behind a backslash, it is not
    filled in here.
    """
    found: dict[str, None] = {}
    for line in _CONTINUED.sub(" ", script[:_LENGTH]).split("\n"):
        for match in _READ_AGAIN.finditer(line):
            text = match["text"]  # after `eval`, words in single quotes stay what they are
            filled = match["quoted"] if text is None else re.sub(r"(?:^|(?<=\s))'[^']*'(?=\s|$)", " ", text)
            found |= dict.fromkeys(name[1] for name in _FILLED_IN.finditer(filled) if name[1] in names)
    return tuple(found)


def installed(script: str, place: Place) -> Iterator[Setting]:
    """Packages that pip, uv and npm install by name here, and the indexes they are told to use."""
    for command in _SEPARATOR.split(_CONTINUED.sub(" ", script[:_LENGTH])):
        words = _words(command)
        names = [word.rsplit("/", 1)[-1] for word in words[:8]]
        for index, name in enumerate(names):
            following = words[index + 1 :]
            if re.fullmatch(r"pip[\d.]*", name) and following[:1] == ["install"]:
                yield from _pip(following[1:], place, first_wins="uv" in names[:index])
            elif name == "uv" and following[:1] in (["add"], ["tool"]):
                yield from _pip(following[1 if following[0] == "add" else 2 :], place, first_wins=True)
            elif name in {"npm", "pnpm", "yarn", "bun"} and following[:1] in (["install"], ["i"], ["add"]):
                yield from _npm(following[1:], place)
            else:
                continue
            break


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)[:_WORDS]
    except ValueError:
        return [word.strip("\"'") for word in command.split()[:_WORDS]]  # cut out of a script in quotes: `su app -c "cd x && npm i y"`


def _pip(words: list[str], place: Place, *, first_wins: bool) -> Iterator[Setting]:
    """`first_wins`: the program takes the first index that knows a name, unless it is told to compare them."""
    compares = not first_wins or any("unsafe-" in word for word in words)
    position = 0
    while position < len(words):
        word, _, joined = words[position].partition("=") if words[position].startswith("--") else (words[position], "", "")
        value = joined or (words[position + 1] if word in _VALUED and position + 1 < len(words) else "")
        if word in {"-i", "--index-url", "--extra-index-url", "--index", "--default-index"} and value:
            yield setting("package_index", value, place, extra=compares and word in {"--extra-index-url", "--index"}, trusted_host=False)
        elif word == "--trusted-host" and value:
            yield setting("package_index", value, place, extra=False, trusted_host=True)
        elif word.startswith("git+"):
            yield setting("package", word, place, specifier=word, pin="git", ecosystem="pypi", direct=True)
        elif "$" not in word and not word.startswith(("-", ".", "/")) and not word.endswith((".txt", ".whl", ".tar.gz")):
            package = python_package(word, place)
            if package is not None:
                yield package
        position += 2 if word in _VALUED and not joined else 1


def _npm(words: list[str], place: Place) -> Iterator[Setting]:
    for word in words:
        if not word.startswith(("-", ".", "/")) and "$" not in word:
            name, version = npm_parts(word)
            yield setting("package", name, place, specifier=version, pin=npm_pin(version), ecosystem="npm", direct=True)
