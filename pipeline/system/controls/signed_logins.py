"""Whether something that is signed decides who somebody is: a strategy that no route asks, and Django's key where logins are rows.

Takes an assembly whose code is linked. A strategy of passport only matters where a guard of its name stands before a route. Django signs
links and messages with its key; who is signed in stands in the database, unless sessions or tokens are signed, or a link resets a password.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.signing_uses import SigningUse

_KEY_OF_STRATEGY = "secretOrKey"
_SAID_BY = ("SESSION_ENGINE", "INSTALLED_APPS", "MIDDLEWARE")
_ASKS = frozenset({"UseGuards", "useGlobalGuards", "authenticate"})
_JWT = re.compile(r"jwt|^AuthGuard$", re.IGNORECASE)
_SIGNED_IN_DJANGO = re.compile(
    r"signed_cookies|simplejwt|rest_framework_jwt|JWTAuthentication|JSONWebToken|PasswordReset|password_reset|django\.contrib\.auth\.urls"
    r"|allauth|dj_rest_auth|djoser|core\.signing|set_signed_cookie|get_signed_cookie|TimestampSigner|urlsafe_base64|sesame",
)


def keys_nobody_asks(assembly: Assembly) -> list[Node]:
    """Keys that only verify what a strategy of passport is given, where no guard of that strategy stands anywhere."""
    found = [
        (file, value.inputs[value.labels.index(_KEY_OF_STRATEGY)])
        for file, facts in enumerate(assembly.program.files)
        for value in facts.values
        if value.kind == "collection" and _KEY_OF_STRATEGY in value.labels and len(value.labels) == len(value.inputs)
    ]
    return [] if not found or any(_JWT.search(text) for text in _guards(assembly)) else found


def kept_in_rows(assembly: Assembly, use: SigningUse) -> Node | None:
    """Of Django's key, the setting by which logins are rows, where nothing that is signed says who somebody is."""
    variables = assembly.program.files[use.key[0]].variables
    said = next((given for name in _SAID_BY for given in variables.get(name, ())), None)
    if use.name != "SECRET_KEY" or use.key != use.place or said is None:
        return None
    for facts in assembly.program.files:
        if any(_SIGNED_IN_DJANGO.search(one.target) for one in facts.imports):
            return None
        if any(value.kind in ("constant", "name", "attribute") and _SIGNED_IN_DJANGO.search(value.text[:200]) for value in facts.values):
            return None
    return use.key[0], said


def _guards(assembly: Assembly) -> list[str]:
    """Names of what routes, or the whole application, are told to ask."""
    found: list[str] = []
    for facts in assembly.program.files:
        for value in facts.values:
            if value.kind == "call" and value.inputs and facts.values[value.inputs[0]].text in _ASKS:
                for given in value.inputs[1:]:
                    found += [facts.values[given].text, *(facts.values[part].text for part in facts.values[given].inputs)]
            elif value.kind == "collection" and "useClass" in value.labels:
                found.append(facts.values[value.inputs[value.labels.index("useClass")]].text)
    return found
