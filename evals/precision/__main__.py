"""`python -m evals.precision`, run by `make docs`: write `docs/precision.md`, and what was measured into the README and `docs/evals.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from evals.judged.model import read_packages
from evals.kept import read_kept
from evals.labels import SYSTEMS
from evals.precision.page import page
from evals.precision.present import read_present
from evals.precision.systems import table_of
from evals.reporting.markdown import score_table
from evals.reporting.wording import head
from evals.result import EvalResult
from evals.suite import RESULTS
from pipeline.threats.catalog import load_catalog

ROOT = Path(__file__).resolve().parents[2]
PAGE, README, GUIDE = ROOT / "docs" / "precision.md", ROOT / "README.md", ROOT / "docs" / "evals.md"
BEGIN, END = "<!-- Measured; written by `make docs` from evals/systems/results.json. -->", "<!-- End of what was measured. -->"

_MOST_LEFT = 6  # systems that are named
_ENOUGH = 15  # labels, under which a share says little


@cache
def kept() -> EvalResult:
    """The kept result, whose intervals are drawn when it is read."""
    return read_kept(SYSTEMS / RESULTS)


def current_page() -> str:
    """What the page has to say now."""
    return page(load_catalog(), table_of(kept()), read_packages(), read_present())


def current_readme() -> str:
    """The README with the table of the kept result."""
    return _with(README, _measured())


def current_guide() -> str:
    """The page on evaluation, with what rules leave to a model."""
    return _with(GUIDE, _left_over())


def _with(file: Path, lines: Iterable[str]) -> str:
    before, rest = file.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}"


def _measured() -> Iterator[str]:
    result = kept()
    yield from score_table(result, headline=True)
    yield ""
    yield f"{head(result)}. Measured at {result.commit}; in brackets the interval of 95 %."


def _left_over() -> Iterator[str]:
    """How many labels rules meet at their lines, and the systems where they leave most."""
    systems = [system for system in table_of(kept()).systems if system.labels.of >= _ENOUGH]
    met, of = (sum(counts) for counts in zip(*((one.precise, one.labels.of) for one in table_of(kept()).systems), strict=True))
    yield f"Rules meet {met} of the {of} labels at their lines and leave {of - met} to a model. They leave most of these systems:"
    yield ""
    yield "| system | labels | left over |"
    yield "|---|--:|--:|"
    for system in sorted(systems, key=lambda one: (one.precise / one.labels.of, one.name))[:_MOST_LEFT]:
        yield f"| {system.name} | {system.labels.of} | {system.labels.of - system.precise} |"


def main() -> int:
    for file, text in ((PAGE, current_page()), (README, current_readme()), (GUIDE, current_guide())):
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"written: {file.relative_to(ROOT).as_posix()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
