"""What `threatloom doctor` says of models: which can be asked here, with which keys, and where what is sent and answered is kept.

Nothing is asked, and of a key no more than the name of its variable is told.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

OWN_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE")  # what Amazon's library finds by itself
_OTHERS = 0o077


def providers_here() -> str:
    """The providers that can be asked, and the extras that are missing for the others."""
    from importlib.util import find_spec

    from pipeline.agent.providers.connecting import PACKAGES
    from pipeline.agent.providers.table import load_table

    ready: list[str] = []
    missing: dict[str, list[str]] = {}
    for name, provider in load_table().providers.items():
        if find_spec(PACKAGES[provider.protocol]) is not None:
            ready.append(name)
        else:
            missing.setdefault(provider.extra, []).append(name)
    said = ", ".join(ready) or "none"
    if missing:
        rest = ", ".join(name for names in missing.values() for name in names)
        said += f"; not {rest}: pip install 'threatloom[{','.join(sorted(filter(None, missing)))}]'"
    return said


def keys_named(environment: Mapping[str, str]) -> str:
    """The variables that hold a key; a value never reaches a terminal."""
    from pipeline.agent.providers.endpoint import KEY, KEY_FILE
    from pipeline.agent.providers.table import load_table

    known = dict.fromkeys((KEY, KEY_FILE, *(name for one in load_table().providers.values() for name in one.keys), *OWN_CREDENTIALS))
    there = [name for name in known if environment.get(name, "").strip()]
    if not there:
        return "none set; offline scans and models on this machine need none"
    return f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} set"


def model_chosen(environment: Mapping[str, str]) -> str:
    """The model that scans ask by the settings in force; it is not asked here.

    Raises:
        UnusableInput: it cannot be asked.
    """
    from pipeline.interfaces.llm import agent_settings
    from pipeline.interfaces.settings import load_settings

    settings = load_settings(Path(), {}, environment)
    if settings.llm is None:
        return "none: scans are offline (--llm or THREATLOOM_LLM names one)"
    chosen = agent_settings(settings, environment, cached=True)
    assert chosen is not None
    endpoint, price = chosen.endpoint, chosen.price
    where = "on this machine" if endpoint.local else f"questions are sent to {endpoint.host}"
    cost = "no cost" if endpoint.local else "price not known" if price is None else "price known"
    return f"{endpoint.name}, {where}, {cost}; not asked here"


def egress_log() -> str:
    """Where everything that is sent to models is written down.

    Raises:
        OSError: it cannot be written, and so nothing can be sent.
    """
    from pipeline.agent.egress import default_folder

    return _folder(default_folder(), "*.jsonl", "scan")


def kept_replies() -> str:
    from pipeline.agent.spending import default_folder

    return _folder(default_folder(), "**/*", "reply")


def machine_key() -> str:
    """The key that fences and placeholders are derived from.

    Raises:
        PermissionError: others may read it.
    """
    from pipeline.agent.secret import default_file

    file = default_file()
    if not file.exists():
        return f"{file}: made by the first scan with a model"
    if file.stat().st_mode & _OTHERS:
        raise PermissionError(f"others on this machine may read {file}")
    return f"{file}: there, and yours alone"


def _folder(folder: Path, pattern: str, what: str) -> str:
    """A folder, how much is in it, and whether it can be written."""
    near = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(near, os.W_OK | os.X_OK):
        raise PermissionError(f"{near} cannot be written")
    files = [file.stat().st_size for file in folder.glob(pattern) if file.is_file()] if folder.is_dir() else []
    if not files:
        return f"{folder}: empty"
    plural = {"scan": "scans", "reply": "replies"}[what]
    return f"{folder}: {len(files)} {what if len(files) == 1 else plural}, {sum(files) / 1_000_000:.1f} MB"
