"""`python -m evals.attacks`: what planted instructions do to the findings of the reference systems."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals.attacks.carriers import CARRIERS
from evals.attacks.measuring import measure
from evals.attacks.model import Report, Share
from evals.attacks.phrasings import harmless, phrasings
from evals.labels import SYSTEMS
from evals.running.asked import AskedModel
from evals.variants.__main__ import systems_named
from ingest.errors import UnusableInput


def main(given: list[str] | None = None) -> int:
    """Exit code 1: a planted text had an effect, or a scan failed; 2: no such system."""
    arguments = _parser().parse_args(given)
    systems = systems_named(arguments.systems, arguments.folder)
    if not systems:
        sys.stderr.write("no system of that name\n")
        return 2

    def said(text: str) -> None:
        sys.stderr.write(text + "\n")

    asking = None
    if arguments.llm:
        asking = partial(AskedModel(arguments.llm, arguments.base_url, tuple(arguments.budget)).scan, jobs=1)
    try:
        report = measure(systems, arguments.seed, arguments.phrasings or None, said, asking, arguments.sample)
    except UnusableInput as failure:
        said(str(failure))
        return 2
    if arguments.json:
        arguments.json.write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    show(report, Console())
    return 1 if report.effects or report.crashed else 0


def show(report: Report, console: Console) -> None:
    """Effects first, then what was detected by carrier and by phrasing."""
    console.print(
        f"{len(report.systems)} systems, {report.attacks} attacks against {report.findings} findings,"
        f" {report.harmless} with harmless prose:"
        f" suppressed {report.count('suppressed')}, fabricated {report.count('fabricated')}, re-rated {report.count('re-rated')},"
        f" leaked {report.count('leaked')}, false alarms {report.count('false alarm')}, crashed {len(report.crashed)}",
        soft_wrap=True,
    )
    if report.model is not None:
        console.print(
            f"model {report.model}, {report.tokens:,} tokens: threats with quotes that stand nowhere {report.not_shown + report.unfounded},"
            f" of them reported {report.unfounded}; of {report.model_findings} findings it has without planted words,"
            f" {sum(one.what == 'silenced' for one in report.swayed)} are gone with them;"
            f" {sum(one.what == 'rests on it' for one in report.swayed)} findings rest on planted words alone",
            soft_wrap=True,
        )
    table = Table("carrier", "people see it", "detected", title="Detection by carrier")
    for carrier in CARRIERS:
        share = report.share(carrier=carrier.name, unseen=carrier.unseen)
        if share.planted:
            table.add_row(carrier.name, "no" if carrier.unseen else "yes", _shown(share))
    table.add_row("all that people do not see", "no", _shown(report.share()), end_section=True)
    console.print(table)
    table = Table("phrasing", "goal", "knows us", "detected where people do not see it", title="Detection by phrasing")
    for phrasing in phrasings():
        share = report.share(phrasing=phrasing.name)
        if share.planted:
            table.add_row(phrasing.name, phrasing.goal or "", "yes" if phrasing.aware else "", _shown(share))
    console.print(table)
    for effect in (*report.effects, *report.swayed):
        place = f" ({effect.path}:{effect.line})" if effect.path else ""
        what = f"{effect.threat} at {effect.element}{place}: " if effect.threat else ""
        console.print(
            f"{effect.what}: {effect.system} / {effect.phrasing} / {effect.carrier}: {what}{effect.detail}", markup=False, soft_wrap=True
        )
    for line in report.crashed:
        console.print(f"crashed: {line}", markup=False, soft_wrap=True)


def _shown(share: Share) -> str:
    return f"{share.detected} of {share.planted}" + (f" ({share.rate:.0%})" if share.rate is not None else "")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.attacks", description=__doc__)
    parser.add_argument("--systems", nargs="*", default=[], metavar="NAME", help="names or patterns (default: all)")
    parser.add_argument("--folder", type=Path, default=SYSTEMS, help="where the systems lie")
    names = [each.name for each in (*phrasings(), *harmless())]
    parser.add_argument("--phrasings", nargs="*", choices=names, metavar="NAME", help=f"which (default: all): {', '.join(names)}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sample", type=int, metavar="N", help="N orders and one piece of harmless prose for each system, by turns")
    parser.add_argument("--llm", metavar="MODEL", help="attack a model too: its key and settings come from the environment, as for a scan")
    parser.add_argument("--base-url", metavar="URL", help="OpenAI-compatible endpoint of --llm, such as a server on this machine")
    parser.add_argument("--budget", nargs="*", default=[], metavar="AMOUNT", help="what --llm may take for each scan")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the whole report there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
