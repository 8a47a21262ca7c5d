"""Cases of paired pages as trees on disk, and evidence of them as lines of the page."""

from __future__ import annotations

from pathlib import Path

from pipeline.system.model import Evidence
from pipeline.threats.pages import Case, Mark, read_cases
from tests.ingest.model_files.fences import BUILDERS, line_of

__all__ = ["Case", "Mark", "line_in", "read_cases", "write_case"]


def write_case(case: Case, folder: Path) -> Path:
    root = folder / "system"
    built = _built(case)
    for path, text in case.files:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path in built:
            target.write_bytes(BUILDERS[built[path]](text))
        else:
            target.write_text(text, "utf-8")
    return root


def line_in(case: Case, evidence: Evidence) -> range:
    """The lines of the page's file that evidence means; of a binary file those that what it quotes was made of."""
    language = _built(case).get(evidence.path)
    if language is None:
        return range(evidence.start_line, evidence.end_line + 1)
    number = line_of(language, dict(case.files)[evidence.path], evidence.where, evidence.quote)
    return range(number, number + 1)


def _built(case: Case) -> dict[str, str]:
    """Paths of files whose text is turned into bytes, and the language of their fences."""
    return {path: language for path, language in case.languages if language in BUILDERS}
