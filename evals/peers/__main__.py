"""`python -m evals.peers`: run the peers over the reference systems, keep their scores, and score the report of any other tool.

Brings each peer from PyPI into an environment of its own under `run --place`; the product's environment is left alone.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import threatloom
from evals.labels import FILE as LABELS
from evals.matching import NEAR
from evals.peers.model import Peer, read_peers
from evals.peers.page import page
from evals.peers.reading import Form, UnreadableReport, findings_in, form_of
from evals.peers.running import environment, run
from evals.peers.scoring import PeersTable, SystemScore, ToolScore, failed, system_score
from evals.running.child import LEFT_OUT
from evals.running.run import commit_of_source
from evals.suite import Reference, digest_of, read_suite

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "evals" / "peers.json"
PAGE = ROOT / "docs" / "peers.md"
_CALLED: Mapping[Form, str] = {"cyclonedx": "vulnerabilities", "cyclonedx-components": "components"}


def main(given: Sequence[str] | None = None) -> int:
    """Exit code 2: a peer cannot be brought, a report cannot be read, or a name is unknown."""
    arguments = _parser().parse_args(given)
    if arguments.command == "page":
        PAGE.write_text(page(PeersTable.model_validate_json(FILE.read_bytes())), encoding="utf-8", newline="\n")
        return 0
    try:
        return (
            _score(arguments.system, arguments.report)
            if arguments.command == "score"
            else _run(arguments.place.resolve(), arguments.only, anew=arguments.anew)
        )
    except (Unusable, UnreadableReport) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2


class Unusable(Exception):
    """What was asked for cannot be done; the message is one line."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.peers", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="run the peers over all reference systems and write evals/peers.json")
    running.add_argument(
        "--place", type=Path, default=Path("build/peers"), help="folder for the peers' environments (default: build/peers)"
    )
    running.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these peers")
    running.add_argument("--anew", action="store_true", help="run also what was run over the same files and labels before")
    scoring = commands.add_parser("score", help="score a SARIF or CycloneDX report that any tool made of a reference system")
    scoring.add_argument("system", help="name of the system, as in evals/systems/")
    scoring.add_argument("report", type=Path, help="its report, in SARIF or CycloneDX (JSON or XML)")
    commands.add_parser("page", help="write docs/peers.md from what was measured before")
    return parser


def _run(place: Path, only: Sequence[str], *, anew: bool) -> int:
    peers = read_peers()
    if unknown := set(only) - {peer.name for peer in peers}:
        raise Unusable(f"no such peer: {', '.join(sorted(unknown))} (known: {', '.join(peer.name for peer in peers)})")
    systems = read_suite().systems
    commit = commit_of_source() or ""
    tools = [_scored(peer, place, systems, anew=anew) for peer in peers if not only or peer.name in only]
    own = [_told("threatloom", _threatloom_on(system)) for system in systems]
    tools.append(ToolScore(name="threatloom", packages=(), about="threat models of AI systems; this project", systems=tuple(own)))
    table = PeersTable(commit=commit, near=NEAR, tools=tuple(tools))
    FILE.write_text(table.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"written: {FILE.relative_to(ROOT).as_posix()}\n")
    return 0


def _scored(peer: Peer, place: Path, systems: Sequence[Reference], *, anew: bool) -> ToolScore:
    """What a peer says of all systems; one it answered for with the same packages, files and labels before is not run again."""
    files = {system.name: place / "scores" / peer.name / f"{_measured_as(peer, system)}.json" for system in systems}
    kept = {name: SystemScore.model_validate_json(file.read_bytes()) for name, file in files.items() if file.exists() and not anew}
    wanted = [system for system in systems if system.name not in kept or kept[system.name].failure]
    if wanted:
        try:
            programs = environment(peer, place)
        except (subprocess.CalledProcessError, OSError) as problem:
            raise Unusable(f"{peer.name}: its packages cannot be installed ({' '.join(peer.packages)}): {problem}") from problem
        for some in [wanted] if peer.together else [[system] for system in wanted]:
            for score in _peer_on(peer, programs, some, place / "work" / peer.name):
                file = files[_told(peer.name, score).system]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(score.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
                kept[score.system] = score
    return ToolScore(name=peer.name, packages=peer.packages, about=peer.about, systems=tuple(kept[name] for name in files))


def _measured_as(peer: Peer, system: Reference) -> str:
    """What a score hangs on, as a short hash: the peer's packages and command, the system's labels and files."""
    whole = hashlib.sha256(f"{peer.packages}\0{peer.command}\0{digest_of([system])}\0".encode())
    for file in sorted(path for path in system.path.rglob("*") if path.is_file() and path.name != LABELS):
        whole.update(f"{file.relative_to(system.path).as_posix()}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:16]


def _score(name: str, report: Path) -> int:
    system = next((one for one in read_suite().systems if one.name == name), None)
    if system is None:
        raise Unusable(f"no such system: {name} (they are the folders of evals/systems)")
    try:
        text = report.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise Unusable(f"{report}: cannot be read: {problem}") from problem
    for form in form_of(text):
        found = system_score(system, findings_in(text, form, system.path, report.name), 0.0)
        sys.stdout.write(
            f"{found.findings} {_CALLED.get(form, 'findings')}; {found.met} of {found.labels} labels met, "
            f"{found.precise} within {NEAR} lines; "
            f"{found.sprung} of {found.traps} traps sprung\n"
        )
    return 0


def _peer_on(peer: Peer, programs: Path, systems: Sequence[Reference], work: Path) -> Iterator[SystemScore]:
    """One run over these systems, which lie beside each other; its time is shared among them."""
    with tempfile.TemporaryDirectory() as place:
        # The labels stay away: they quote what is wrong. So does the repository, whose lists of ignored files are not meant for them.
        copies = [Path(shutil.copytree(system.path, Path(place) / "systems" / system.name)) for system in systems]
        for copy in copies:
            (copy / LABELS).unlink()
        done = run(peer, programs, copies[0] if len(copies) == 1 else copies[0].parent, work, len(systems))
        seconds = done.seconds / len(systems)
        for system, copy in zip(systems, copies, strict=True):
            if done.text is None:
                yield failed(system, seconds, done.failure)
                continue
            try:
                yield system_score(system, findings_in(done.text, peer.format, copy, peer.name), seconds)
            except UnreadableReport as problem:
                yield failed(system, seconds, str(problem))


def _threatloom_on(system: Reference) -> SystemScore:
    began = time.monotonic()
    findings = threatloom.scan(system.path, exclude=LEFT_OUT).findings
    return system_score(system, findings, time.monotonic() - began)


def _told(tool: str, score: SystemScore) -> SystemScore:
    sys.stderr.write(f"{tool} on {score.system}: {score.failure or f'{score.findings} findings, {score.met} of {score.labels} labels'}\n")
    return score


if __name__ == "__main__":
    sys.exit(main())
