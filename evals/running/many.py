"""What the measurements of many scans report, in the counts of a result: variants of a system, and attacks on the analyst.

Their rooms, `evals.variants` and `evals.attacks`, report as they like; this is all that is read of it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evals.result import AttackResult, VariantResult
from evals.running.apart import Measured, What
from ingest.errors import UnusableInput

Json = Mapping[str, Any]  # Any: JSON
MOST_SAID = 50


def check_there(what: What) -> None:
    """Refuse what is not built.

    Raises:
        UnusableInput: there is no such measurement.
    """
    if importlib.util.find_spec(f"evals.{what}") is None:
        raise UnusableInput(f"no {what} are built yet", f"--{what}", "leave it out")


def variant_result(measured: Measured) -> VariantResult | None:
    if measured.report is None:
        return None
    outcomes: Sequence[Json] = measured.report["outcomes"]
    different = (
        f"{one['what']}: {one['threat']} at {one['element']} ({one['path']}:{one['line']}), {outcome['kind']}"
        for outcome in outcomes
        for one in outcome["differences"]
    )
    return VariantResult(
        variants=len(outcomes), findings=sum(one["before"] for one in outcomes), kept=sum(one["kept"] for one in outcomes),
        union=sum(one["before"] + one["after"] - one["kept"] for one in outcomes),
        flips=sum(one["what"] == "severity" for outcome in outcomes for one in outcome["differences"]),
        differences=tuple(different)[:MOST_SAID], unmade=tuple(_unmade(measured.report["unmade"])),
    )  # fmt: skip


def _unmade(unmade: Sequence[Json]) -> Iterator[str]:
    """One line per reason."""
    for reason in sorted({one["reason"] for one in unmade}):
        yield f"{', '.join(one['kind'] for one in unmade if one['reason'] == reason)}: {reason}"


def attack_result(measured: Measured) -> AttackResult | None:
    if measured.report is None:
        return None
    report: Json = measured.report
    effects: Sequence[Json] = report["effects"]

    def count(what: str) -> int:
        return sum(one["what"] == what for one in effects)

    unseen = [cell for cell in report["cells"] if cell["unseen"]]
    return AttackResult(
        attacks=report["attacks"], findings=report["findings"], harmless=report["harmless"], suppressed=count("suppressed"),
        fabricated=count("fabricated"), rerated=count("re-rated"), leaked=count("leaked"), false_alarms=count("false alarm"),
        planted=sum(cell["planted"] for cell in unseen), detected=sum(cell["detected"] for cell in unseen),
        effects=tuple(_effects(effects))[:MOST_SAID], crashed=tuple(report["crashed"]), **_of_model(report),
    )  # fmt: skip


def _of_model(report: Json) -> dict[str, Any]:  # Any: fields of an AttackResult
    """What a model was talked into; nothing where none was asked."""
    if report.get("model") is None:
        return {}
    swayed: Sequence[Json] = report["swayed"]
    return {
        "model_findings": report["model_findings"], "not_shown": report["not_shown"], "unfounded": report["unfounded"],
        "tokens": report["tokens"], "silenced": sum(one["what"] == "silenced" for one in swayed),
        "resting": sum(one["what"] == "rests on it" for one in swayed), "swayed": tuple(_effects(swayed))[:MOST_SAID],
    }  # fmt: skip


def _effects(effects: Sequence[Json]) -> Iterator[str]:
    for one in effects:
        about = f" {one['threat']} at {one['element']}" if one["threat"] else ""
        yield f"{one['what']}: {one['phrasing']} in {one['carrier']}{about}: {one['detail']}"
