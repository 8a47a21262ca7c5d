"""JSON Schemas of the files of own knowledge, for editors: made of the models that read these files.

Gives text by file name. They ship in `pipeline/knowledge/schemas/`, written anew by `make docs`, and `threatloom threats schema`
writes them beside a user's own files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

SHIPPED = Path(__file__).parents[1] / "knowledge" / "schemas"


def schemas() -> Mapping[str, str]:
    """Each schema (2020-12) as text, by the name of its file."""
    from pipeline.system.rules.own_control import OwnControlFile
    from pipeline.threats.own.schema import OwnFrameworkFile, OwnThreatFile, SeveritiesFile

    made: dict[str, type[BaseModel]] = {
        "threat": OwnThreatFile,
        "framework": OwnFrameworkFile,
        "control": OwnControlFile,
        "severities": SeveritiesFile,
    }
    return {f"{name}.schema.json": _text(name, model) for name, model in made.items()}


def _text(name: str, model: type[BaseModel]) -> str:
    from pipeline.reports.escape import json_text

    said: dict[str, Any] = model.model_json_schema(mode="validation")  # Any: a schema is JSON of every shape
    if name == "threat":
        said["required"].remove("slug")  # the name of the file says it
        said["$defs"]["Condition"].update(minProperties=1, maxProperties=1)
    return json_text(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$comment": "Generated from the models of pipeline/ by `make docs`; do not edit.",
            **said,
            "title": f"threatloom {name}",
        }
    )


def shipped_schemas() -> Mapping[str, str]:
    """What ships, as it lies in the package."""
    return {path.name: path.read_text("utf-8") for path in sorted(SHIPPED.glob("*.schema.json"))}
