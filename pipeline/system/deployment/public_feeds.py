"""Feeds of packages that are as public as the index they stand beside.

Takes the address of a feed, gives whether it is one of those that the makers of languages and of accelerators keep for everybody. What is
taken from them has no internal name that a stranger could register. Feeds that anyone may open for themselves are not among them,
unless their address says that they are open to all.
"""

from __future__ import annotations

import re

_HOSTS = (
    "api.nuget.org", "www.nuget.org", "pypi.org", "pypi.python.org", "files.pythonhosted.org", "download.pytorch.org",
    "pypi.nvidia.com", "pypi.ngc.nvidia.com", "developer.download.nvidia.com", "wheels.vllm.ai", "conda.anaconda.org", "registry.npmjs.org",
    "data.pyg.org", "pypi.jetson-ai-lab.io", "pypi.jetson-ai-lab.dev",
    "storage.googleapis.com/jax-releases", "storage.googleapis.com/libtpu-releases",
)  # fmt: skip
_PUBLIC = re.compile(r"https?://(?:[^/@]*@)?(?:" + "|".join(re.escape(host) for host in _HOSTS) + r")(?:[:/]|$)", re.IGNORECASE)
_PUBLIC_PROJECT = re.compile(r"https?://pkgs\.dev\.azure\.com/[^/]+/public/", re.IGNORECASE)


def is_public_feed(address: str) -> bool:
    """Whether everybody takes packages from there, and its keeper says what lies in it."""
    return bool(_PUBLIC.match(address) or _PUBLIC_PROJECT.match(address))
