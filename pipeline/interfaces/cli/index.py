"""`threatloom index`: the passages of a tree, made ready to be found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ingest.index import Embedding
    from pipeline.progress import Progress
    from pipeline.retrieval import IndexReport, IndexSettings
    from pipeline.system.model import System

INCOMPLETE = 3


@click.command(short_help="Make the passages of a repository ready to be found.")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--rebuild", is_flag=True, help="Make the index anew, whatever is there.")
@click.option("--docs", multiple=True, metavar="PATH", help="A design document, or a folder of them; may lie elsewhere. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out what matches, as .gitignore would. Repeatable.")
@click.option(
    "--embedding", metavar="MODEL", help="wordllama (default), onnx:FOLDER (both offline), openai:MODEL or sentence-transformers:MODEL."
)
@click.option("--embedding-url", metavar="URL", help="OpenAI-compatible endpoint for openai:MODEL.")
@click.option("--chroma-url", metavar="URL", help="Chroma server that holds the vectors. Default: a folder of this machine.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes to read with. Default: one per processor.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is done and why.")
def index(
    path: Path, rebuild: bool, docs: tuple[str, ...], exclude: tuple[str, ...], embedding: str | None, embedding_url: str | None,
    chroma_url: str | None, jobs: int | None, quiet: bool, verbose: bool,
) -> int:  # fmt: skip
    """Bring the index of PATH (default: this folder) up to date. Only what changed is read and embedded.

    Nothing of PATH is executed, and with the default model nothing leaves the machine. The index lies in the user's cache
    folder; `threatloom search` makes it by itself where it is missing.
    """
    from pipeline.interfaces.cli.stderr import log_to_stderr, shown_progress
    from pipeline.reports.escape import visible
    from pipeline.retrieval import index_tree

    log_to_stderr(verbose=verbose, quiet=quiet)
    given = {
        "docs": docs, "exclude": exclude, "embedding": embedding, "embedding_url": embedding_url, "chroma_url": chroma_url, "jobs": jobs,
    }  # fmt: skip
    settings = index_settings(path, given)
    with shown_progress(quiet=quiet) as progress:
        report = index_tree(path, system_of(path, settings, progress), settings, progress, rebuild=rebuild)
    if not quiet:
        click.echo(_told(report))
    told = [f"not indexed: {error.path}: {error.error}" for error in report.errors]
    if verbose:
        told += (f"left out: {left.path}:{left.lines.start}-{left.lines.end}: {left.reason}" for left in report.left_out)
        told += (f"skipped: {skip.path}: {skip.reason}" for skip in report.skipped)
    for line in told:
        click.echo(f"threatloom: {visible(line)}", err=True)
    return INCOMPLETE if report.errors else 0


def index_settings(path: Path, given: Mapping[str, object]) -> IndexSettings:
    """Settings of an index from the command line, the environment, and what the tree may say."""
    import os

    from ingest.errors import UnusableInput
    from ingest.index import embedding_named
    from pipeline.interfaces.settings import load_settings
    from pipeline.reports.escape import shorten
    from pipeline.retrieval import IndexSettings

    if not os.access(path, os.F_OK):
        raise UnusableInput("no such file or folder", shorten(str(path), 200), "give the path of the tree to index")
    settings = load_settings(path, {name: value for name, value in given.items() if value not in ((), None)}, os.environ)
    key = os.environ.get("THREATLOOM_API_KEY") or os.environ.get("OPENAI_API_KEY")
    embedding = embedding_named(settings.embedding, settings.embedding_url, key)
    _refuse_model_of(path, embedding)
    if settings.offline:
        _refuse_sending(embedding, settings.chroma_url)
    return IndexSettings(
        docs=tuple(Path(document) for document in settings.docs),
        exclude=settings.exclude,
        jobs=settings.jobs,
        embedding=embedding,
        folder=Path(settings.index_dir) if settings.index_dir else None,
        server=settings.chroma_url,
    )


def _refuse_model_of(root: Path, embedding: Embedding) -> None:
    """A model that the tree brings along is not loaded: its files were written by others."""
    from ingest.errors import UnusableInput

    if embedding.provider == "onnx" and Path(embedding.model).resolve().is_relative_to(root.resolve()):
        raise UnusableInput("the encoder lies in the tree to index, and none of that is loaded", embedding.model[:200], "copy it elsewhere")


def _refuse_sending(embedding: Embedding, chroma_url: str | None) -> None:
    """Passages of a tree that has to stay here are neither embedded nor kept elsewhere."""
    from ingest.addresses import host_of, is_loopback
    from ingest.errors import UnusableInput

    addresses = {
        "embedding": embedding.endpoint if embedding.provider == "openai" else None,
        "chroma_url": chroma_url,
    }
    if embedding.provider == "sentence-transformers" and not Path(embedding.model).is_dir():
        raise UnusableInput("the model may be fetched from a hub, and offline forbids that", embedding.model[:200], "name its folder")
    for name, address in addresses.items():
        if address is not None and not is_loopback(address):
            raise UnusableInput(f"{name} would send passages over the network, and offline forbids that", host_of(address), "leave it out")


def system_of(path: Path, settings: IndexSettings, progress: Progress) -> System:
    """The system model of the tree: from an earlier scan where nothing changed."""
    from pipeline.kept_results import default_folder
    from pipeline.scan import ScanSettings, scan

    return scan(path, ScanSettings(settings.docs, settings.exclude, settings.jobs, default_folder()), progress).system


def _told(report: IndexReport) -> str:
    skipped = sum(skip.count for skip in report.skipped)
    return (
        f"{report.chunks} passages of {report.files} files: {report.embedded} embedded, {report.removed} removed, "
        f"{report.chunks - report.embedded} as they were; {skipped} files skipped, {len(report.errors)} errors"
    )
