"""As whom a container runs, and whether it only does something once: from its file, its base image, and from what starts it.

Takes the facts of one container file and of the configuration around it. What starts a container outweighs its image: a composition
that builds it and names a user, pods of the image that composition makes. Users that a platform sets by itself are known for base images
made for it (`pipeline/knowledge/images.yaml`); the users of other images from elsewhere are not seen.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.deployment.deployment import folder_of, handed_to_a_user
from pipeline.system.rules.images import runs_unprivileged

_TEST = re.compile(
    r"^(?:\S*/)?(?:go|dotnet|npm|pnpm|yarn|bun|cargo|mvn|\./mvnw|gradle|\./gradlew|make|deno) (?:run )?(?:-\S+ )*test\b"
    r"|^(?:(?:\S*/)?(?:uv run|poetry run|python3? -m|npx) )?(?:\S*/)?(?:pytest|tox|nox|jest|vitest|playwright|behave|unittest)\b"
)
_MIGRATION = re.compile(
    r"^(?:(?:uv run|poetry run|python3? -m|npx) )?(?:\S*/)?"
    r"(?:(?:db[-_]?)?migrat(?:e|ion|ions|or)(?:[-_.]\S*)?|alembic upgrade \S+|flyway migrate|liquibase update|goose\b.* up"
    r"|prisma migrate deploy)"
    r"(?: -\S+)*$"
)
_SHELL = re.compile(r"^(?:/bin/)?(?:ba|da)?sh -e?l?c ")


def running_images(images: Sequence[Setting], build: Setting | None) -> Sequence[Setting]:
    """The base of what runs; images of stages that are thrown away only build it."""
    stages = build.attributes.get("stages") if build is not None else None
    kept = [image for image in images if isinstance(stages, tuple) and image.attributes.get("stage") in stages]
    return kept or images[-1:]


def other_user(file: ConfigFacts, files: Sequence[ConfigFacts], images: Sequence[Setting]) -> Setting | None:
    """Where it is said that a container runs as somebody else than root: its last user, its entry point, its base, or all that start it."""
    users = [s for s in file.settings if s.kind == "container_user"]
    if users and not users[-1].attributes.get("root"):
        return users[-1]
    handed = handed_to_a_user(file, files)
    if handed is not None:
        return handed
    declared = bool(users) and users[-1].attributes.get("declared") is True
    if not declared and images and runs_unprivileged(f"{images[-1].name}:{images[-1].attributes.get('tag') or ''}"):
        return images[-1]
    return _started_as(file, files)


def is_done_once(build: Setting | None) -> bool:
    """Whether a container runs the tests or one migration and ends: it serves no model and no caller."""
    entry = str(build.attributes.get("entrypoint") or "") if build is not None else ""
    words = _SHELL.sub("", " ".join(re.sub(r"[\[\]\",']+", " ", entry[:2000]).split()))
    return not re.search(r"&&|;|\|", words) and (_TEST.search(words) or _MIGRATION.search(words)) is not None


def _started_as(file: ConfigFacts, files: Sequence[ConfigFacts]) -> Setting | None:
    """The first of what starts an image, where each of them names a user that is not root."""
    services = [s for other in files for s in other.settings if s.kind == "service" and _is_built_from(s, file.path, files)]
    names = {_name(s) for s in services if s.attributes.get("image")}
    pods = [s for other in files for s in other.settings if s.kind == "workload" and _name(s) in names and not s.attributes.get("init")]
    mild = [_is_no_root(s) for s in services] + [s.attributes.get("root") is False for s in pods]
    return services[0] if services and all(mild) else None


def _is_no_root(service: Setting) -> bool:
    user = str(service.attributes.get("user") or "").split(":")[0]
    return bool(user) and user not in ("root", "0") and "$" not in user


def _name(setting: Setting) -> str:
    return str(setting.attributes.get("image") or "").split("@")[0]


def _is_built_from(service: Setting, path: str, files: Sequence[ConfigFacts]) -> bool:
    """Whether a service is built from a container file: relative to the composition, or to the top where that leads to no file."""
    given = str(service.attributes.get("built_from") or "")
    if not given:
        return False
    beside = posixpath.normpath(posixpath.join(folder_of(service.place.path), given))
    return path == beside or (path == posixpath.normpath(given) and all(other.path != beside for other in files))
