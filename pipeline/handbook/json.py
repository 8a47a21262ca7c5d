"""The handbook as JSON, and the JSON Schema of it, which ships as `catalog.schema.json` and is written anew by `make docs`."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from pipeline.handbook.model import Handbook
from pipeline.reports.escape import json_text, model_json


def render(handbook: Handbook) -> str:
    return model_json(handbook, exclude_none=True)


def render_list(entries: Iterable[BaseModel]) -> str:
    """Some of its entries; what an entry leaves out is left out here too, so that conditions read as their files do."""
    return json_text([entry.model_dump(mode="json", exclude_none=True) for entry in entries])


def schema() -> str:
    """JSON Schema (2020-12) of what `render` gives; the lists of the command line are its parts of the same names."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from pipeline/handbook/model.py by `make docs`; do not edit.",
    }
    return json_text({**head, **Handbook.model_json_schema(mode="serialization")})
