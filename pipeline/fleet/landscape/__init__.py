"""The landscape: what the record says of a whole fleet on one morning. `facts` reads, the rest computes, `build` puts it together."""

from __future__ import annotations

from pipeline.fleet.landscape.build import landscape_of, landscape_schema
from pipeline.fleet.landscape.facts import Before, since
from pipeline.fleet.landscape.model import Landscape

__all__ = ["Before", "Landscape", "landscape_of", "landscape_schema", "since"]
