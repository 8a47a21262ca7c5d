"""The landscape as JSON: the model as it is, by its schema (`landscape.schema.json`)."""

from __future__ import annotations

from pipeline.fleet.landscape.model import Landscape
from pipeline.reports.escape import model_json


def render(landscape: Landscape) -> str:
    return model_json(landscape)
