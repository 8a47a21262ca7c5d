"""The kept result of a suite: `results.json`, one line per label, finding and trap, so that a change of one is a change of one line.

Scores and cells are left out and worked out again when it is read; so are the words of labels and findings, which stand in their files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.comparing import read_result
from evals.result import EvalResult
from evals.scoring.cells import cells_of
from evals.scoring.scores import scores_of

_LISTS = ("labels", "findings", "traps", "twins")
_WORDS: dict[str, Any] = {  # Any: pydantic's form of what to leave out
    "labels": {"__all__": {"threat", "why", "places"}}, "findings": {"__all__": {"title"}}, "traps": {"__all__": {"why", "place"}},
    "twins": {"__all__": {"threat"}}, "llm": {"not_taken", "corrections", "summary", "purpose", "unreached"},
}  # fmt: skip


def kept_json(result: EvalResult) -> str:
    """What is written down of a run of the whole suite."""
    left_out: dict[str, Any] = {
        "scores": True,
        "cells": True,
        "comparison": True,
        "against_rules": True,
        "bars": True,
        "systems": {"__all__": _WORDS},
    }  # Any: the same
    whole = result.model_dump(mode="json", exclude_defaults=True, exclude=left_out)
    systems = whole.pop("systems")
    head = ",\n".join(f" {json.dumps(name)}: {_line(value)}" for name, value in whole.items())
    return f'{{\n{head},\n "scores": {{}},\n "systems": [\n' + ",\n".join(_system(one) for one in systems) + "\n ]\n}\n"


def read_kept(file: Path) -> EvalResult:
    """The result, with its scores.

    Raises:
        UnusableInput: it is none.
    """
    result = read_result(file)
    return result.model_copy(update={"scores": scores_of(result.systems), "cells": cells_of(result.systems)})


def _system(one: dict[str, Any]) -> str:  # Any: JSON
    plain = {name: value for name, value in one.items() if name not in _LISTS}
    parts = [f"   {json.dumps(name)}: {_line(value)}" for name, value in plain.items()]
    return "  {\n" + ",\n".join([*parts, *_lists(one)]) + "\n  }"


def _lists(one: dict[str, Any]) -> Iterator[str]:  # Any: JSON
    for name in _LISTS:
        if rows := one.get(name):
            lines = ",\n".join(f"    {_line(row)}" for row in rows)
            yield f'   "{name}": [\n{lines}\n   ]'


def _line(value: Any) -> str:  # Any: JSON
    return json.dumps(value, ensure_ascii=False)
