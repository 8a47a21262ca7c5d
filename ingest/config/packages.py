"""Packages, images and actions as they are named in configuration: the name, the version, how it is pinned.

Takes one reference as written, gives a `Setting` or its parts. What a registry would answer is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ingest.default_passwords import opens_a_neighbour
from ingest.described_values import is_worded
from ingest.facts import Setting, SettingKind
from ingest.public_hosts import opens_at_a_cloud
from ingest.purpose import in_samples
from ingest.secret_marks import mark_of
from ingest.secrets import is_placeholder, mask_secrets, opens_only_here, says_development, secret_in_assignment, told_before
from ingest.source import Attribute, Place, attributes_of

_LONGEST = 2000
_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")
# A name that somebody else completes: with a variable that has no value here, by a template, or by hand.
_GIVEN = re.compile(
    r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?::?\?[^}]*)?\})$|:[^/:]{0,200}\$\{?[A-Za-z_]|\$\(|\{\{|<[^<>]{1,100}>"
    r"|(?<![^\W_])(?:replace|your|placeholder|change-?me|to-?do)(?![^\W_])",
    re.IGNORECASE,
)
_WITH_DEFAULT = re.compile(r"\$\{[A-Za-z_]\w*:?-([^${}]*)\}")
_FALLBACK = re.compile(r"\$\{[\w.-]{1,100}:?[-:](?![?+])([^${}]*)\}")  # of a shell, or of properties: `${NAME:-dev}`, `${name:dev}`
_KEY_NAME = re.compile(r"(?:secret|key)(?:_?base)?$", re.IGNORECASE)
_SECRETS_PLACE = re.compile(
    r"existing|(?:secret|key|token|password|credentials?)s?_?(?:name|names|ref|refs|id|arn|path|file)$", re.IGNORECASE
)
_NAME_OF_SECRET = re.compile(r"[a-z0-9./_-]*[./_-](?:secrets?|passwords?|keys?|token|auth|credentials?|creds)(?:[-_][a-z]{1,20})?")
_TAG = re.compile(r":([\w][\w.-]{0,127})$")
_MODEL_NAME = re.compile(r"(?:(?:LLM|HF|EMBEDDING|EMBED|RERANK|RERANKER|TEI|TGI|VLLM)_)?MODEL(?:_ID)?")
HUB_NAME = re.compile(  # `owner/name`, neither a folder nor a model of a provider
    r"(?!(?:models?|data|mnt|opt|app|workspace|home|cache|openai|azure|anthropic|bedrock|vertex_ai|gemini|ollama|hosted_vllm)/)"
    r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}"
)
_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]"})  # an address to listen on that is every one of the machine
_SWITCHES = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off", "none", "disabled", "never"})
_TOOLS = re.compile(r"(?:[A-Z0-9]+_)*TOOLS")
_NAMES_LISTED = re.compile(r"[A-Za-z][\w.-]{0,60}(?:[ ]?,[ ]?[A-Za-z][\w.-]{0,60}){0,40}")
_HEADER_NAME = re.compile(r"(?:[A-Z0-9]+_)*HEADER(?:_NAME)?")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9]{0,30}(?:-[A-Za-z0-9]{1,30}){1,6}")
_ROLE = re.compile(r"_ROLE$")
_CACHE = re.compile(r"(?:[A-Z0-9]+_)*CACHE(?:_SCOPE|_MODE)?")
# Tags that are moved as a matter of course: `latest`, `main-latest`, `nightly-cuda`; `v1.2-stable` is not one.
_MOVING = re.compile(
    r"(?:[\w.-]{1,60}-)?(?:latest|nightly)(?:-[a-z][\w.-]{0,40})?|(?:main|master|develop|dev|edge|head|trunk|canary|unstable)(?:-stable)?|stable"
)
_COMMIT = re.compile(r"^git\+[^#]+@[0-9a-f]{40}(?:#|$)")  # nobody moves what a commit's whole name says
_NPM_EXACT = re.compile(r"[v=]?\d+\.\d+\.\d+(?:[-+][\w.+-]*)?")


def setting(kind: SettingKind, name: str, place: Place, **attributes: Attribute) -> Setting:
    """A setting whose name and texts carry no secret and no more than a screenful."""
    clean = {key: _clean(value) for key, value in attributes.items()}
    return Setting(kind, mask_secrets(name[:_LONGEST]), attributes_of(**clean), place)


def _clean(value: Attribute) -> Attribute:
    if isinstance(value, str):
        return mask_secrets(value[:_LONGEST])
    if isinstance(value, tuple):
        return tuple(mask_secrets(item[:_LONGEST]) for item in value[:200])
    return value


def environment(
    name: str, value: str | None, place: Place, *, beside: Mapping[str, str] | None = None, template: bool = False, **more: Attribute
) -> Setting:
    """A variable and what kind of value it has, judged with the variables beside it; never the value."""
    given, template = value or "", template or in_samples(place.path)
    secret = secret_in_assignment(name, given, beside, template)
    switch = given.strip().lower()
    more = {
        "has_value": bool(given),
        "switch": switch if switch in _SWITCHES else None,
        "everywhere": switch in _EVERYWHERE or None,
        "model": given if _MODEL_NAME.fullmatch(name) and HUB_NAME.fullmatch(given) else None,
        "listed": tuple(re.split(r"\s*,\s*", given)) if _TOOLS.fullmatch(name) and _NAMES_LISTED.fullmatch(given) else None,
        "header": given.lower() if _HEADER_NAME.fullmatch(name) and _HEADER.fullmatch(given) else None,
        "shared": switch in ("shared", "global") if _CACHE.fullmatch(name) else None,
        "governs": switch == "admin" or None if _ROLE.search(name[-100:]) else None,
        "secret": secret,
        "placeholder": bool(given) and is_placeholder(given),
        "stated": (not template and _is_stated(given)) or None if _KEY_NAME.search(name[-100:]) else None,
        "beside": True if secret is not None and opens_a_neighbour(given) else None,
        **more,
    }
    if secret is not None:
        more |= {"local": opens_only_here(given) or None, "development": says_development(given) or None}
        more |= {"at_a_cloud": opens_at_a_cloud(given) or None, "mark": mark_of(given), "worded": is_worded(given) or None}
    if secret is not None and beside:
        more["repeats"] = told_before(name, given, beside, template)
    return setting("environment", name, place, **more)


def without_variables(text: str) -> str:
    """What a text is where nobody sets its variables: `${PASSWORD:-postgres}` is `postgres`."""
    return _WITH_DEFAULT.sub(lambda found: found[1], text)


def said_by_default(value: str) -> str:
    """What a variable is where nobody says otherwise: of `${NAME:-dev}` the part behind."""
    fallback = _FALLBACK.fullmatch(value.strip())
    return value if fallback is None else fallback[1]


def _is_stated(value: str) -> bool:
    """Whether it stands here what a variable is where nobody says otherwise: `dev`, `${NAME:-dev}`, `${name:dev}`."""
    stated = said_by_default(value)
    return bool(stated.strip()) and not any(mark in stated for mark in ("$", "{{", "<"))


def secret_variable(
    name: str, value: str, place: Place, *, beside: Mapping[str, str], template: bool = False, **more: Attribute
) -> Setting | None:
    """The `environment` setting of a value that is a secret, and None of others: for formats in which most values are no variables.

    `existingSecret: db-password` and `secret_name` say where a secret is, not what.
    """
    template = template or in_samples(place.path)
    if _SECRETS_PLACE.search(name) or _NAME_OF_SECRET.fullmatch(value) or secret_in_assignment(name, value, beside, template) is None:
        return None
    return environment(name, value, place, beside=beside, template=template, **more)


def python_package(line: str, place: Place, hashed: bool = False, **more: Attribute) -> Setting | None:
    """A requirement as pip reads it, or None where it is none."""
    try:
        requirement = Requirement(line.strip()[:_LONGEST])
    except (InvalidRequirement, RecursionError, ValueError):
        return None
    specifiers = list(requirement.specifier)
    if requirement.url:
        pin = "exact" if _COMMIT.search(requirement.url) else "git" if requirement.url.startswith("git+") else "url"
    elif hashed:
        pin = "hash"
    elif any(item.operator in {"==", "==="} and not item.version.endswith(".*") for item in specifiers):
        pin = "exact"
    else:
        pin = "range" if specifiers else "none"
    attributes: dict[str, Attribute] = {
        "specifier": requirement.url or str(requirement.specifier), "pin": pin, "ecosystem": "pypi",
        "extras": tuple(sorted(requirement.extras)) or None, "marker": str(requirement.marker) if requirement.marker else None,
        "direct": True,
    }  # fmt: skip
    return setting("package", canonicalize_name(requirement.name), place, **(attributes | more))


def npm_pin(version: str) -> str:
    """exact, range, none, git or url, of a version as package.json or npx writes it."""
    if version.startswith(("git", "github:")) or re.fullmatch(r"[\w.-]+/[\w.-]+(?:#.*)?", version):
        return "git"
    if version.startswith(("http:", "https:", "file:", "link:", "workspace:")):
        return "url"
    if _NPM_EXACT.fullmatch(version):
        return "exact"
    return "none" if version in {"", "*", "latest", "x", "next"} else "range"


def npm_parts(reference: str) -> tuple[str, str]:
    """Name and version of `@scope/name@version`."""
    position = reference.rfind("@")
    return (reference[:position], reference[position + 1 :]) if position > 0 else (reference, "")


def image_parts(reference: str) -> tuple[str, str | None, str | None, str]:
    """Name, tag, digest and pin (digest, tag, latest, none, given) of a container image.

    Given is one that a variable without a value, a template or a person completes: whoever builds or starts says what it is, the file
    does not. A variable with a default is that default.
    """
    reference = without_variables(reference)
    digest = _DIGEST.search(reference)
    rest = reference[: digest.start()] if digest else reference
    tag = _TAG.search(rest)
    name = rest[: tag.start()] if tag else rest
    if digest:
        pin = "digest"
    elif tag is None:
        pin = "given" if _GIVEN.search(rest) else "none"
    else:
        pin = "latest" if _MOVING.fullmatch(tag[1].lower()) else "tag"
    return name, tag[1] if tag else None, digest[1] if digest else None, pin
