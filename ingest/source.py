"""What ingest reads and what comes of reading: sources, skips and errors.

A `Source` is one file of the scanned tree that will be read; a `Skip` is one that is passed over on
purpose, with the reason; a `ReadError` is one that should have been read and could not be. Every file
of a tree ends as exactly one of the three, so that nothing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

SourceKind = Literal[
    "python", "notebook", "typescript", "java", "kotlin", "go", "csharp",
    "markdown", "docx", "odt", "pptx", "xlsx", "html", "pdf", "rst", "eml", "text", "picture",
    "requirements", "go_mod", "pyproject", "lockfile", "package_json", "tsconfig", "langgraph_config", "nuget", "app_settings",
    "spring_settings", "hocon", "ini_file", "request_file", "run_settings",
    "dockerfile", "compose", "github_workflow", "dotenv", "mcp_config", "entry_script", "shell_script", "makefile", "procfile",
    "prompt_file", "model_file",
    "mermaid", "drawio", "plantuml", "graphviz", "threat_dragon", "open_threat_model", "threat_composer", "tm7", "tm_bom", "tm_library",
    "kubernetes", "kustomization", "helm_template", "helm_values", "helm_chart",
    "chart_deployer", "terraform", "cloudformation", "openapi", "gitlab_ci", "nginx", "envoy",
    "bicep", "bicep_values", "gateway",
    "conda", "maven", "gradle", "npmrc", "pip_config", "dvc_config",
    "agent_settings", "ml_pipeline", "feature_list", "card_file", "ecs_task", "systemd_unit", "page_settings",
]  # fmt: skip

Purpose = Literal["product", "test", "example", "documentation", "vendored", "generated"]
"""What a file is for. Words about a threat are not the threat: rules weigh evidence by this."""

Scalar = str | int | float | bool | None
Attribute = Scalar | tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: lines of a text file, paragraphs or rows of a document without lines, entries of a model file's listing."""

    path: str  # relative to the root, POSIX separators
    start_line: int  # 1-based, inclusive
    end_line: int  # 1-based, inclusive
    page: int | None = None  # 1-based page, slide, sheet, part of a mail or notebook cell; the lines then count inside it
    where: str = field(default="", compare=False)  # the same in the document's own words: "section 3.2 Approvals, paragraph 4"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. The bytes stay on disk until a reader asks for them."""

    path: str  # relative to the root, POSIX separators
    location: Path  # where the bytes are
    kind: SourceKind
    purpose: Purpose
    size: int  # bytes
    content: str | None = None  # what names its bytes, where that is known without reading them


@dataclass(frozen=True, slots=True, order=True)
class Skip:
    """A file passed over on purpose. Normal, counted, shown."""

    path: str  # of the file, or what stands for many of them: `*.ts`, `node_modules/`
    reason: str
    count: int = 1  # files


@dataclass(frozen=True, slots=True, order=True)
class ReadError:
    """A file that should have been read and could not be: the scan is incomplete and says so."""

    path: str
    error: str


def attributes_of(**attributes: Attribute) -> Mapping[str, Attribute]:
    """Attributes in a stable order, without those that are None (unknown)."""
    return {name: attributes[name] for name in sorted(attributes) if attributes[name] is not None}


def parts_of(value: Attribute | None) -> tuple[str, ...]:
    """The parts of an attribute that has several; of any other, none."""
    return value if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What to read and how much of it."""

    docs: tuple[Path, ...] = ()  # documents or folders of documents, inside or outside the root
    exclude: tuple[str, ...] = ()  # patterns as in .gitignore; those the tree itself names are `TreePattern`
    max_file_bytes: int = 2_000_000  # code, configuration and plain text
    max_document_bytes: int = 20_000_000  # docx, pdf, notebooks and lock files
    max_files: int = 200_000
    use_git: bool = True
    pictures: bool = False  # whether something reads the text in them
