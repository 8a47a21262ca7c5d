"""Dockerfiles: base images, the user, what is run and copied while building, ports, variables.

Takes the text, gives settings with the lines of their instructions. `ARG` defaults are put into `FROM`;
nothing else is expanded. Bodies of here-documents are read as part of their instruction.
"""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from dockerfile_parse import DockerfileParser

from ingest.config.commands import command_settings
from ingest.config.entry_script import steps_of_written
from ingest.config.nodes import BadConfig
from ingest.config.packages import environment, image_parts, said_by_default, setting
from ingest.config.shell import installed, runs_a_download
from ingest.default_passwords import is_default_password
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 5000
_BYTES = 256_000
_HEREDOC = re.compile(r"<<-?[ \t]{0,9}([\"']?)([A-Za-z_]\w{0,60})\1")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|([A-Za-z_]\w*))")
_SECRET_FILE = re.compile(
    r"(?:^|/)(?:\.env(?:\.(?!example|sample|template|dist)\w+)?|id_(?:rsa|ed25519|ecdsa)|credentials(?:\.json)?|[^/]*\.pem"
    r"|\.npmrc|\.pypirc|\.netrc)$"
)
_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:[^\s\\]|\\.)*)")
_FLAG = re.compile(r"--[a-z-]+(?:=\S+)?")


@dataclass(frozen=True, slots=True)
class _Instruction:
    name: str
    value: str
    place: Place


_INSTALLS = re.compile(r"\b(?:npm|pnpm|yarn|bun)\b")
_MOST_COPIED = 60
_SHELL_ALONE = re.compile(r"(?:/bin/)?(?:ba|da)?sh -e?l?c")


@dataclass(slots=True)
class _Stage:
    """What a stage has said by now; one that is built on another begins with what that one said."""

    names: tuple[str, ...]  # of the stages it stands on, the first of them first, and its own
    user: Setting | None = None
    exposed: tuple[str, ...] = ()
    entry: str = ""
    runs: dict[str, tuple[str, Place]] = field(default_factory=dict)  # ENTRYPOINT and CMD
    copied: tuple[str, ...] = ()  # what of the tree is there by now


def read_dockerfile(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file, then those of the whole file."""
    lines = split_lines(text)
    if len(lines) > _LINES or len(text) > _BYTES:
        raise BadConfig(f"longer than {_LINES} lines or {_BYTES} characters")
    found: list[Setting] = []
    arguments: dict[str, str] = {}
    given_here: dict[str, str] = {}
    stages: dict[str, _Stage] = {}
    stage = _Stage(())
    last_from: Place | None = None
    for instruction in _instructions(lines, path):
        value, place = instruction.value, instruction.place
        match instruction.name:
            case "FROM":
                words = [word for word in value.split() if not _FLAG.fullmatch(word)] or [""]
                reference = _expanded(words[0].strip("\"'"), arguments)
                alias = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else str(len(stages))
                if reference.lower() not in stages and reference and reference != "scratch":
                    name, tag, digest, pin = image_parts(reference)
                    written = words[0].strip("\"'") if "$" in words[0] else None
                    found.append(setting("image", name, place, tag=tag, digest=digest, pin=pin, stage=alias, written=written))
                on = stages.get(reference.lower(), _Stage(()))
                stage = stages[alias] = _Stage((*on.names, alias), on.user, on.exposed, on.entry, dict(on.runs), on.copied)
                last_from = place
            case "ARG":
                name, separator, default = value.partition("=")
                if separator:
                    arguments[name.strip()] = default.strip().strip("\"'")
                    found.append(environment(name.strip(), default.strip().strip("\"'"), place, build_argument=True))
            case "ENV":
                pairs = _PAIR.findall(value) if "=" in value.split(" ", 1)[0] else [tuple([*value.split(None, 1), "", ""][:2])]
                given = {str(name): str(text).strip("\"'") for name, text in pairs if name}
                given_here |= {name: said_by_default(text).strip("\"'") for name, text in given.items()}
                found += [
                    environment(name, text, place, beside=given, known=is_default_password(name, given_here[name], given_here) or None)
                    for name, text in given.items()
                ]
            case "USER":
                name = _expanded(value.split()[0] if value.split() else "", arguments).split(":")[0]
                stage.user = setting("container_user", name, place, root=name in {"root", "0"}, declared=True)
            case "EXPOSE":
                stage.exposed += tuple(value.split())
            case "RUN" | "CMD" | "ENTRYPOINT":
                if instruction.name == "ENTRYPOINT" or (instruction.name == "CMD" and "ENTRYPOINT" not in stage.runs):
                    stage.entry = value
                there = stage.copied if instruction.name == "RUN" and _INSTALLS.search(value) else ()
                fetched = runs_a_download(value)
                found.append(
                    setting("run_command", instruction.name, place, command=value, downloads_and_runs=fetched, copied=there or None)
                )
                found += installed(value, place) if instruction.name == "RUN" else ()
                if instruction.name == "RUN":
                    found += steps_of_written(value, place)
                    found += command_settings(value, place, "build", lines=False)
                else:
                    stage.runs[instruction.name] = (_words(value), place)
            case "COPY" | "ADD":
                found += steps_of_written(value, place)
                sources = [word.strip('[",]') for word in value.split() if not _FLAG.fullmatch(word)][:-1]
                if not any(word.startswith("--from=") for word in value.split()):
                    stage.copied = (*stage.copied, *sources)[:_MOST_COPIED]
                remote = instruction.name == "ADD" and any(source.startswith(("http://", "https://", "git@")) for source in sources)
                secret = any(_SECRET_FILE.search(source) for source in sources)
                if secret or remote or "." in sources or "./" in sources:
                    found.append(
                        setting("run_command", instruction.name, place, command=value, copies_secret_file=secret, downloads=remote)
                    )
            case _:
                pass
    if stage.runs:  # what CMD says is given to the entry point
        both = [stage.runs[name] for name in ("ENTRYPOINT", "CMD") if name in stage.runs]
        found += command_settings(" ".join(text for text, _place in both), both[0][1], "docker", lines=False)
        if len(both) > 1 and _SHELL_ALONE.fullmatch(both[0][0].strip()):
            stage.entry = " ".join(text for text, _place in both)  # a shell that is given its line by CMD is not what runs
    if last_from is not None:
        found.append(stage.user or setting("container_user", "root", last_from, root=True, declared=False))
        found.append(
            setting("container_build", path, last_from, exposes=stage.exposed or None, entrypoint=stage.entry or None, stages=stage.names)
        )
    return tuple(found)


def _words(value: str) -> str:
    """What an instruction runs, as a shell would be told it; `["a", "b c"]` is a list of words."""
    if value.startswith("["):
        try:
            words = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return shlex.join(str(word) for word in words[:200]) if isinstance(words, list) else value
    return value


def _instructions(lines: list[str], path: str) -> Iterator[_Instruction]:
    folded, bodies = _folded(lines)
    parser = DockerfileParser(fileobj=io.BytesIO(folded.encode("utf-8", "replace")), env_replace=False)
    for entry in parser.structure:
        if entry["instruction"] == "COMMENT":
            continue
        start, end = entry["startline"], entry["endline"]
        body = [line for number in range(start, end + 1) for line in bodies.get(number, ())]
        end += len(body) + (1 if body or any(number in bodies for number in range(start, end + 1)) else 0)
        value = str(entry["value"] or "").strip()
        yield _Instruction(entry["instruction"], "\n".join([value, *body]), Place(path, start + 1, min(end + 1, len(lines))))


def _folded(lines: list[str]) -> tuple[str, dict[int, list[str]]]:
    """The text with bodies of here-documents made comments (the parser knows none), and the bodies by their line."""
    kept: list[str] = []
    bodies: dict[int, list[str]] = {}
    word, opened_at = "", 0
    for number, line in enumerate(lines):
        line = re.sub(r"[ \t]{200,}", " ", line)
        if word:
            kept.append("#")
            if line.strip() == word:
                word = ""
            else:
                bodies[opened_at].append(line)
            continue
        kept.append(line)
        match = _HEREDOC.search(line) if re.match(r"\s{0,20}(?:RUN|COPY|ADD)\b", line, re.IGNORECASE) else None
        if match:
            word, opened_at = match[2], number
            bodies[number] = []
    return "\n".join(kept), bodies


def _expanded(text: str, arguments: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda match: arguments.get(match[1] or match[3]) or match[2] or match[0], text)[:1000]
