"""`python -m evals.retrieval`: ask all questions, print the numbers; with `--write`, keep them in `docs/retrieval.md`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from evals.retrieval.questions import Half, read_questions
from evals.retrieval.report import page
from evals.retrieval.run import WAYS, run
from ingest.index import embedding_named

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__)
    parser.add_argument("--cache", type=Path, help="folder for packages, results and indexes (default: the user's cache folder)")
    parser.add_argument("--half", choices=get_args(Half), help="only this half")
    parser.add_argument("--misses", action="store_true", help="also list questions whose passages were not all found")
    parser.add_argument("--write", action="store_true", help="write docs/retrieval.md")
    parser.add_argument("--embedding", default="wordllama", help="the model, as for threatloom index; only the default is written")
    arguments = parser.parse_args()
    if arguments.write and (arguments.half or arguments.embedding != "wordllama"):
        parser.error("the page is written of all questions and the default model")
    sets = (one for one in read_questions() if arguments.half in (None, one.half))
    done = run(sets, arguments.cache or _default_cache(), embedding=embedding_named(arguments.embedding))
    text = page(done)
    if arguments.write:
        (ROOT / "docs" / "retrieval.md").write_text(text, encoding="utf-8")
    if arguments.embedding != "wordllama":
        sys.stdout.write(f"Embedded by {arguments.embedding}, and not by the model that the page speaks of.\n\n")
    sys.stdout.write(text)
    if arguments.misses:
        for one in done.asked:
            if one.way == list(WAYS)[-1] and (one.score.recall < 1 or one.score.reciprocal_rank < 1):
                sys.stdout.write(
                    f"\n{one.system}: {one.question}\n  recall {one.score.recall:.2f}, 1/rank {one.score.reciprocal_rank:.2f}\n"
                )
                sys.stdout.writelines(f"    {place}\n" for place in one.found)
    return 1 if done.missing else 0


def _default_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("threatloom", appauthor=False) / "evals"


if __name__ == "__main__":
    sys.exit(main())
