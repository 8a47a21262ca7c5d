"""The shipped taxonomies: which ids exist, in which edition, and what they are called.

Takes the files of `pipeline/knowledge/taxonomies/` and gives one value that answers two questions: does
this id belong to that field of a finding, and what is its name. Ids, names and editions only: meanings
are written afresh in the threats, and mappings between taxonomies are left to them too.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, get_args

from pydantic import Field

from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KnowledgeError, read_knowledge

TaxonomyField = Literal["owasp_llm", "owasp_agentic", "owasp_mcp", "owasp_ml", "atlas", "nist_aml", "cwe"]


class TaxonomyFile(Frozen):
    """One edition of one taxonomy."""

    field: TaxonomyField = Field(description="The field of a finding's taxonomy its ids stand in.")
    title: str
    edition: str = Field(description="Edition of the ids, as in `LLM01:2025`.")
    published: str
    url: Annotated[str, Field(pattern=r"^https://")]
    licence: str = Field(description="Licence of the publisher's text, of which only ids and names are used.")
    items: dict[str, str] = Field(description="Id, written as findings print it -> name.")
    continues: dict[str, str] = Field(default_factory=dict, description="Id -> the id of an earlier edition that means the same subject.")
    retired: dict[str, str] = Field(default_factory=dict, description="Id that is no longer valid -> the id that replaced it.")


class Taxonomies(Frozen):
    """All shipped taxonomies, in the order of their file names."""

    files: tuple[TaxonomyFile, ...]

    def file_of(self, taxonomy_id: str) -> TaxonomyFile | None:
        """The taxonomy an id belongs to; ids are unique among all of them."""
        return next((file for file in self.files if taxonomy_id in file.items), None)

    def name_of(self, taxonomy_id: str) -> str | None:
        """The name of an id, or None where no shipped taxonomy has it."""
        file = self.file_of(taxonomy_id)
        return file.items[taxonomy_id] if file else None

    def edition_in(self, field: TaxonomyField) -> TaxonomyFile:
        """The last edition that ids of a field come from."""
        return [file for file in self.files if file.field == field][-1]

    def with_edition(self, edition: TaxonomyFile) -> Taxonomies:
        """The same with another edition in the place of the one of that field."""
        return Taxonomies(files=tuple(edition if file.field == edition.field else file for file in self.files))

    def contains(self, field: str, taxonomy_id: str) -> bool:
        """Whether the id is a valid one of this field; retired ids are not."""
        return any(file.field == field and taxonomy_id in file.items for file in self.files)

    def later_editions_of(self, taxonomy_id: str) -> tuple[str, ...]:
        """The ids under which later editions carry the subject of an id on."""
        return tuple(later for file in self.files for later, earlier in file.continues.items() if earlier == taxonomy_id)

    def replacement_of(self, taxonomy_id: str) -> str | None:
        """What a retired id was replaced with by its publisher."""
        return next((file.retired[taxonomy_id] for file in self.files if taxonomy_id in file.retired), None)


def load_taxonomies(folder: Traversable | None = None) -> Taxonomies:
    """Read and check every taxonomy file; raises `KnowledgeError` naming the file that is wrong."""
    folder = folder if folder is not None else files("pipeline").joinpath("knowledge", "taxonomies")
    read = [read_taxonomy(path) for path in sorted(folder.iterdir(), key=lambda path: path.name) if path.name.endswith(".yaml")]
    seen: dict[str, str] = {}
    for file in read:
        for taxonomy_id in file.items:
            if taxonomy_id in seen:
                raise KnowledgeError(f"{taxonomy_id} stands in {seen[taxonomy_id]} and in {file.title} {file.edition}")
            seen[taxonomy_id] = f"{file.title} {file.edition}"
    if missing := set(get_args(TaxonomyField)) - {file.field for file in read}:
        raise KnowledgeError(f"no taxonomy file for {', '.join(sorted(missing))} in {folder}")
    return Taxonomies(files=tuple(read))


def read_taxonomy(path: Traversable) -> TaxonomyFile:
    """One taxonomy file; raises `KnowledgeError` naming it where it is wrong."""
    return read_knowledge(path, TaxonomyFile)
