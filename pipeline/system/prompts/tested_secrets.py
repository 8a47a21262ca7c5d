"""Secrets in tests that open something real: the address, with its password, of a database that a cloud runs, and keys in requests.

Takes facts of code and configuration that are for tests, adds one secret per value. Most values in tests are made up, so what only a name
tells of is left alone; a host that a cloud gave out is not made up.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from ingest.facts import CodeFacts, ConfigFacts, Facts
from ingest.public_hosts import opens_at_a_cloud
from ingest.secrets import find_secrets
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue

_OF_REQUESTS = (".http", ".rest")


def add_tested_secrets(assembly: Assembly, facts: Iterable[Facts]) -> None:
    """One secret per value that stands in a test."""
    tests = [read for read in facts if isinstance(read, CodeFacts | ConfigFacts) and read.purpose == "test"]
    held: dict[str, str] = {}
    for read in sorted(tests, key=lambda read: read.path):
        if isinstance(read, CodeFacts):
            _of_code(assembly, read, held)
        else:
            _of_settings(assembly, read)


def _of_code(assembly: Assembly, read: CodeFacts, held: dict[str, str]) -> None:
    for value in read.values:
        if value.kind != "constant" or "://" not in value.text or not opens_at_a_cloud(value.text) or not find_secrets(value.text):
            continue
        evidence = assembly.cite_place(Place(read.path, value.line, value.line))
        if evidence is not None:
            name = held.setdefault(value.text, f"password of a database in {read.path}")
            said: dict[str, AttributeValue] = {"where": "code", "detector": "Basic Auth Credentials", "at_a_cloud": True}
            assembly.drafts.put("secret", name, None, said, evidence, None, read.purpose)


def _of_settings(assembly: Assembly, read: ConfigFacts) -> None:
    for setting in read.settings:
        told = setting.attributes
        real = told.get("at_a_cloud") or read.path.lower().endswith(_OF_REQUESTS)
        evidence = assembly.cite_place(setting.place) if setting.kind == "environment" and told.get("secret") and real else None
        if evidence is not None:
            said: dict[str, AttributeValue] = {"where": "config", "detector": str(told["secret"])}
            said |= {"at_a_cloud": True} if told.get("at_a_cloud") else {}
            # Requests to one host that lie together send one key.
            where = posixpath.dirname(read.path) or read.path if read.path.lower().endswith(_OF_REQUESTS) else read.path
            assembly.drafts.put("secret", f"{setting.name} in {where}", None, said, evidence, None, read.purpose)
