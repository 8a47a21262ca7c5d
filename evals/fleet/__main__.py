"""`python -m evals.fleet fetch DIR`: both nights' releases, downloaded by the ordinary clients and unpacked; nothing of them is run."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from evals.fleet.nights import NightlySystem, fleet_of, read_nights

_MOST_BYTES = 1_000_000_000  # of one release, unpacked


class Unfetchable(Exception):
    """A release that cannot be had, and why."""


def main(given: list[str] | None = None) -> int:
    """Exit code 1: a release could not be had."""
    parser = argparse.ArgumentParser(prog="python -m evals.fleet", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    fetching = commands.add_parser("fetch", help="download and unpack, and write night1.yaml and night2.yaml")
    fetching.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(given).folder
    folder.mkdir(parents=True, exist_ok=True)
    nights, failed = read_nights(), False
    for night in (0, 1):
        for system in nights.systems:
            try:
                fetch(system, night, folder / system.folder(night))
            except Unfetchable as problem:
                sys.stderr.write(f"{problem}\n")
                failed = True
        (folder / f"night{night + 1}.yaml").write_text(fleet_of(nights, night), encoding="utf-8", newline="\n")
    return int(failed)


def fetch(system: NightlySystem, night: int, target: Path) -> None:
    """One release, unpacked into a folder that does not exist yet; one that is there is taken as it is."""
    if target.exists():
        return
    name, version = system.package or system.name, system.nights[night]
    with tempfile.TemporaryDirectory() as below:
        where = Path(below)
        if system.kind == "pypi":  # wheels alone: to tell what a source archive needs, pip would run its build
            command = [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "--only-binary",
                ":all:",
                "-d",
                below,
                f"{name}=={version}",
            ]
        else:
            command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", below, f"{name}@{version}"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=below)
        archives = [path for path in where.iterdir() if path.name.endswith((".whl", ".tgz"))]
        if done.returncode or len(archives) != 1:
            raise Unfetchable(f"{name} {version}: {(done.stderr or done.stdout).strip().splitlines()[-1:] or ['nothing came']}")
        unpack(archives[0], target)


def unpack(archive: Path, target: Path) -> None:
    """The files of a wheel or of a tarball below a folder: no links out of it, no devices, bounded in size."""
    if archive.name.endswith(".whl"):
        with zipfile.ZipFile(archive) as wheel:  # takes no path out of its target
            _bounded(sum(member.file_size for member in wheel.infolist()), archive)
            wheel.extractall(target)
    else:
        with tarfile.open(archive) as packed:
            _bounded(sum(member.size for member in packed.getmembers()), archive)
            packed.extractall(target, filter="data")


def _bounded(size: int, archive: Path) -> None:
    if size > _MOST_BYTES:
        raise Unfetchable(f"{archive.name}: {size:,} bytes unpacked, more than {_MOST_BYTES:,}")


if __name__ == "__main__":
    sys.exit(main())
