"""The whole way of a scan on one page: sources, facts, system, threats, findings."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ingest import Listing, SourceList, SourceSettings, list_paths, list_sources
from ingest.facts import Facts
from ingest.origin import origin_of
from ingest.reading import CODE_KINDS
from pipeline import kept_results
from pipeline.collection import uncollected
from pipeline.findings.model import (
    Failed,
    Finding,
    Scan,
    Skipped,
    Summary,
    Suppression,
    Target,
    Tool,
    WithoutAi,
)
from pipeline.progress import Progress, Silent
from pipeline.reading import evidence_book, is_outside, needed, outside, pictures_of, read_facts
from pipeline.system.evidence import EvidenceBook
from pipeline.system.model import System
from pipeline.system.rules.knowledge import FrameworkIndex, load_frameworks
from pipeline.system.rules.knowledge_file import KnowledgeError

if TYPE_CHECKING:  # what analyses is imported where it is needed: a tree that did not change is answered without it
    from ingest.pictures.reader import PictureReader
    from ingest.revision import RevisionTree
    from pipeline.agent.settings import AgentSettings
    from pipeline.findings.attack_paths import Found
    from pipeline.second_opinion import Material, Rehearsal
    from pipeline.system.build import Built
    from pipeline.threats.catalog import Catalog
    from pipeline.threats.engine import Outcome
    from pipeline.threats.own import OwnKnowledge

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What to look at, and with how many processes."""

    docs: tuple[Path, ...] = ()  # design documents or folders of them, wherever they lie
    exclude: tuple[str, ...] = ()  # globs as in .gitignore
    jobs: int | None = None  # processes that read files; None: one per processor
    cache: Path | None = None  # folder of kept results; None: nothing is kept
    knowledge: tuple[Path, ...] = ()  # folders of own threats, frameworks, controls and severities; named by whoever starts the scan
    pictures: PictureReader | None = None  # what reads the text in pictures; None: they are listed as not examined
    llm: AgentSettings | None = None  # the model that is asked beside the rules; None: none is
    index: Path | None = None  # folder of the indexes that a model may search; None: the user's cache folder
    rev: str | None = None  # revision of git that is scanned instead of the files as they lie there
    suppress: tuple[Suppression, ...] = ()  # decisions of a settings file; those of comments are found
    suppressions: bool = True  # False: decisions that stand in the tree are told, and close nothing
    part_of_ai_system: bool = False  # whoever starts the scan, or the tree itself, says that it is; False: what is found decides
    trust: Literal["tree", "baseline"] = "tree"  # of a scan against a baseline: whose decisions count, where only one side has them

    @property
    def sought(self) -> SourceSettings:
        """What is looked for in the tree."""
        return SourceSettings(docs=self.docs, exclude=self.exclude, pictures=self.pictures is not None)

    @property
    def chosen(self) -> tuple[str, ...]:
        """What a result depends on beside the files."""
        pictures = () if self.pictures is None else (f"pictures: {self.pictures.identity}",)
        return (*self.exclude, *pictures, *(("part of an AI system",) if self.part_of_ai_system else ()))


def scan(
    path: Path,
    settings: ScanSettings | None = None,
    progress: Progress | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Scan:
    """The threat model of what lies at a path.

    Raises:
        UnusableInput: there is nothing to scan there, or the model that is to be asked cannot be.
        KnowledgeError: own knowledge cannot be used.
    """
    settings, progress = settings or ScanSettings(), progress or Silent()
    started, begun = clock(), time.perf_counter()
    with _tree(path, settings) as tree:
        ruled = _ruled(path, settings, progress, tree)
        result = ruled if isinstance(ruled, Scan) else ruled.scan
        if settings.llm is not None and isinstance(ruled, Ruled):
            from pipeline.findings.known import known_threats
            from pipeline.second_opinion import examined

            result = examined(ruled.scan, ruled.material, settings.llm, progress)
            result = result.model_copy(update={"threats": known_threats(result.findings, ruled.material.catalog)})
    result = _decided(result, settings, started.date())
    return result.model_copy(update={"started_at": _stamp(started), "duration_s": round(time.perf_counter() - begun, 3)})


def _decided(result: Scan, settings: ScanSettings, today: date) -> Scan:
    """The result with what its tree decides: behind the cache, for a decision may end with a day."""
    said = (*settings.suppress, *result.suppressions)
    if not said:
        return result
    from pipeline.findings.suppressing import not_applied, suppressed

    return suppressed(result, said, today, slugs_of(settings.knowledge)) if settings.suppressions else not_applied(result, said)


def slugs_of(knowledge: Sequence[Path]) -> Callable[[str], str | None]:
    """What a slug is called today, asked of the catalog only where it matters."""

    @cache
    def catalog() -> Catalog:
        from pipeline.threats.catalog import extended, load_catalog

        own = _own(knowledge)
        return extended(load_catalog(), own) if own else load_catalog()

    def of(slug: str) -> str | None:
        threat = catalog().get(slug)
        return None if threat is None else threat.slug

    return of


def rehearse(path: Path, settings: ScanSettings, progress: Progress | None = None) -> Rehearsal:
    """What a scan with a model would ask, and what that takes; nothing is sent.

    Raises:
        UnusableInput, KnowledgeError: as for `scan`.
    """
    from pipeline.second_opinion import rehearsed

    with _tree(path, settings) as tree:
        ruled = _ruled(path, settings, progress or Silent(), tree)
        assert settings.llm is not None and isinstance(ruled, Ruled)
        return rehearsed(ruled.scan, ruled.material, settings.llm)


def ruled(path: Path, settings: ScanSettings, progress: Progress | None = None) -> Ruled:
    """What rules say of a folder, and what it takes to ask the model of the settings about it. Nothing is asked, nothing kept is used.

    Raises:
        UnusableInput, KnowledgeError: as for `scan`.
    """
    with _tree(path, settings) as tree:
        found = _ruled(path, settings, progress or Silent(), tree)
    assert settings.llm is not None and isinstance(found, Ruled)
    return found


class Ruled(NamedTuple):
    """What rules say, and what it takes to ask a model about it."""

    scan: Scan
    material: Material


@contextmanager
def _tree(path: Path, settings: ScanSettings) -> Iterator[Listing | RevisionTree]:
    """The files as they lie there, or a revision of them for as long as the context lasts."""
    if settings.rev is None:
        yield list_paths(path, settings.sought)
        return
    from ingest.revision import revision_tree

    with revision_tree(path, settings.rev, settings.sought) as tree:
        yield tree


@uncollected()
def _ruled(path: Path, settings: ScanSettings, progress: Progress, tree: Listing | RevisionTree) -> Scan | Ruled:
    """What rules say of a path; a kept result where nothing changed and nobody else is asked."""
    sought = settings.sought
    listing = tree if isinstance(tree, Listing) else tree.listing
    target = Target(name=path.resolve().name, revision=listing.revision, dirty=listing.dirty, repository=origin_of(path))
    own = _own(settings.knowledge)
    cached = kept_results.KeptResults(settings.cache, target.name, (*settings.chosen, *(("", *own.digests) if own else ())))
    asks = settings.llm is not None  # who asks a model needs the files, so that a kept result is not enough
    if not settings.docs and settings.pictures is None and not asks and (kept := cached.of_listing(listing)) is not None:
        return kept.model_copy(update={"target": target})
    if not isinstance(tree, Listing):
        progress.step("taking the revision out of git", 0, 0)
        listing = tree.brought()
    found = list_sources(path, sought, listing)
    if (kept := cached.of_tree(found)) is not None and not asks:
        return kept.model_copy(update={"target": target})
    progress.step("looking for AI", 0, 0)
    frameworks = _frameworks(own)
    sources, passed_over = needed(found, frameworks)
    kept = cached.of_files(sources, (*found.skipped, *found.errors, *outside(found.sources), *passed_over))
    if kept is not None and not asks:
        return kept.model_copy(update={"target": target})
    facts, skipped, failed = read_facts(sources, settings.jobs, settings.cache, settings.pictures, progress)
    given = {source.path for source in sources if not source.location.is_relative_to(listing.base)}
    progress.step("building the system model", 0, 0)
    book = evidence_book(found.sources, facts)
    built = _built(facts, found, frameworks, book)
    progress.step("matching threats", 0, 0)
    from pipeline.findings.compose import compose
    from pipeline.findings.known import known_threats
    from pipeline.findings.own import told_of
    from pipeline.findings.spoken import said_in_comments
    from pipeline.threats.catalog import extended, hash_with, load_catalog
    from pipeline.threats.engine import where_they_apply
    from pipeline.threats.own import NOTHING

    catalog = extended(load_catalog(), own) if own else load_catalog()
    outcomes = list(_outcomes_of(built.system, catalog))
    failed_whole = any(where == "." for where, _what in built.notes)
    judged = settings.part_of_ai_system or built.system.has_ai_part or failed_whole  # of what was not built, nothing is said
    outcomes = outcomes if judged else list(where_they_apply(outcomes, built.system))
    findings, coverage, paths = compose(built.system, outcomes)
    result = Scan(
        tool=Tool(version=_version(), knowledge=hash_with(own or NOTHING)),
        target=target,
        started_at="",
        duration_s=0.0,
        summary=_summary(facts, findings, paths, frozenset(found.built)),
        system=built.system.as_told(),
        findings=findings,
        threats=known_threats(findings, catalog),
        coverage=coverage,
        without_ai=None if judged else _without_ai(built.system, len(facts) + sum(skip.count for skip in passed_over), outcomes),
        attack_paths=paths.paths,
        own_knowledge=told_of(own or NOTHING, outcomes),
        pictures=tuple(pictures_of(facts)),
        examined=tuple(sorted(read.path for read in facts)),
        given_documents=tuple(sorted(read.path for read in facts if read.path in given)),
        skipped=tuple(
            Skipped(path=skip.path, reason=skip.reason, count=skip.count)
            for skip in sorted([*found.skipped, *skipped, *outside(found.sources), *passed_over])
        ),
        errors=tuple(
            Failed(path=where, error=what) for where, what in sorted({*((e.path, e.error) for e in (*found.errors, *failed)), *built.notes})
        ),
        suppressions=said_in_comments(facts),
    )
    cached.keep(result, of_all=book.asked_of_all)
    if not asks:
        return result
    from pipeline.retrieval import IndexSettings
    from pipeline.second_opinion import Material

    at, folder = (path, settings.index) if isinstance(tree, Listing) else (listing.base, tree.private / "index")
    index = IndexSettings(settings.docs, settings.exclude, settings.jobs, folder=folder)
    return Ruled(result, Material(at, tuple(sources), book, catalog, index))


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _own(folders: Sequence[Path]) -> OwnKnowledge | None:
    """What the folders say; None where none is named, for which nothing is imported."""
    if not folders:
        return None
    from pipeline.threats.catalog import load_catalog
    from pipeline.threats.own import read_own_knowledge
    from pipeline.threats.taxonomy import load_taxonomies

    return read_own_knowledge(folders, load_catalog().threats, load_taxonomies())


def _frameworks(own: OwnKnowledge | None) -> FrameworkIndex:
    shipped = load_frameworks()
    return shipped if own is None else shipped.extended(own.frameworks, own.replaced_frameworks, own.controls)


def _built(facts: Sequence[Facts], found: SourceList, frameworks: FrameworkIndex, book: EvidenceBook) -> Built:
    """The system model; where building it fails, an empty one and a note that says so: what was read is still reported."""
    from pipeline.system.build import Built, build_system

    if not facts and not any(source.kind in CODE_KINDS for source in found.sources):
        return Built(System(), ((".", "no file was read: nothing can be said of this tree"),))
    try:
        described_only = not any(source.kind in CODE_KINDS and not is_outside(source) for source in found.sources)
        return build_system(facts, frameworks, book, described_only=described_only)
    except KnowledgeError:
        raise
    except Exception as problem:  # scanned code decides what happens here: a bug it meets must not cost the report
        logger.exception("building the system model failed")
        return Built(System(), ((".", f"the system model could not be built: {type(problem).__name__}: {str(problem)[:200]}"),))


def _outcomes_of(system: System, catalog: Catalog) -> Iterator[Outcome]:
    """What the catalog's conditions and the detectors say."""
    from pipeline.threats import contradictions
    from pipeline.threats.engine import match_threats, without

    yield from without(match_threats(system, catalog.threats), catalog.switched_off)
    for kind, slug in contradictions.SLUGS.items():
        if (threat := catalog.get(slug)) is not None:
            yield from without(contradictions.claims_not_kept(system, threat, kind), catalog.switched_off)


def _summary(facts: Sequence[Facts], findings: Sequence[Finding], paths: Found, made: Collection[str]) -> Summary:
    from pipeline.findings.listing import counts_of
    from pipeline.system.documents.hidden_text import hidden_counts

    return Summary(
        files=len(facts),
        lines=sum(fact.lines for fact in facts),
        **counts_of(findings),
        attack_paths=paths.total,
        attack_paths_cut=paths.bounded,
        hidden=hidden_counts(facts),
        built=sum(fact.path in made for fact in facts),
    )


def _without_ai(system: System, files: int, outcomes: Sequence[Outcome]) -> WithoutAi:
    from pipeline.findings.compose import unlisted_risks

    return WithoutAi(files=files, developers_tools=bool(system.ai_parts), risks=unlisted_risks(system, outcomes))


@lru_cache(maxsize=1)
def _version() -> str:
    try:
        return metadata.version("threatloom")
    except metadata.PackageNotFoundError:
        return "0.1.0"
