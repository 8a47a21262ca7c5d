"""`python -m evals.precision`, run by `make docs`: write `docs/precision.md` anew from what was measured and judged."""

from __future__ import annotations

import sys
from pathlib import Path

from evals.judged.model import read_packages
from evals.judged.present import read_present
from evals.precision.page import page
from evals.systems_table import read_table
from pipeline.threats.catalog import load_catalog

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "precision.md"


def current_page() -> str:
    """What the page has to say now."""
    return page(load_catalog(), read_table(), read_packages(), read_present())


def main() -> int:
    text = current_page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"written: {PAGE.relative_to(ROOT).as_posix()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
