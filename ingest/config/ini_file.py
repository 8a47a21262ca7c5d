"""Files of sections and keys (.ini, .cfg, .properties): which values are secrets, such as the `sqlalchemy.url` of Alembic.

Takes the text, gives one `environment` setting per secret, judged with the keys of its section; never the value. What the keys mean is
not known here. Texts that a program shows (bundles of messages, by their name or folder) hold none and are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.config.packages import secret_variable
from ingest.facts import Setting
from ingest.source import Place, attributes_of
from ingest.text import split_lines

_LINES = 5000
_LONGEST = 2000
_SHOWN = re.compile(
    r"(?:^|/)(?:i18n|l10n|locales?|lang(?:uages?)?|translations?)/|(?:^|/)(?:\w*messages?|\w*labels?|\w*texts?)(?:_\w+)?\.properties$",
    re.IGNORECASE,
)
_SECTION = re.compile(r"\s*\[([^\]]{1,200})\]\s*$")
_KEY = re.compile(r"\s*([A-Za-z_][\w.:-]{0,200}?)\s*[=:]\s*(\S.*?)\s*$")


def read_ini_file(text: str, path: str) -> tuple[Setting, ...]:
    """Secrets in the order of the file.

    A file of sections is one program's (`airflow.cfg`): keys that only their names tell of were made together, and go together.
    """
    if _SHOWN.search(path):
        return ()
    found = [secret for section in _sections(text) for secret in _secrets(section, path)]
    made = [secret for secret in found if secret.attributes.get("secret") == "Secret Keyword"] if not path.endswith(".properties") else []
    return tuple(
        replace(secret, attributes=attributes_of(**{**secret.attributes, "repeats": made[0].name})) if secret in made[1:] else secret
        for secret in found
    )


def _sections(text: str) -> Iterator[list[tuple[str, str, int]]]:
    """Key, value and line of each assignment, section by section."""
    section: list[tuple[str, str, int]] = []
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        line = line[:_LONGEST]
        if line.lstrip()[:1] in ("#", ";", "!"):
            continue
        if _SECTION.match(line):
            yield section
            section = []
        elif (key := _KEY.match(line)) is not None:
            value = key[2].replace("%%", "%")  # as configparser writes a percent sign
            section.append((key[1], value.strip("\"'"), number))
    yield section


def _secrets(section: list[tuple[str, str, int]], path: str) -> Iterator[Setting]:
    beside = {name: value for name, value, _ in section}
    for name, value, number in section:
        found = secret_variable(name, value, Place(path, number, number), beside=beside) if value.isascii() and " " not in value else None
        if found is not None:
            yield found
