"""MITRE ATLAS case studies: whether the step of an attack that happened, in its own words, leads to the technique it is filed under.

Each technique becomes a document of the names and of what our catalog says of the threats that map to it; the words of a step are the
question, asked of the product's own retrieval. The descriptions of ATLAS are not among the documents: it is our knowledge that is measured.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from pipeline.retrieval.indexing import IndexSettings
from pipeline.retrieval.result import Query
from pipeline.retrieval.retriever import Retriever
from pipeline.system.model import Frozen
from pipeline.threats.catalog import load_catalog
from pipeline.threats.taxonomy import load_taxonomies

_DEPTH = 60  # passages asked for: several may be of one technique


class UnusableFile(Exception):
    """A file that is not what it should be; the message is one line."""


class Step(Frozen):
    case: str
    technique: str
    text: str


class AtlasFigures(Frozen):
    cases: int
    steps: int
    first: int = Field(description="Steps whose technique is the first answer.")
    in_five: int = Field(description="Steps whose technique is among the first five.")
    family_in_five: int = Field(description="Steps with a technique of the same parent among the first five.")
    covered: int = Field(description="Steps whose technique, or its parent, has a threat of the catalog that maps to it.")
    covered_in_five: int = Field(description="Of these, steps whose technique's family is among the first five.")
    unknown: tuple[str, ...] = Field(default=(), description="Ids that the shipped edition does not know; their steps are not counted.")


def read_steps(path: Path) -> tuple[Step, ...]:
    """The steps of all case studies of an ATLAS data file. Raises `UnusableFile`."""
    try:
        data = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return tuple(_steps(data))
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as problem:
        told = " ".join(str(problem).split())
        raise UnusableFile(f"{path}: not an ATLAS data file with case studies ({type(problem).__name__}: {told[:160]})") from problem


def _steps(data: Mapping[str, Any]) -> Iterator[Step]:
    for study in data["case-studies"]:
        for step in study["procedure"]:
            yield Step(case=str(study["id"]), technique=str(step["technique"]), text=" ".join(str(step["description"]).split()))


def measure(steps: tuple[Step, ...]) -> AtlasFigures:
    """Each step asked once; offline."""
    taxonomies = load_taxonomies()
    edition = taxonomies.edition_in("atlas")
    known = [step.model_copy(update={"technique": taxonomies.replacement_of(step.technique) or step.technique}) for step in steps]
    unknown = sorted({step.technique for step in known} - set(edition.items))
    known = [step for step in known if step.technique in edition.items]
    told = _told(edition.items)
    first = in_five = family = covered = covered_in_five = 0
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "techniques"
        root.mkdir()
        for identity, text in told.items():
            (root / f"{identity}.md").write_text(f"# {edition.items[identity]}\n\n{text}\n", encoding="utf-8")
        with Retriever(root, settings=IndexSettings(folder=Path(place) / "index")) as retriever:
            for step in known:
                hits = retriever.search(Query(step.text[:2_000], limit=_DEPTH, expand=False, diverse=False))
                answers = list(dict.fromkeys(Path(hit.path).stem for hit in hits))[:5]
                near = any(_parent(answer) == _parent(step.technique) for answer in answers)
                has_threat = bool(told[step.technique] or told.get(_parent(step.technique)))
                first += answers[:1] == [step.technique]
                in_five += step.technique in answers
                family += near
                covered += has_threat
                covered_in_five += has_threat and near
    return AtlasFigures(
        cases=len({step.case for step in known}),
        steps=len(known),
        first=first,
        in_five=in_five,
        family_in_five=family,
        covered=covered,
        covered_in_five=covered_in_five,
        unknown=tuple(unknown),
    )


def _told(items: Mapping[str, str]) -> dict[str, str]:
    """What the catalog says of each technique."""
    paragraphs: dict[str, list[str]] = defaultdict(list)
    for threat in load_catalog().threats:
        for identity in threat.taxonomy.atlas:
            paragraphs[identity].append(f"{threat.title}. {threat.summary}")
    return {identity: "\n\n".join(sorted(paragraphs[identity])) for identity in items}


def _parent(technique: str) -> str:
    return ".".join(technique.split(".")[:2])
