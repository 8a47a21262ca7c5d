"""Settings: command line > environment (`THREATLOOM_*`) > settings file > defaults. The highest that names a setting wins whole.

A settings file in the scanned tree (`.threatloom.yaml`, or `[tool.threatloom]` in pyproject.toml) was written by
others: it may narrow what is read, say where design documents are, inside the tree, and set the bar where nobody else
did, and nothing else. What it leaves out is marked as its own wish, so that the reports can say so. It is read as plain
data, bounded in size, and a key it may not set ends the run with a line that names it.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, ValidationError

from ingest.errors import UnusableInput
from ingest.exclusion import TreePattern
from pipeline.findings.model import Suppression
from pipeline.interfaces.fleet_settings import said
from pipeline.interfaces.suppressions import listed_in_toml, listed_in_yaml, suppressions_in
from pipeline.reports.escape import shorten, visible

FailOn = Literal["critical", "high", "medium", "low", "never"]
FILE_NAME = ".threatloom.yaml"
MOST_BYTES = 64 * 1024
MOST_PYPROJECT_BYTES = 1024 * 1024
_Given = Mapping[str, object]
_LISTS = ("exclude", "docs", "format", "knowledge", "budget", "llm_include", "llm_exclude")
_PATHS = ("docs", "knowledge")
_BY_FILE = ("record",)  # may hold a password, so that a file may hold it
_OF_MODEL = (
    "base_url", "budget", "llm_price", "llm_include", "llm_exclude", "llm_personal_data", "llm_tools", "llm_parallel", "llm_timeout",
    "llm_max_output", "replies_dir", "offline",
)  # fmt: skip


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class FileSettings(BaseModel):
    """What a settings file may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exclude: Listed = Field(default=(), description="Globs, as in .gitignore, of what is not read.")
    docs: Listed = Field(default=(), description="Design documents or folders of them, relative to the settings file, inside its folder.")
    suppress: tuple[Suppression, ...] = Field(
        default=(), description="Findings that are accepted or dismissed: threat or finding, path, reason, kind, until, by."
    )
    part_of_ai_system: bool = Field(
        default=False,
        description="Whether the tree is part of an AI system though nothing of AI is found in it, so that risks of ordinary parts count.",
    )
    fail_on: FailOn = Field(
        default="never", description="The lowest severity that makes the exit code 1; low confidence of a model alone does not."
    )


class Settings(FileSettings):
    """Everything a scan is started with."""

    format: Listed = Field(default=(), description="Reports to write, as FORMAT or FORMAT=FILE.")
    suppressions: bool = Field(
        default=True, description="Whether decisions that stand in the scanned tree, in its settings or in comments, close findings."
    )
    knowledge: Listed = Field(
        default=(), description="Folders of own threats, frameworks, controls and severities; never named by the scanned tree."
    )
    baseline: str | None = Field(
        default=None,
        description="What a scan is told against: its JSON file, a revision of git, record:last or record:N; never named by the tree.",
    )
    trust: Literal["tree", "baseline"] = Field(
        default="tree",
        description="Against a revision: whose settings file and suppressions count; with baseline, not those that a change adds.",
    )
    new_only: bool = Field(default=False, description="Report and count only what is new against the baseline, or came back.")
    jobs: PositiveInt | None = Field(default=None, description="Processes that parse files; all processors where not given.")
    embedding: str = Field(
        default="wordllama",
        description="What embeds passages: wordllama, onnx:FOLDER (both offline), openai:MODEL or sentence-transformers:MODEL.",
    )
    embedding_url: str | None = Field(default=None, description="Address of an OpenAI-compatible endpoint for openai:MODEL.")
    ocr: str = Field(
        default="off",
        description="What reads the text in pictures: off, tesseract or tesseract:LANGUAGES (here), vision:MODEL (pictures are sent).",
    )
    ocr_url: str | None = Field(default=None, description="Address of an OpenAI-compatible endpoint for vision:MODEL.")
    llm: str | None = Field(default=None, description="Model that is asked beside the rules, as PROVIDER:NAME; none if not given.")
    base_url: str | None = Field(default=None, description="Address of the model's endpoint, where it is not the provider's own.")
    budget: Listed = Field(default=(), description="What a model may take at most: 200k tokens, 5 USD, 10m, 40 calls.")
    llm_price: str | None = Field(default=None, description="Price of the model, as IN/OUT in USD for a million tokens.")
    llm_include: Listed = Field(default=(), description="Globs of the files whose words may be sent to a model; all if not given.")
    llm_exclude: Listed = Field(default=(), description="Globs of the files whose words are never sent to a model.")
    llm_personal_data: Literal["send", "replace"] = Field(
        default="send", description="Whether names of mailboxes, telephone, account and card numbers are replaced before they are sent."
    )
    llm_tools: bool = Field(default=True, description="Whether the model may look further by tools that only read.")
    llm_parallel: PositiveInt = Field(default=16, description="Requests to a model at the same time.")
    llm_timeout: PositiveInt = Field(default=180, description="Seconds that one request to a model may take.")
    llm_max_output: PositiveInt = Field(default=8192, description="Tokens that one reply may have.")
    replies_dir: str | None = Field(default=None, description="Folder of kept replies of models; the user's cache folder if not given.")
    record: str | None = Field(
        default=None,
        description="Where scans and decisions are kept: a file, postgresql://HOST/DATABASE, or off; a file in the user's data folder "
        "if not given.",
    )
    offline: bool = Field(default=False, description="Refuse settings that would send something over the network.")
    chroma_url: str | None = Field(default=None, description="Chroma server that holds the vectors; a folder of this machine if not given.")
    index_dir: str | None = Field(default=None, description="Folder of the indexes; the user's cache folder if not given.")


def load_settings(
    target: Path, given: _Given, environment: Mapping[str, str], config: Path | None = None, at: str | None = None
) -> Settings:
    """The settings in force for a scan of `target`; `given` holds what the command line named, `at` the revision whose file counts."""
    root = target if target.is_dir() else target.parent
    file = _from_file(config, config.parent) if config else _from_tree(root) if at is None else _from_revision(root, at)
    asked = {**_from_environment(environment), **given}
    try:
        settings = Settings.model_validate({**file, **asked})
    except ValidationError as failure:
        raise _refused(failure, "the command line or THREATLOOM_* variables", {}) from None
    if config or "exclude" in asked:
        return settings
    name = (FILE_NAME if os.path.lexists(root / FILE_NAME) else "pyproject.toml") if at is None else "settings file at the baseline"
    return settings.model_copy(update={"exclude": tuple(TreePattern(pattern, name) for pattern in settings.exclude)})


def model_settings(given: _Given, environment: Mapping[str, str]) -> Settings:
    """The settings of a model that a caller names, without those of a tree: what `given` says, else the environment. Which model is asked,
    the environment alone never says here."""
    asked = {name: value for name, value in _from_environment(environment).items() if name in _OF_MODEL}
    try:
        return Settings.model_validate({**asked, **given})
    except ValidationError as failure:
        raise _refused(failure, "what names the model", {}) from None


def knowledge_folders(given: Sequence[str], environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Folders of own knowledge for commands that scan nothing: those of the command line, else those of the environment."""
    named = given or Settings.model_validate({"knowledge": _split("knowledge", environment.get("THREATLOOM_KNOWLEDGE", ""))}).knowledge
    return tuple(map(Path, named))


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in Settings.model_fields:
        if name == "suppress":
            continue  # decisions are written down, with their reasons
        variable = f"THREATLOOM_{name.upper()}"
        value = ((said(variable, None, environment) if name in _BY_FILE else environment.get(variable)) or "").strip()
        if not value:
            continue
        try:
            Settings.model_validate({name: (parsed := _split(name, value))})
        except ValidationError as failure:
            raise _refused(failure, f"THREATLOOM_{name.upper()}", {}) from None
        found[name] = parsed
    return found


def _split(name: str, value: str) -> object:
    if name not in _LISTS:
        return value
    return tuple(part.strip() for part in value.split(os.pathsep if name in _PATHS else ",") if part.strip())


def _from_tree(root: Path) -> dict[str, object]:
    own = root / FILE_NAME
    if os.path.lexists(own):
        return _from_file(own, root)
    project = root / "pyproject.toml"
    readable = os.access(project, os.R_OK) and project.is_file() and not project.is_symlink()
    return _from_pyproject(project, root) if readable else {}  # one that cannot be read is reported by the scan itself


def _from_revision(root: Path, name: str) -> dict[str, object]:
    """What the settings file of a revision says; its paths mean what lies there now."""
    from ingest.revision import text_at

    own = text_at(root, name, FILE_NAME, MOST_BYTES)
    if own is not None:
        return _from_text(own, root / FILE_NAME, root)
    project = text_at(root, name, "pyproject.toml", MOST_PYPROJECT_BYTES)
    return {} if project is None else _from_project(project, root / "pyproject.toml", root)


def _from_file(path: Path, folder: Path) -> dict[str, object]:
    return _from_text(_read(path, MOST_BYTES), path, folder)


def _from_text(text: str, path: Path, folder: Path) -> dict[str, object]:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as failure:
        mark = getattr(failure, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UnusableInput("settings are not YAML", visible(where), "correct the line, or remove the file") from None
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise UnusableInput("settings are not a list of keys", visible(f"{path}:1"), f"write keys such as {_keys()}")
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    values = {
        str(key.value): suppressions_in(listed_in_yaml(value, str(path)), str(path)) if key.value == "suppress" else _plain(value)
        for key, value in node.value
    }
    return _checked(values, path, folder, lines)


def _plain(node: yaml.Node) -> object:
    # Read from the nodes, not constructed: no tag, no anchor and no nesting can make this large or run anything.
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in node.value):
        return tuple(str(item.value) for item in node.value)
    return None


def _from_pyproject(path: Path, folder: Path) -> dict[str, object]:
    if path.stat().st_size > MOST_PYPROJECT_BYTES:
        return {}  # reported as a skip by the scan itself
    return _from_project(path.read_bytes().decode("utf-8", "replace"), path, folder)


def _from_project(text: str, path: Path, folder: Path) -> dict[str, object]:
    start = re.search(r"^\s*\[tool\.threatloom\]", text, re.MULTILINE)
    if start is None:
        return {}
    try:
        table = tomllib.loads(text)["tool"]["threatloom"]
    except (tomllib.TOMLDecodeError, KeyError, RecursionError):
        raise UnusableInput("settings are not TOML", visible(str(path)), "correct [tool.threatloom], or remove it") from None
    if "suppress" in table:
        table = {**table, "suppress": suppressions_in(listed_in_toml(table["suppress"], text, str(path)), str(path))}
    lines: dict[str, int] = {}
    for number, line in enumerate(text[start.start() :].split("\n"), text.count("\n", 0, start.start()) + 1):
        if match := re.match(r"\s*[\"']?([\w.-]+)[\"']?\s*=", line):
            lines.setdefault(match.group(1).replace("-", "_"), number)
    return _checked({key.replace("-", "_"): value for key, value in table.items()}, path, folder, lines)


def _read(path: Path, limit: int) -> str:
    if path.is_symlink() or not path.is_file():
        raise UnusableInput("settings are not a plain file", visible(str(path)), "make it a file of its own")
    if path.stat().st_size > limit:
        raise UnusableInput(f"settings are larger than {limit // 1024} KB", visible(str(path)), "shorten the file")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnusableInput("settings cannot be read", visible(str(path)), "make it readable UTF-8 text") from None


def _checked(said: _Given, path: Path, folder: Path, lines: Mapping[str, int]) -> dict[str, object]:
    said = {key.replace("-", "_"): value for key, value in said.items()}
    lines = {key.replace("-", "_"): line for key, line in lines.items()}
    try:
        settings = FileSettings.model_validate(said)
    except ValidationError as failure:
        raise _refused(failure, str(path), lines) from None
    values: dict[str, object] = settings.model_dump(exclude_unset=True)
    if settings.docs:
        values["docs"] = tuple(_inside(item, folder, f"{path}:{lines.get('docs', 1)}") for item in settings.docs)
    return values


def _inside(item: str, folder: Path, where: str) -> str:
    try:
        is_inside = (place := (folder / item).resolve()).is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        raise UnusableInput(f"docs names {shorten(visible(item), 60)}, which is no path", visible(where), "correct it") from None
    if not is_inside:
        raise UnusableInput(f"docs names {visible(item)}, which is outside of its folder", visible(where), "give it with --docs instead")
    return str(place)


def _refused(failure: ValidationError, where: str, lines: Mapping[str, int]) -> UnusableInput:
    first: Any = failure.errors()[0]  # pydantic's own dictionary of an error
    key = str(first["loc"][0])
    where = visible(f"{where}:{lines[key]}" if key in lines else where)
    shown = shorten(visible(key), 60)
    if first["type"] == "extra_forbidden":
        known = key in Settings.model_fields
        what = f"{shown} can only be set on the command line or in the environment" if known else f"{shown} is no setting"
        return UnusableInput(what, where, f"a settings file may set {_keys()}")
    said = "something else" if first["input"] is None else shorten(visible(str(first["input"])), 60)
    kinds = {"fail_on": f"one of {', '.join(get_args(FailOn))}", "jobs": "a whole number above 0", "part_of_ai_system": "true or false"}
    return UnusableInput(f"{shown} is {said}", where, f"it must be {kinds.get(key, 'a list of texts')}")


def _keys() -> str:
    return ", ".join(FileSettings.model_fields)
