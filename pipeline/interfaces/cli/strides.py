"""Classes of STRIDE as people type them."""

from __future__ import annotations

import click

CLASSES = ("spoofing", "tampering", "repudiation", "information_disclosure", "denial_of_service", "elevation_of_privilege")


def stride_class(_: click.Context, __: click.Parameter, said: str | None) -> str | None:
    """The class that a name or a first letter means."""
    if said is None:
        return None
    wanted = said.lower().replace("-", "_").replace(" ", "_")
    found = next((name for name in CLASSES if name == wanted or name[0] == wanted), None)
    if found is None:
        raise click.BadParameter(f"{said!r} is no class of STRIDE (one of {', '.join(CLASSES)}, or its first letter)")
    return found
