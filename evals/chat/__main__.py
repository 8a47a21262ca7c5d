"""`python -m evals.chat`: ask all questions about the reference systems, print the figures; with `--write`, keep them in `docs/chat.md`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from evals.chat.model import Split, read_questions
from evals.chat.report import misses, table, within
from evals.chat.running import ask_all

PAGE = Path(__file__).resolve().parents[2] / "docs" / "chat.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.chat", description=__doc__)
    parser.add_argument("--split", choices=get_args(Split), help="only this half")
    parser.add_argument("--misses", action="store_true", help="also list what was not right")
    parser.add_argument("--no-search", action="store_true", help="without passages of the files")
    parser.add_argument("--cache", type=Path, help="folder for results and indexes (default: the user's cache folder)")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/chat.md")
    arguments = parser.parse_args()
    if arguments.write and (arguments.split or arguments.no_search):
        parser.error("the page is written of all questions, with passages")
    sets = [one for one in read_questions() if arguments.split in (None, one.split)]
    asked = list(ask_all(sets, arguments.cache or _default_cache(), search=not arguments.no_search))
    text = table(asked)
    sys.stdout.write(text + "\n")
    if arguments.write:
        PAGE.write_text(within(PAGE.read_text("utf-8"), text), encoding="utf-8")
    if arguments.misses:
        sys.stdout.writelines(f"{line}\n" for line in misses(asked))
    return 0


def _default_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("threatloom", appauthor=False) / "evals"


if __name__ == "__main__":
    sys.exit(main())
