"""Servers that a project offers itself: on the host of its homepage, from a package it makes, from an image it builds.

Takes the configuration, answers for one configured MCP server. That a package of the project's name in an index is the project's own
is believed, as is that a homepage is run by whoever writes the code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ingest.facts import ConfigFacts, Setting
from pipeline.system.deployment.deployment import normal
from pipeline.system.program.naming import host_of

# Where many projects have their pages: such an address says nothing about who runs a server there.
_SHARED_HOSTS = re.compile(r"(^|\.)(github\.com|gitlab\.com|bitbucket\.org|npmjs\.com|pypi\.org|huggingface\.co|readthedocs\.io)$")


@dataclass(frozen=True, slots=True)
class OwnServers:
    hosts: frozenset[str]
    packages: frozenset[str]
    images: frozenset[str]
    repositories: frozenset[str] = frozenset()  # "owner/name", as modules of Go say where they live

    @classmethod
    def of(cls, files: Sequence[ConfigFacts], images: frozenset[str]) -> Self:
        made = [s for file in files for s in file.settings if s.kind in ("project", "npm_module")]
        pages = {str(s.attributes.get("homepage") or "") for s in made}
        hosts = {host.split(":")[0].lower().removeprefix("www.") for page in pages if (host := host_of(page)) is not None}
        modules = (s.name.lower().split("/") for file in files for s in file.settings if s.kind == "go_module")
        return cls(
            frozenset(host for host in hosts if not _SHARED_HOSTS.search(host)),
            frozenset(normal(s.name) for s in made),
            images,
            frozenset("/".join(parts[1:3]) for parts in modules if len(parts) > 2),
        )

    def offer(self, server: Setting) -> bool:
        """Whether a configured server is one of these."""
        host = host_of(str(server.attributes.get("url") or ""))
        if host is not None and any(f".{host.split(':')[0].lower()}".endswith(f".{ours}") for ours in self.hosts):
            return True
        package = str(server.attributes.get("package") or "")
        image = "/".join(package.lower().split("/")[1:])  # `ghcr.io/owner/name`
        return bool(package) and (normal(package) in self.packages or package in self.images or image in self.repositories)
