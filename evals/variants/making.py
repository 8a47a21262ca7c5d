"""Variants of a system as folders: each kind of rewriting, checked, and written below a folder that is given."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.variants.checking import check
from evals.variants.layout import end_lines, reformat
from evals.variants.model import KINDS, Changed, Kind, Tree, Variant
from evals.variants.moving import move
from evals.variants.padding import pad
from evals.variants.prose import paraphrase
from evals.variants.renaming import rename
from evals.variants.reordering import reorder
from evals.variants.stripping import strip

REWRITINGS: dict[Kind, Callable[[Tree, random.Random], Changed]] = {
    "rename": rename, "reformat": reformat, "line-endings": end_lines, "reorder": reorder, "move": move, "strip": strip,
    "paraphrase": paraphrase, "dead-code": pad,
}  # fmt: skip
_NOT_PART = frozenset({".git", "__pycache__", ".venv", "node_modules"})
_LARGEST = 1_000_000  # bytes
_NOT_PLAIN = "labels.yaml"  # the answers are no part of the system


def read_tree(system: Path) -> dict[str, bytes]:
    """The files of a system by path, without its labels and without what git and tools leave beside them.

    What is larger than any file that people write stays out, of the original too.
    """
    return {
        path.relative_to(system).as_posix(): path.read_bytes()
        for path in sorted(system.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.stat().st_size <= _LARGEST
        and not _NOT_PART & set(path.relative_to(system).parts)
        and path.relative_to(system).as_posix() != _NOT_PLAIN
    }


def write_tree(tree: Tree, root: Path) -> Path:
    """The folder, with these files and nothing else."""
    shutil.rmtree(root, ignore_errors=True)
    for path, data in tree.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return root


def seeded(seed: int, *of: str) -> random.Random:
    """Chance that depends on the seed and on what it is for, and on nothing that was made before."""
    return random.Random(int.from_bytes(hashlib.sha256("\n".join([str(seed), *of]).encode()).digest()[:8], "big"))


def rewritten(tree: Tree, kind: Kind, seed: int, system: str) -> Changed:
    """One variant of a tree.

    Raises:
        NotTheSame: the rewriting went wrong.
    """
    changed = REWRITINGS[kind](tree, seeded(seed, system, kind))
    check(kind, tree, changed)
    return changed


def variants(system: Path, into: Path, seed: int = 0, kinds: Sequence[Kind] = KINDS) -> list[Variant]:
    """The variants of a system, each in `into/<kind>/<name of the system>`; a kind that finds nothing to change is left out.

    Raises:
        NotTheSame: a rewriting went wrong.
    """
    tree = read_tree(system)
    made: list[Variant] = []
    for kind in kinds:
        changed = rewritten(tree, kind, seed, system.name)
        different = tuple(sorted(path for path, data in changed.tree.items() if tree.get(path) != data))
        if different:
            root = write_tree(changed.tree, into / kind / system.name)
            made.append(Variant(system.name, kind, root, different, changed.names, changed.paths))
    return made
