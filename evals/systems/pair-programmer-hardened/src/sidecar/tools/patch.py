"""Unified diffs, applied in Python: `git apply` is too strict about what models write."""

from __future__ import annotations

from typing import Any

from unidiff import Hunk, PatchSet

from sidecar.workspace import Workspace

APPLY: dict[str, Any] = {
    "name": "apply_patch",
    "description": "Apply a unified diff to the repository. New files are made, `/dev/null` as target deletes.",
    "input_schema": {"type": "object", "properties": {"diff": {"type": "string"}}, "required": ["diff"]},
}


class PatchDoesNotFit(ValueError):
    pass


def apply_patch(workspace: Workspace, diff: str) -> str:
    done: list[str] = []
    whole = PatchSet(diff)
    targets = [workspace.path(patched.path) for patched in whole]
    for patched, target in zip(whole, targets, strict=True):
        name = patched.path
        if patched.is_removed_file:
            target.unlink()
            done.append(f"deleted {name}")
            continue
        old = target.read_text("utf-8").splitlines() if target.exists() else []
        new = apply_hunks(old, list(patched))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(new) + "\n", "utf-8")
        workspace.changed.add(name)
        done.append(f"{name}: +{patched.added} -{patched.removed}")
    return "\n".join(done) or "empty patch"


def apply_hunks(lines: list[str], hunks: list[Hunk]) -> list[str]:
    """Lines after all hunks; each is looked for near the place it names."""
    out, shift = list(lines), 0
    for hunk in hunks:
        before = [line.value.rstrip("\n") for line in hunk if not line.is_added]
        after = [line.value.rstrip("\n") for line in hunk if not line.is_removed]
        place = _find(out, before, hunk.source_start - 1 + shift)
        if place is None:
            raise PatchDoesNotFit(f"hunk at line {hunk.source_start} does not fit; read the file again")
        out[place : place + len(before)] = after
        shift += len(after) - len(before)
    return out


def _find(lines: list[str], block: list[str], near: int) -> int | None:
    if not block:
        return max(near, 0)
    places = [at for at in range(len(lines) - len(block) + 1) if lines[at : at + len(block)] == block]
    return min(places, key=lambda at: abs(at - near), default=None)
