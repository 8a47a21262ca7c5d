"""Words that are given to the name of a secret in a file of settings: `POSTGRES_PASSWORD: sonnenblume`, masked where text is shown.

Takes text, gives it without such values; its lines stay what they are. A password of plain letters looks like any word, so it is no
secret of code or prose (`ingest.secrets`); on a line of its own that gives it to the name of one, it is, and is never shown. What code
assigns from a variable (`password = hashed`) stays. Placeholders and defaults that everybody knows stay as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ingest.default_passwords import PASSWORD_NAME
from ingest.secrets import SECRET_NAME, secret_in_assignment

_LINE = re.compile(
    r"(?P<head>[ \t]{0,80}(?:(?:export|ENV|ARG|-)[ \t]{1,4})?[\"']?(?P<name>[A-Za-z][\w.-]{2,100})[\"']?"
    r"(?P<sign>[ \t]{0,8}[:=][ \t]{0,8}))(?P<quote>[\"']?)(?P<value>[^\s\"'(){}\[\],;<>`$]{6,200})(?P=quote)(?P<rest>,?[ \t]*(?:#.*)?)",
)
_GIVEN = re.compile(r"(?P<head>^[^:=\n]{0,200}[:=][ \t]*[\"']?)(?P<value>[^\s\"',][^\"'\n]{2,400}?)(?P<rest>[\"']?,?[ \t]*(?:#.*)?)$")
_NAME_ENDS = re.compile(r"password|passwd|passphrase|pwd|secret|token|credential|key", re.IGNORECASE)


def without_assigned(text: str) -> str:
    """The text with each word masked that a line of settings gives to the name of a secret."""
    if _NAME_ENDS.search(text) is None:
        return text
    return "\n".join(_masked(line) if _NAME_ENDS.search(line) else line for line in text.split("\n"))


def without_values(lines: Sequence[str], sealed: Collection[int], names: Collection[str]) -> tuple[str, ...]:
    """Lines of which those at these numbers hold a secret that a reader of settings found: what stands behind their sign is masked."""
    found = list(lines)
    for number in sealed:
        line = found[number - 1] if 0 < number <= len(found) else ""
        given = _GIVEN.match(line) if "****" not in line else None
        if given is not None and given["value"] not in names:
            found[number - 1] = f"{given['head']}****{given['rest']}"
    return tuple(found)


def _masked(line: str) -> str:
    ending = line[len(line.rstrip("\r")) :]
    found = _LINE.fullmatch(line[: len(line) - len(ending)]) if len(line) < 600 else None
    if found is None or "****" in line or not SECRET_NAME.fullmatch(found["name"]) or not _is_setting(found):
        return line
    value = found["value"]
    if secret_in_assignment(found["name"], value) is None:
        return line
    return f"{found['head']}{found['quote']}{value[: min(4, len(value) // 4)]}****{found['quote']}{found['rest']}{ending}"


def _is_setting(found: re.Match[str]) -> bool:
    """Whether a line is of a file of settings, and no assignment or declaration of a program."""
    name, sign, value = found["name"], found["sign"], found["value"]
    of_password = PASSWORD_NAME.search(name) is not None
    if name.isupper():
        return (bool(found["quote"]) and of_password) or sign == "=" or sign.startswith(":")
    if not of_password:
        return False
    if found["quote"]:
        return True
    if found["rest"].startswith(",") or (sign.strip() == "=" and not {".", "-"} & set(name)):
        return False
    return value.islower() or not value.isidentifier()  # a name with capitals is a type: `password: SecretStr`
