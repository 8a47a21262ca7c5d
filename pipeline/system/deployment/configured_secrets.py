"""Secrets that stand in configuration: passwords, keys and tokens as values of variables, and what each of them opens.

Takes one variable of a file that a reader holds for a secret, adds its element. How a secret is told stands in `ingest/secrets.py`;
here it is said where it is used: by a service beside it, on this machine, at a cloud, in development.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from ingest.facts import ConfigFacts, Setting
from ingest.purpose import kind_of
from ingest.source import parts_of
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.cluster import is_of_inner_store
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.deployment.development import is_for_development
from pipeline.system.deployment.kustomized import taken_up
from pipeline.system.deployment.unread_variables import is_unread_word
from pipeline.system.model import AttributeValue
from pipeline.system.rules.images import known_image
from pipeline.system.rules.signing import load_signing

# What makes it a smaller matter that a secret stands somewhere: it opens a neighbour alone, it is for development.
_LESS = (frozenset({"own_service", "local"}), frozenset({"development", "for_development"}))
_STORES = frozenset({"data_store", "vector_store", "queue"})
_OF_VARIABLES = frozenset({"dotenv", "app_settings", "spring_settings", "hocon", "bicep_values"})
_VALUES = (".tfvars", ".streamlit/secrets.toml")
_STARTS = re.compile(r"(?:^|/)\.run/[^/]+\.xml$|\.run\.xml$")
_SHOWN_AS_EXAMPLE = re.compile(r"(?i)(?:^|[._-])(?:example|sample|template|dist|tmpl)(?:[._-]|$)")


def examples_last(files: Sequence[ConfigFacts]) -> list[ConfigFacts]:
    """Files as they are, behind them those that show how one is written: a value is told where it is in use."""
    return sorted(files, key=lambda file: _is_an_example(file.path))


def _is_an_example(path: str) -> bool:
    return _SHOWN_AS_EXAMPLE.search(path.rpartition("/")[2]) is not None


def for_whom(file: ConfigFacts) -> dict[str, AttributeValue]:
    return {"development": True} if is_for_development(file.path) else {}


def add_secret(assembly: Assembly, file: ConfigFacts, setting: Setting, where: str, files: Sequence[ConfigFacts]) -> None:
    if is_unread_word(assembly, setting, file):
        return
    said: dict[str, AttributeValue] = {
        "where": where,
        "detector": str(setting.attributes.get("secret")),
        **for_whom(file),
        **_for_what(file, setting, files),
        **({"local": True} if setting.attributes.get("local") and not _opens_a_published_store(file, setting) else {}),
        **({"at_a_cloud": True} if setting.attributes.get("at_a_cloud") else {}),
        **({"for_development": True} if setting.attributes.get("development") and not _signs_there(file, setting, files) else {}),
        **({"kept_together": True} if setting.attributes.get("of_secret") or _holds_settings_alone(file.path) else {}),
    }
    name = f"{setting.attributes.get('repeats') or setting.name} in {file.path}"  # one to revoke, however often it stands there
    if _STARTS.search(file.path):  # what one person had at hand when the program was started: written down, and taken out, together
        name = f"variables in {file.path}"
    mark = str(setting.attributes.get("mark") or "")
    for known in assembly.memo.marked_secrets.get(mark, ()) if mark else ():
        draft = assembly.draft(known)
        if draft.attributes.get("signing_default"):  # told as what the program takes by default
            assembly.cite_of(known, setting.place)
            return
        if draft.name != name and file.purpose in draft.purposes and _opens_as_much(draft.attributes, said):
            name, said = draft.name, dict(draft.attributes)
            break
    else:
        if "local" in said and _is_an_example(file.path):
            return  # a store on the machine of whoever fills the template in
    identity = assembly.drafts.put("secret", name, None, said, assembly.cite_place(setting.place), None, file.purpose)
    if mark and identity not in (held := assembly.memo.marked_secrets.setdefault(mark, [])):
        held.append(identity)


def _holds_settings_alone(path: str) -> bool:
    """Whether a file is that of one deployment's variables, and of nothing else: it is taken out of the repository as a whole."""
    return kind_of(path) in _OF_VARIABLES or path.lower().endswith(_VALUES)


def _opens_as_much(known: Mapping[str, AttributeValue], said: Mapping[str, AttributeValue]) -> bool:
    """Whether a secret that is told already opens all that the same value opens at another place."""
    less = (any(names & said.keys()) or not names & known.keys() for names in _LESS)
    return all(less) and known.get("at_a_cloud") == said.get("at_a_cloud")


def _signs_there(file: ConfigFacts, setting: Setting, files: Sequence[ConfigFacts]) -> bool:
    """Whether a key that signs stands in a manifest which a kustomization deploys: whatever its words say, it is the one in use."""
    return load_signing().signs(setting.name) and file.path in taken_up(files)


def _for_what(file: ConfigFacts, setting: Setting, files: Sequence[ConfigFacts]) -> dict[str, AttributeValue]:
    """Whether a password is one that a composition gives to a service of its own: it opens nothing for who is not beside that service.

    Of a store whose port the composition publishes, whoever reaches the machine may try it; a store that a cluster runs is reached from the
    inside alone where nothing of the cluster opens it.
    """
    of_service = "PASSWORD" in setting.name.upper() or setting.attributes.get("beside") is True
    if of_service and _opens_a_published_store(file, setting):
        return {"published_store": True}
    if not of_service:
        return {}
    if is_of_inner_store(file, setting, files) or _is_of_installed_store(setting):
        return {"own_service": True}
    composed = "compose" in file.path.rsplit("/", 1)[-1].lower() or any(file.path in _env_files(other) for other in files)
    return {"own_service": True} if composed else {}


def _is_of_installed_store(setting: Setting) -> bool:
    """Whether values name a password under the chart of a store, which is reached from inside the cluster unless they say otherwise."""
    known = known_image(str(setting.attributes.get("subchart") or ""))
    return known is not None and known.kind in _STORES and not setting.attributes.get("opened")


def _opens_a_published_store(file: ConfigFacts, setting: Setting) -> bool:
    """Whether a password is that of a store of this composition which is reached from outside of it, here or as a client of it has it."""
    held = setting.attributes.get("repeats") or setting.name
    holders = {s.attributes.get("service") for s in file.settings if s.kind == "environment" and s.name == held}
    return any(
        (known := known_image(str(service.attributes.get("image") or ""))) is not None and known.kind in _STORES
        for service in file.settings
        if service.kind == "service" and service.name in holders and service.attributes.get("published")
    )


def _env_files(file: ConfigFacts) -> set[str]:
    """Files of variables that the services of a composition are given."""
    folder = folder_of(file.path)
    named = (name for s in file.settings if s.kind == "service" for name in parts_of(s.attributes.get("env_files")))
    return {posixpath.normpath(posixpath.join(folder, name)) for name in named}
