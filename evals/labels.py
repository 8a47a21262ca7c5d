"""Labels of a reference system: `labels.yaml`, written from reading the system before any tool ran on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from evals.own_lines import Counted, places_of
from evals.yaml_file import read_yaml
from ingest.errors import UnusableInput

SYSTEMS = Path(__file__).parent / "systems"
FILE = "labels.yaml"
Kind = Literal["vulnerable", "ordinary", "hardened", "negative"]
Split = Literal["development", "validation"]
SPLITS: tuple[Split, ...] = ("development", "validation")
_TWIN = "-hardened"
BEYOND_CATALOG = "custom/"  # how findings of an analyst are called that no threat of the catalog means
# One line may be written as a number.
Lines = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value), Field(pattern=r"^\d+(-\d+)?$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelledFile(_Frozen):
    path: str
    lines: Lines | None = Field(default=None, description="`10-25`; None means anywhere in the file.")
    counted: tuple[Counted, ...] = Field(default=(), exclude=True, description="Read from the file: what evidence calls these lines.")

    def range(self) -> tuple[int, int] | None:
        """First and last line, or None where the label names the file only."""
        if self.lines is None:
            return None
        first, _, last = self.lines.partition("-")
        return int(first), int(last or first)

    def __str__(self) -> str:
        return f"{self.path}:{self.lines}" if self.lines else self.path


class Expected(_Frozen):
    id: str
    stride: tuple[str, ...]
    threat: str
    accept: tuple[str, ...] = Field(default=(), description="Threats of the catalog that mean it; none named: any of its class.")
    uncatalogued: bool = Field(default=False, description="No threat of the catalog means it: only a finding beyond the catalog serves it.")
    taxonomy: tuple[str, ...] = ()
    files: tuple[LabelledFile, ...]
    severity: Literal["critical", "high", "medium", "low", "info"]
    must: bool
    why: str

    def accepts(self, threat: str) -> bool:
        """Whether a finding of this threat may be what the label says; of one beyond the catalog, class and place decide alone."""
        if threat.startswith(BEYOND_CATALOG):
            return True
        return threat in self.accept if self.accept else not self.uncatalogued


class Trap(_Frozen):
    claim: str
    file: str
    lines: Lines | None = None
    slugs: tuple[str, ...] = Field(default=(), description="Threats that would be the false alarm; none named: any finding there.")
    why: str
    counted: tuple[Counted, ...] = Field(default=(), exclude=True, description="As with a label's file.")

    @property
    def place(self) -> LabelledFile:
        return LabelledFile(path=self.file, lines=self.lines, counted=self.counted)


class Change(_Frozen):
    """Why labels are not what they were."""

    version: int = Field(description="The version of the labels from which it holds.")
    label: str | None = Field(default=None, description="Id of the label, or claim of the trap; None: the set as a whole.")
    reason: str = Field(min_length=10)


class Node(_Frozen):
    """A box of the reference diagram, as a person draws it."""

    id: str
    name: str
    kinds: tuple[str, ...] = Field(default=(), description="Kinds of elements it may be; none named: any.")
    files: tuple[str, ...] = Field(default=(), description="Where it stands; an element seen there, of such a kind, is it.")


class Edge(_Frozen):
    source: str
    target: str


class Diagram(_Frozen):
    """The data-flow diagram a careful reader draws of the system: the boxes that matter, and what flows."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @model_validator(mode="after")
    def _joined(self) -> Diagram:
        known = {node.id for node in self.nodes}
        loose = sorted({end for edge in self.edges for end in (edge.source, edge.target)} - known)
        if loose or len(known) < len(self.nodes):
            raise ValueError(f"edges name nodes that are not drawn: {', '.join(loose)}" if loose else "two nodes have one id")
        return self


class Labels(_Frozen):
    version: int = 1
    canary: str = ""
    system: str
    kind: Kind
    family: str = Field(description="A system and its hardened twin share one; left out, it is the name without `-hardened`.")
    apart: bool = Field(description="Whether labels were written without sight of the rules; left out, where none names threats.")
    split: Split = Field(description="Left out: validation where labels were written apart from the rules.")
    languages: tuple[str, ...]
    expected: tuple[Expected, ...] = ()
    must_not: tuple[Trap, ...] = ()
    diagram: Diagram | None = None
    history: tuple[Change, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, given: Any) -> Any:  # Any: whatever the YAML holds
        if not isinstance(given, dict) or not isinstance(given.get("system"), str):
            return given
        expected = given.get("expected") or ()
        named = any(one.get("accept") if isinstance(one, dict) else getattr(one, "accept", ()) for one in expected)
        apart = given.get("apart", not named)
        split = "validation" if apart is True else "development"
        return {"family": given["system"].removesuffix(_TWIN), "apart": apart, "split": split, **given}


def read_labels(system: Path) -> Labels:
    """The labels of one system's folder.

    Raises:
        UnusableInput: they cannot be read.
    """
    file = system / FILE
    try:
        read = Labels.model_validate(read_yaml(file))
        return read.model_copy(
            update={
                "expected": tuple(_counted(label, system) for label in read.expected),
                "must_not": tuple(trap.model_copy(update={"counted": _places(trap.place, system)}) for trap in read.must_not),
            }
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as failure:
        raise UnusableInput("labels cannot be read", str(file), " ".join(str(failure).split())[:300]) from None
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise UnusableInput("labels cannot be used", str(file), f"{where}: {first['msg']}") from None


def _counted(label: Expected, system: Path) -> Expected:
    return label.model_copy(update={"files": tuple(file.model_copy(update={"counted": _places(file, system)}) for file in label.files)})


def _places(file: LabelledFile, system: Path) -> tuple[Counted, ...]:
    lines = file.range()
    return places_of(system / file.path, *lines) if lines else ()
