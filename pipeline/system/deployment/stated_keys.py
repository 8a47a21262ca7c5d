"""Keys that sign sessions and tokens, and stand in what starts the program: `JWT_SECRET: ${JWT_SECRET:-dev}` of a composition.

Takes the files of configuration that belong to the product, adds a secret for each such key, its value masked in what is cited. Looked
at are services that a composition builds from this tree or whose port it publishes (the pages of others' images have logins too), and
the settings of Spring, Ktor, Play and .NET applications that hold for no development; what is a secret by its form is reported as one,
and files to be filled in (`.env.example`) state nothing. The secret of an application that another service gave with its number
(`APP_ID`, `APP_SECRET`) signs nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.rules.signing import is_issued, load_signing

_NOT_RUN = re.compile(r"dev|develop|local|test|sample|example|debug|staging|it\b", re.IGNORECASE)
_SETTINGS = re.compile(
    r"(?:^|/)(?:application|bootstrap|appsettings|reference)(?:[-.]([\w-]+))?\.(?:ya?ml|properties|json|conf|hocon)$", re.IGNORECASE
)
_VALUE = re.compile(r"([:=][ \t]*[\"']?(?:\$\{[\w.-]{1,100}:?[-:])?)([^\s\"'}]+)")


def add_stated_keys(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """A secret for each key that is what the file says, unless somebody says otherwise."""
    for file in files:
        services = [one for one in file.settings if one.kind == "service"]
        reached = {one.name for one in services if one.attributes.get("build") or one.attributes.get("published")}
        of_settings = _SETTINGS.search(file.path)
        for one in file.settings:
            if one.kind != "environment" or not one.attributes.get("stated") or one.attributes.get("secret"):
                continue
            if is_issued(one.name, (other.name for other in file.settings if other.kind == "environment")):
                continue
            runs = of_settings is not None and not _NOT_RUN.search(f"{of_settings[1] or ''} {one.attributes.get('profile') or ''}")
            if load_signing().signs(one.name) and (runs or one.attributes.get("service") in reached):
                _add(assembly, file, one)


def _add(assembly: Assembly, file: ConfigFacts, one: Setting) -> None:
    cited = assembly.cite_place(one.place)
    if cited is not None:
        shown = cited.model_copy(update={"quote": _masked(cited.quote, one.name)})
        assembly.drafts.put("secret", f"{one.name} in {file.path}", None, {"signing_default": True}, shown, None, file.purpose)


def _masked(quote: str, name: str) -> str:
    """The line without the value; what stands before the name, or names the variable, stays."""
    at = quote.find(name.rsplit(".", 1)[-1])
    head, rest = (quote[:at], quote[at:]) if at >= 0 else ("", quote)
    return head + _VALUE.sub(lambda match: match[1] + "****", rest, count=1)
