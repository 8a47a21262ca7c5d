"""What a literal's text means: the number, truth value or string a constant stands for; nothing is evaluated."""

from __future__ import annotations

from ingest.facts import ConstantType


def literal(text: str, kind: ConstantType) -> str | int | float | bool | None:
    """The constant, or None where the text is none of its kind."""
    match kind:
        case "boolean":
            return text == "True"
        case "integer":
            try:
                return int(text.replace("_", ""), 0)
            except ValueError:
                return None
        case "float":
            try:
                return float(text.replace("_", ""))
            except ValueError:
                return None
        case "string":
            return text
        case _:
            return None
