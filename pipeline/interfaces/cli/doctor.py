"""`threatloom doctor`: what is set up here, what is missing, how to get it. It changes nothing and asks no network."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

NEEDED = ("pydantic", "tree-sitter", "tree-sitter-python", "unstructured")
NAMED = ("langchain", "openai", "chromadb", "wordllama")  # of later use: the offline job works without them


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, what was found, and how to mend it where it is not well."""

    name: str
    found: str
    well: bool = True
    needed: bool = False
    mend: str = ""


@click.command(short_help="What is set up here, what is missing, how to get it.")
def doctor() -> int:
    """Check this installation. Exit code 0 unless the offline job cannot work, else 1."""
    checks = tuple(_checks())
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark, colour = ("ok", "green") if check.well else ("missing", "red") if check.needed else ("optional", "yellow")
        click.echo(f"{click.style(f'{mark:<9}', fg=colour)}{check.name:<{width}}  {check.found}")
        if check.mend and not check.well:
            click.echo(f"{'':<9}{'':<{width}}  -> {check.mend}")
    broken = [check.name for check in checks if check.needed and not check.well]
    click.echo(f"The offline scan cannot work: {', '.join(broken)}." if broken else "The offline scan can work.")
    return 1 if broken else 0


def _checks() -> Iterator[Check]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Check("python", version, sys.version_info >= (3, 11), needed=True, mend="install Python 3.11 or newer")
    for name in (*NEEDED, *NAMED):
        yield _package(name, needed=name in NEEDED)
    yield _guarded("python grammar", _grammar, needed=True, mend="reinstall tree-sitter and tree-sitter-python")
    yield _guarded("documents", _documents, needed=False, mend="reinstall threatloom: formats without their library end as errors")
    yield _guarded("document language", _language, needed=False, mend="reinstall threatloom")
    yield _git()
    yield _guarded("knowledge", _knowledge, needed=True, mend="reinstall threatloom: its knowledge files are missing or broken")
    yield _guarded(
        "own knowledge", _own_knowledge, needed=False, mend="correct it: threatloom threats says each place, or unset THREATLOOM_KNOWLEDGE"
    )
    yield _guarded("folders", _folders, needed=False, mend="set HOME, or XDG_CACHE_HOME and XDG_DATA_HOME")
    yield _guarded("record", _record, needed=False, mend="correct or unset THREATLOOM_RECORD; scans are not kept until then")
    yield _guarded("text in pictures", _ocr, needed=False, mend="THREATLOOM_OCR: off, tesseract or vision:MODEL")
    yield _guarded("embedding", _embedding, needed=False, mend="pip install wordllama, or choose a model: THREATLOOM_EMBEDDING")
    yield _guarded("index of this folder", _index, needed=False, mend="make it anew: threatloom index --rebuild")
    yield from _models()


def _models() -> Iterator[Check]:
    """What a scan with a model would find here; offline scans need none of it."""
    from pipeline.interfaces.cli import doctor_llm

    looks: tuple[tuple[str, Callable[[], str], str], ...] = (
        ("models can be asked", doctor_llm.providers_here, "reinstall threatloom"),
        ("model keys", lambda: doctor_llm.keys_named(os.environ), "reinstall threatloom"),
        ("model in use", lambda: doctor_llm.model_chosen(os.environ), "correct THREATLOOM_LLM and what belongs to it, or unset it"),
        ("log of what is sent", doctor_llm.egress_log, "make it writable: what cannot be written down is not sent"),
        ("kept replies", doctor_llm.kept_replies, "make it writable: a reply that is not kept is paid for again"),
        ("key of this machine", doctor_llm.machine_key, "chmod 600 it: who reads it may guess fences and placeholders"),
    )
    for name, look, mend in looks:
        yield _guarded(name, look, needed=False, mend=mend)


def _package(name: str, *, needed: bool) -> Check:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return Check(name, version(name), needed=needed)
    except PackageNotFoundError:
        return Check(name, "not installed", well=False, needed=needed, mend=f"pip install {name}")


def _guarded(name: str, look: Callable[[], str], *, needed: bool, mend: str) -> Check:
    # Whatever goes wrong in a check is its result: this is the one place that must survive a broken installation.
    try:
        return Check(name, look(), needed=needed)
    except Exception as failure:
        from pipeline.reports.escape import shorten, visible

        return Check(name, shorten(visible(f"{type(failure).__name__}: {failure}"), 200), well=False, needed=needed, mend=mend)


def _grammar() -> str:
    import tree_sitter_python
    from tree_sitter import Language, Parser

    tree = Parser(Language(tree_sitter_python.language())).parse(b"x = 1\n")
    if tree.root_node.has_error:
        raise ValueError("the grammar does not parse its own language")
    return "parses"


def _documents() -> str:
    """The libraries that read documents, with their versions."""
    from importlib.metadata import version

    from ingest.documents import LIBRARIES

    names = dict.fromkeys(name for libraries in LIBRARIES.values() for name in libraries)
    return ", ".join(f"{name} {version(name)}" for name in names)


def _language() -> str:
    from ingest.documents.offline_nlp import active_pipeline

    return str(active_pipeline())


def _git() -> Check:
    import shutil

    found = shutil.which("git")
    return Check("git", found or "not found", bool(found), mend="install git; without it, trees are walked and .gitignore is read by us")


def _knowledge() -> str:
    from importlib.resources import files

    from pipeline.interfaces.editions import taxonomies_in_force
    from pipeline.threats.catalog import load_catalog

    frameworks = sum(file.name.endswith(".yaml") for file in (files("pipeline") / "knowledge" / "frameworks").iterdir())
    threats = len(load_catalog().threats)
    if not threats or not frameworks:
        raise ValueError(f"{threats} threats, {frameworks} frameworks")
    return f"{threats} threats, {frameworks} frameworks, ATLAS {taxonomies_in_force().edition_in('atlas').edition}"


def _own_knowledge() -> str:
    """What the folders that the environment names add; they are read as a scan would."""
    from pipeline.interfaces.settings import knowledge_folders
    from pipeline.threats.catalog import catalog_with

    folders = knowledge_folders((), os.environ)
    if not folders:
        return "none named by THREATLOOM_KNOWLEDGE"
    own = catalog_with(folders).own
    return f"{len(own.threats)} threats, {len(own.frameworks)} frameworks, {len(own.controls)} controls in {', '.join(map(str, folders))}"


def _folders() -> str:
    from platformdirs import user_cache_path, user_data_path

    return f"cache {user_cache_path('threatloom')}, data {user_data_path('threatloom')}"


def _record() -> str:
    """Where scans are kept, and how many systems that are; what is not there yet is not made."""
    from pipeline.interfaces.cli.recorded import the_record
    from pipeline.interfaces.cli.remembering import OFF
    from pipeline.record.place import default_file
    from pipeline.reports.wording import plural

    named = os.environ.get("THREATLOOM_RECORD", "").strip()
    if named == OFF:
        return "switched off by THREATLOOM_RECORD"
    if not named and not default_file().exists():
        return f"none yet, the first scan makes {default_file()}"
    with the_record(None) as record:
        return f"{record.where}, {plural(len(record.systems()), 'system')}"


def _embedding() -> str:
    """The model that embeds passages here, by the settings in force; the offline one is tried, others are not asked."""
    from ingest.index import make_embedder
    from pipeline.interfaces.cli.index import index_settings

    chosen = index_settings(Path(), {}).embedding
    if chosen.provider in ("wordllama", "onnx"):
        model = make_embedder(chosen)
        model.embed(["a passage"])
        return f"{model.identity}, {model.dimension} dimensions, offline"
    address = f" at {chosen.address}" if chosen.address else ""
    return f"{chosen.provider}:{chosen.model}{address}, not tried here"


def _ocr() -> str:
    """What reads the text in pictures, by the settings in force; a program is looked for, an endpoint is not asked."""
    import shutil

    from ingest.addresses import host_of, is_loopback
    from ingest.pictures.reader import make_reader
    from pipeline.interfaces.pictures import chosen_ocr
    from pipeline.interfaces.settings import load_settings

    ocr = chosen_ocr(load_settings(Path(), {}, os.environ), os.environ)
    if ocr is None:
        there = (
            "tesseract is installed: --ocr tesseract reads them here"
            if shutil.which("tesseract")
            else "--ocr needs tesseract or a vision model"
        )
        return f"off: pictures are listed as not examined ({there})"
    if ocr.provider == "tesseract":
        return f"{make_reader(ocr, Path()).identity}; pictures stay on this machine"
    sent = "which is this machine" if is_loopback(ocr.endpoint) else "and pictures are sent there"
    return f"{ocr.model} at {host_of(ocr.endpoint)}, {sent}; not tried here"


def _index() -> str:
    """Whether there is an index of the folder this was started in, and whether a search could use it as it is."""
    from ingest.index import condition_of
    from pipeline.interfaces.cli.index import index_settings
    from pipeline.retrieval.indexing import index_place

    settings = index_settings(Path(), {})
    place = index_place(Path(), settings)
    found = condition_of(place)
    where = f"{place.folder}, vectors on {place.server}" if place.server else str(place.folder)
    if found is None:
        return f"none yet; threatloom index or search makes it in {where}"
    wanted = ":".join(filter(None, (settings.embedding.provider, settings.embedding.model)))
    if settings.embedding.provider == "onnx":
        from ingest.index.onnx_model import identity_of

        wanted = identity_of(settings.embedding.model)
    notes = []
    if found.model != wanted and not found.model.startswith(f"{wanted}:"):
        notes.append(f"of another model than the one in use ({wanted}): the next search makes it anew")
    elif not found.current:
        notes.append("cut by another edition of threatloom: the next search brings it up to date")
    if not found.whole:
        notes.append("its last write did not end: the next search finishes it")
    return "; ".join((f"{found.chunks} passages of {found.files} files by {found.model} in {where}", *notes))
