"""tokenizer_config.json: the chat templates beside a model, which are Jinja programs that a server runs.

Takes the bytes, gives entries of the listing. Nothing else of the file is read.
"""

from __future__ import annotations

import json

from ingest.model_files.listing import Listing


def read_tokenizer_config(data: bytes, listing: Listing) -> bool:
    """Entries of one file; whether it is JSON with an object."""
    try:
        config = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        return False
    if not isinstance(config, dict):
        return False
    listing.format = "tokenizer_config"
    template = config.get("chat_template")
    if isinstance(template, str):
        listing.add_text("template", "chat_template", template)
    for named in template if isinstance(template, list) else ():
        if isinstance(named, dict) and isinstance(named.get("template"), str):
            listing.add_text("template", f"chat_template {named.get('name', '')}".strip(), named["template"])
    name = config.get("tokenizer_class")
    listing.know(architecture=name if isinstance(name, str) else None)
    return True
