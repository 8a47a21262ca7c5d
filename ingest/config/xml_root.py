"""The root of an XML text, parsed without entities, document types or the network. Raises `BadConfig`."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from ingest.config.nodes import BadConfig

_BYTES = 2_000_000
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def xml_root(text: str) -> Any:  # Any: lxml ships no types
    """The root element, without comments."""
    if len(text) > _BYTES:
        raise BadConfig(f"more than {_BYTES} characters")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(_DECLARATION.sub("", text.lstrip("\ufeff"), count=1).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise BadConfig(f"no XML: {str(problem)[:200]}") from problem
    if root.getroottree().docinfo.doctype:
        raise BadConfig("a project file has no document type")
    return root
