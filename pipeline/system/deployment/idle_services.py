"""Vector databases that a composition starts and nothing of the tree asks: whoever reaches the port finds an empty index.

Takes an assembly whose code and configuration are known. A service is marked (`idle`) where there is code, none of it opens a store of the
product, imports a package named for it or names the service as a host, no starter for it is installed, and no variable names where one is.
What another tree puts into the service is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly

_WHERE = r"(?:_\w+)?_(?:HOST|URL|URI|SERVER|PORT|ENDPOINT|ADDRESS|ADDR|CONNECTION)"

_PARTS = re.compile(r"[^a-z0-9]+")


def mark_idle_services(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Adds `idle` to services that nothing uses."""
    drafts = list(assembly.drafts.by_id.values())
    opened = {str(draft.attributes["product"]).lower() for draft in drafts if draft.nodes and "product" in draft.attributes}
    variables = [setting.name.upper() for file in config for setting in file.settings if setting.kind == "environment"]
    spoken_to = _spoken_to(assembly, config)
    for draft in drafts:
        if draft.kind != "vector_store" or "service" not in draft.attributes or not assembly.program.files:
            continue
        product, service = str(draft.attributes["product"]), str(draft.attributes["service"])
        named = re.compile(rf"(?:{re.escape(product.upper())}|VECTOR_?(?:DB|STORE)){_WHERE}")
        if (
            product.lower() not in opened
            and not any(named.fullmatch(name) for name in variables)
            and not _is_host(assembly, service, named)
            and product.lower() not in spoken_to
        ):
            draft.attributes["idle"] = True


def _spoken_to(assembly: Assembly, config: Sequence[ConfigFacts]) -> set[str]:
    """Parts of the names of packages that the program's code imports, and of starters, which need no import to open a store."""
    named = [imported.target for file in assembly.program.files if file.purpose == "product" for imported in file.imports]
    named += [s.name for file in config for s in file.settings if s.kind == "package" and "starter" in s.name]
    return {part for name in named for part in _PARTS.split(name.lower())}


def _is_host(assembly: Assembly, service: str, named: re.Pattern[str]) -> bool:
    """Whether a text of the code names a service as a host, or a variable that says where one is."""
    host = re.compile(rf"(?:^|//|@){re.escape(service)}(?=[:/]|$)")
    texts = (value.text for file in assembly.program.files for value in file.values if value.kind == "constant" and len(value.text) < 200)
    return any(host.search(text) or named.fullmatch(text.upper()) for text in texts)
