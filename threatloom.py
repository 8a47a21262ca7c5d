"""threatloom: evidence-backed STRIDE-for-AI threat models from source code and design documents.

    import threatloom
    scan = threatloom.scan("path", docs=["design.docx"])

The packages behind this module carry everyday names (`ingest`, `pipeline`, `prompts`, `evals`), which scanned repositories
use as well. Importing this module makes sure that ours are found next to this file, whatever the current folder
holds; started as a program, it also takes the current folder off the import path.
"""

from __future__ import annotations

# Nothing may be imported before the path is safe that is not loaded already when Python starts.
import os
import sys

_HOME = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - pathlib is not loaded yet
_ROOMS = ("ingest", "pipeline", "prompts", "evals")


def _leave_current_folder() -> None:
    """Take the folder the program was started in off the import path: it may be the one to scan."""
    here = os.path.realpath(os.getcwd())  # noqa: PTH109
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or here) != here or here == _HOME]


if __name__ == "__main__":
    _leave_current_folder()

import importlib.machinery  # noqa: E402 - only now is the path safe

TYPE_CHECKING = False  # what type checkers read as true, without loading `typing`
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from types import ModuleType

    from pipeline.chat import Answer
    from pipeline.findings.model import Finding, Scan
    from pipeline.record import Record
    from pipeline.system.model import System

__all__ = ["Finding", "Scan", "System", "__version__", "ask", "main", "scan"]  # noqa: F822 - three come through __getattr__


class _OwnRooms:
    """Finds our top-level packages next to this file and nowhere else."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.PathFinder.find_spec(fullname, [_HOME]) if path is None and fullname in _ROOMS else None


def _claim_rooms() -> None:
    for room in _ROOMS:
        loaded = getattr(sys.modules.get(room), "__file__", None)
        if loaded and not os.path.realpath(loaded).startswith(_HOME + os.sep):
            raise ImportError(f"{loaded} was imported as {room!r}, a name threatloom needs: import threatloom first, or in its own process")
    if not any(getattr(finder, "__name__", "") == _OwnRooms.__name__ for finder in sys.meta_path):
        sys.meta_path.insert(0, _OwnRooms)


_claim_rooms()


def scan(
    path: str | Path,
    docs: Iterable[str | Path] = (),
    *,
    exclude: Iterable[str] = (),
    part_of_ai_system: bool = False,
    knowledge: Iterable[str | Path] = (),
    jobs: int | None = None,
    llm: str | None = None,
    base_url: str | None = None,
    budget: Iterable[str] = (),
    offline: bool = False,
    rev: str | None = None,
    baseline: str | Path | None = None,
    new_only: bool = False,
    record: str | Path | None = None,
) -> Scan:
    """The threat model of the tree at `path`, with design documents that may lie elsewhere and folders of own knowledge.

    With `llm` (`openai:gpt-5.5`) a model is asked beside the rules, at `base_url` where that is not the provider's own, within a `budget`
    (`"200k"`, `"5 USD"`); its key and what else is set of it (`THREATLOOM_LLM_...`) come from the environment. `offline` refuses a model
    that is not on this machine. With `record`, a file or `postgresql://HOST/DATABASE`, the scan is kept there, and what was decided there
    is said of its findings; without, nothing is kept.

    `rev` is a revision of git that is scanned instead of the files as they lie there, and is not kept. `part_of_ai_system`
    says that the tree belongs to an AI system although nothing of AI is found in it. With a `baseline` (a scan's JSON
    file as a `Path`, a revision, `"record:last"`) every finding has its status against it, and those that are fixed are there as well;
    `new_only` marks the scan so that reports list new ones alone.

    Raises `ingest.errors.UnusableInput` where there is nothing to scan, own knowledge cannot be used, the model cannot be asked, or the
    record or the baseline cannot be used; its `lines` say what is wrong.
    """
    from pathlib import Path

    from pipeline.progress import Silent
    from pipeline.scan import ScanSettings
    from pipeline.scan import scan as run_scan

    asked = None
    if llm is not None:
        from pipeline.interfaces.llm import agent_settings
        from pipeline.interfaces.settings import model_settings

        named = {
            name: value for name, value in (("llm", llm), ("base_url", base_url), ("budget", tuple(budget)), ("offline", offline)) if value
        }
        asked = agent_settings(model_settings(named, os.environ), os.environ, cached=True)
    settings = ScanSettings(
        docs=tuple(map(Path, docs)), exclude=tuple(exclude), jobs=jobs, knowledge=tuple(map(Path, knowledge)), llm=asked, rev=rev,
        part_of_ai_system=part_of_ai_system,
    )  # fmt: skip
    if record is None and baseline is None:
        return run_scan(Path(path), settings, Silent())
    from contextlib import nullcontext
    from datetime import UTC, datetime

    from pipeline.baseline import decided_scan, keep_scan, scan_against
    from pipeline.record import open_record

    kept_in = str(record) if record is not None else os.environ.get("THREATLOOM_RECORD", "").strip() or None

    def lent() -> Record:
        return open_record(kept_in)

    with lent() if record is not None else nullcontext() as opened:

        def decided(made: Scan) -> Scan:
            return made if opened is None else decided_scan(opened, Path(path), made, datetime.now(UTC).date())

        if baseline is None:
            result = plain = decided(run_scan(Path(path), settings, Silent()))
        else:
            against = f"file:{baseline}" if isinstance(baseline, Path) else baseline
            found = scan_against(
                against, Path(path), settings, new_only=new_only, record=None if kept_in == "off" else lent, decided=decided
            )
            result, plain = found.scan, found.new.scan
        if opened is not None and rev is None:  # an earlier revision is not what became of the system since
            keep_scan(opened, Path(path), plain, settings.sought, at=datetime.now(UTC))
    return result


def ask(question: str, scan: Scan) -> Answer:
    """What a scan says to a question: statements that each cite it, or what was looked for in vain. Offline; nothing is sent anywhere."""
    from pipeline.chat import answer

    return answer(question, scan)


def main() -> None:
    """The command line."""
    _leave_current_folder()
    from pipeline.interfaces.cli import main as run

    run()


def __getattr__(name: str) -> object:
    if name in ("Finding", "Scan"):
        from pipeline.findings import model

        return getattr(model, name)
    if name == "System":
        from pipeline.system.model import System

        return System
    if name == "__version__":
        from pipeline.interfaces.cli.version import version

        return version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if __name__ == "__main__":
    main()
