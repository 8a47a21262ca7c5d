"""Which lock holds a manifest's packages, and what is cited for it."""

from __future__ import annotations

from pathlib import Path

from tests.system.small import scan_of

_MANIFEST = '{"name": "shop", "private": true, "dependencies": {"openai": "^4.87.3"}}\n'
_LOCK = '{"lockfileVersion": 3, "packages": {"node_modules/openai": {"version": "4.87.3", "integrity": "sha512-abc"}}}\n'


def pins(folder: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    """Manifests that are held, each with the file that holds it."""
    system = scan_of(folder, files).system
    held = (control for control in system.controls if control.kind == "pinned_dependency")
    return [(control.protects[0], control.evidence[0].path) for control in held]


def test_ranges_are_held_by_the_lock_which_is_cited_for_it(tmp_path: Path) -> None:
    assert pins(tmp_path, {"package.json": _MANIFEST, "package-lock.json": _LOCK}) == [("package:package.json", "package-lock.json")]


def test_ranges_alone_are_held_by_nothing(tmp_path: Path) -> None:
    assert pins(tmp_path, {"package.json": _MANIFEST}) == []


def test_exact_versions_are_held_by_themselves(tmp_path: Path) -> None:
    exact = _MANIFEST.replace("^", "")
    assert pins(tmp_path, {"package.json": exact, "package-lock.json": _LOCK}) == [("package:package.json", "package.json")]


def test_a_lock_of_another_language_holds_nothing(tmp_path: Path) -> None:
    found = pins(tmp_path, {"api/requirements.txt": "openai>=1.0\n", "package.json": _MANIFEST, "package-lock.json": _LOCK})
    assert found == [("package:package.json", "package-lock.json")]
