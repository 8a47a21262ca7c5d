"""Reports of a difference: one function each, from a `Difference` to text."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.findings.difference import Difference

__all__ = ["FORMATS", "SCHEMA_FILE", "render", "schema"]

FORMATS = ("table", "json", "markdown", "html")
SCHEMA_FILE = Path(__file__).with_name("difference.schema.json")


def render(difference: Difference, form: str) -> str:
    """The difference in one of `FORMATS`."""
    if form == "json":
        from pipeline.reports.escape import model_json

        return model_json(difference)
    text: str = import_module(f"pipeline.reports.difference.{form}").render(difference)
    return text


def schema() -> str:
    """JSON Schema (2020-12) of the JSON; it ships as `SCHEMA_FILE`."""
    from pipeline.findings.difference import Difference
    from pipeline.reports.escape import json_text

    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from pipeline/findings/difference.py by `make docs`; do not edit.",
    }
    return json_text({**head, **Difference.model_json_schema(mode="serialization")})
