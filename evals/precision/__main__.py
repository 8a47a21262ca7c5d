"""`python -m evals.precision`, run by `make docs`: write `docs/precision.md` and the table in the README from what was measured."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
PAGE, README = ROOT / "docs" / "precision.md", ROOT / "README.md"
BEGIN, END = "<!-- Measured; written by `make docs` from evals/systems/results.json. -->", "<!-- End of what was measured. -->"


@cache
def kept() -> EvalResult:
    """The kept result, whose intervals are drawn when it is read."""
    return read_kept(SYSTEMS / RESULTS)


def current_page() -> str:
    """What the page has to say now."""
    return page(load_catalog(), table_of(kept()), read_packages(), read_present())


def current_readme() -> str:
    """The README with the table of the kept result."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n" + "\n".join(_measured()) + f"\n\n{END}{after}"


def _measured() -> Iterator[str]:
    result = kept()
    yield from score_table(result, headline=True)
    yield ""
    yield f"{head(result)}. Measured at {result.commit}; in brackets the interval of 95 %."


def main() -> int:
    for file, text in ((PAGE, current_page()), (README, current_readme())):
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"written: {file.relative_to(ROOT).as_posix()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
