"""`python -m evals.unjudged [FOLDER|FILE]`: what serves no label and nobody judged, as entries of adjudicated.yaml to fill in by reading.

Takes the kept result of a folder of systems, the reference ones by default, or the file of a result with a model; gives YAML on standard
output, system by system, verdicts and reasons empty. An entry that is not filled in is refused when the file is read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.kept import read_kept
from evals.labels import SYSTEMS
from evals.result import EvalResult
from evals.suite import RESULTS
from ingest.errors import UnusableInput


def entries(result: EvalResult) -> Iterator[str]:
    """Lines of YAML."""
    for system in result.systems:
        left = [one for one in system.findings if one.outcome == "unjudged"]
        if left:
            yield f"{system.name}:"
        for one in left:
            yield f'  - fingerprint: "{one.id}"'
            yield f"    threat: {one.threat}"
            yield f"    severity: {one.severity}"
            yield f"    place: {json.dumps(one.place, ensure_ascii=False)}"
            yield "    verdict:"
            yield "    reason:"


def main(given: Sequence[str]) -> int:
    try:
        place = Path(given[0]) if given else SYSTEMS
        result = read_kept(place / RESULTS if place.is_dir() else place)
    except UnusableInput as failure:
        sys.stderr.write(f"{failure}\n")
        return 2
    sys.stdout.write("".join(f"{line}\n" for line in entries(result)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
