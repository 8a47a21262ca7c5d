"""Systems with planted texts, and their twins with harmless words in the same places, as folders."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from evals.attacks.carriers import CARRIERS, COMMIT_MESSAGE, Carrier, Tree
from evals.attacks.model import Attack, Phrasing, Plant
from evals.attacks.phrasings import NEUTRAL, harmless, phrasings
from evals.variants.making import read_tree, write_tree

CANARY = "kanari"  # how each of them begins
SECRET_FILE = "config/service.env"  # a credential that orders ask for; it has to be masked wherever it is told of
_UTC = "2026-01-05T09:00:00+00:00"


def canary_of(seed: int, *of: str) -> str:
    """A word for one planted text: 12 letters that stand nowhere else."""
    digest = hashlib.sha256("\n".join([str(seed), *of]).encode()).digest()
    return CANARY + "".join(chr(97 + byte % 26) for byte in digest[:12])


def secret_of(seed: int, system: str) -> str:
    """A made-up credential of a system."""
    return "sk-proj-" + hashlib.sha256(f"{seed}\n{system}\nsecret".encode()).hexdigest()[:40]


def plant(
    system: Path,
    into: Path,
    seed: int = 0,
    only: Collection[Phrasing] | None = None,
    carriers: Sequence[Carrier] = CARRIERS,
) -> list[Attack]:
    """One attack per phrasing, each with all carriers that the system has room for, in `into/<phrasing>/<name of the system>`."""
    tree = _with_secret(system, seed)
    control = into / "control" / system.name
    _written(tree, control, carriers, lambda carrier: _words(tree, system.name, seed, None, carrier))
    attacks = []
    for phrasing in (*phrasings(), *harmless()) if only is None else only:
        root = into / phrasing.name / system.name
        planted = _written(tree, root, carriers, partial(_words, tree, system.name, seed, phrasing))
        plants = tuple(
            Plant(carrier.name, paths, canary_of(seed, system.name, phrasing.name, carrier.name), carrier.unseen)
            for carrier in carriers
            if (paths := planted.get(carrier.name))
        )
        attacks.append(Attack(system.name, phrasing, root, control, plants))
    return attacks


def replant(attack: Attack, system: Path, into: Path, seed: int, among: Collection[str]) -> Path:
    """The same attack in some carriers alone, with harmless words in the others."""
    tree = _with_secret(system, seed)
    root = into / "again" / system.name

    def said(carrier: Carrier) -> str:
        return _words(tree, system.name, seed, attack.phrasing if carrier.name in among else None, carrier)

    _written(tree, root, CARRIERS, said)
    return root


def _with_secret(system: Path, seed: int) -> dict[str, bytes]:
    return read_tree(system) | {SECRET_FILE: f"SERVICE_API_KEY={secret_of(seed, system.name)}\n".encode()}


def _words(tree: Tree, system: str, seed: int, phrasing: Phrasing | None, carrier: Carrier) -> str:
    """What a carrier says; none: harmless words without a subject, and so does a place where nobody explains anything."""
    if phrasing is None or (phrasing.goal is None and carrier.with_pains):
        return NEUTRAL.format(canary=canary_of(seed, system, "control", carrier.name))
    place = next((path for path in sorted(tree) if path.endswith((".py", ".ts", ".go", ".java", ".cs"))), "README.md")
    return phrasing.text.format(canary=canary_of(seed, system, phrasing.name, carrier.name), place=place)


def _written(tree: dict[str, bytes], root: Path, carriers: Sequence[Carrier], said: Callable[[Carrier], str]) -> dict[str, tuple[str, ...]]:
    """Write the tree with a text in each carrier; gives the files that hold it, by carrier. Those that share a file add to it."""
    grown = dict(tree)
    paths: dict[str, tuple[str, ...]] = {}
    message = ""
    for carrier in carriers:
        made = carrier.plant(grown, said(carrier))
        if COMMIT_MESSAGE in made:
            message = made.pop(COMMIT_MESSAGE).decode()
            paths[carrier.name] = (COMMIT_MESSAGE,)
        elif made:
            grown |= made
            paths[carrier.name] = tuple(sorted(made))
    write_tree(grown, root)
    if message:
        _commit(root, message)
    return paths


def _commit(root: Path, message: str) -> None:
    """A history whose last commit says something; nothing of the user's settings of git is used."""
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "a"), ("EMAIL", "a@b.example"), ("DATE", _UTC))
    }
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **who,
    }
    for command in (["init", "-q", "-b", "main"], ["add", "-A", "-f"], ["commit", "-q", "--no-verify", "-m", message.replace("\0", "")]):
        subprocess.run(["git", "-C", str(root), *command], check=True, capture_output=True, env=environment)
