"""The scan as JSON: the contract with programs.

Keys stand in the order the models declare them, so the same scan gives the same bytes. `schema` gives the
JSON Schema, which ships as `scan.schema.json` and is written anew by `make docs`.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.findings.model import Scan
from pipeline.reports.escape import json_text, model_json

SCHEMA_FILE = Path(__file__).with_name("scan.schema.json")


def render(scan: Scan) -> str:
    return model_json(scan)


def schema() -> str:
    """JSON Schema (2020-12) of what `render` gives."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from pipeline/findings/model.py by `make docs`; do not edit.",
    }
    return json_text({**head, **Scan.model_json_schema(mode="serialization")})
