"""What is taken out of drivers' comments before a model reads them."""

import re

PATTERNS = [
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "[mail]"),
    (re.compile(r"(?<!\w)(?:\+|00)?\d[\d /-]{7,}\d"), "[phone]"),
]


def pseudonymise(comment: str) -> str:
    for pattern, mark in PATTERNS:
        comment = pattern.sub(mark, comment)
    return comment
