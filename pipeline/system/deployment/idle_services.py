"""Vector databases and Redis that a composition starts and nothing of the tree asks: whoever reaches the port finds nothing there.

Takes an assembly whose code and configuration are known. A service is marked (`idle`) where there is code, none of it opens a store of the
product, imports a package named for it or names the service as a host, no starter for it is installed, and no variable names where one is.
What another tree puts into the service is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly

_WHERE = r"(?:_\w+)?_(?:HOST|URL|URI|SERVER|PORT|ENDPOINT|ADDRESS|ADDR|CONNECTION)"

# What asks a Redis, by an import of its own or by an address in a setting.
_REDIS = frozenset({"redis", "ioredis", "aioredis", "valkey", "jedis", "lettuce", "redisson", "upstash", "redisvl"})
_ASK_REDIS = frozenset({
    "celery", "rq", "dramatiq", "slowapi", "limits", "limiter", "caching", "session", "django", "huey", "taskiq", "arq", "bull", "bullmq",
    "channels", "kombu", "sidekiq", "asynq", "socketio", "langfuse",
})  # fmt: skip
_TOLD = re.compile(r"REDIS|VALKEY|BROKER|CACHE|QUEUE", re.IGNORECASE)
_PARTS = re.compile(r"[^a-z0-9]+")
_DOT = re.compile(r"[.]")


def mark_idle_services(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Adds `idle` to services that nothing uses."""
    drafts = list(assembly.drafts.by_id.values())
    opened = {str(draft.attributes["product"]).lower() for draft in drafts if draft.nodes and "product" in draft.attributes}
    variables = [setting.name.upper() for file in config for setting in file.settings if setting.kind == "environment"]
    spoken_to = _spoken_to(assembly, config)
    imported = _imported(assembly)
    for draft in drafts:
        # One that was given a password of its own is meant to hold something; that of a manual says nothing.
        unguarded = draft.attributes.get("authenticated") is False or draft.attributes.get("default_password") is True
        redis = draft.attributes.get("product") == "redis" and unguarded
        asked = not imported.isdisjoint(_ASK_REDIS) or not _REDIS.isdisjoint(spoken_to)
        if redis and "service" in draft.attributes and assembly.program.files and not asked:
            given = _is_given(config, str(draft.attributes["service"]))
            draft.attributes |= {} if given else {"idle": True}
        if draft.kind != "vector_store" or "service" not in draft.attributes or not assembly.program.files:
            continue
        product, service = str(draft.attributes["product"]), str(draft.attributes["service"])
        named = re.compile(rf"(?:{re.escape(product.upper())}|VECTOR_?(?:DB|STORE)){_WHERE}")
        if (
            product.lower() not in opened
            and not any(named.fullmatch(name) for name in variables)
            and not _is_host(assembly, service, named)
            and product.lower() not in spoken_to
        ):
            draft.attributes["idle"] = True


def _imported(assembly: Assembly) -> set[str]:
    """Parts of the names of packages that the product's code imports: not of its own modules, nor of what is inside a package."""
    own = {file.module for file in assembly.program.files if file.module}
    named = set[str]()
    for file in assembly.program.files:
        for imported in file.imports if file.purpose == "product" else ():
            target = imported.target
            if target.startswith(".") or any(target[: dot.start()] in own for dot in _DOT.finditer(target)) or target in own:
                continue  # `from app.db.session import get_session`
            if file.language == "python":
                target = target.partition(".")[0]  # `sqlalchemy.orm.Session`
            elif file.language in ("javascript", "typescript"):
                target = target.rpartition(".")[0] or target  # `@supabase/supabase-js.Session`
            named.add(target)
    return {part for name in named for part in _PARTS.split(name.lower())}


def _is_given(config: Sequence[ConfigFacts], service: str) -> bool:
    """Whether another service of a composition, or the settings of a program, are told where a Redis is."""
    return any(
        (s.kind == "environment" and s.attributes.get("service") not in (None, service) and _TOLD.search(s.name))
        or (s.kind == "property" and "redis" in s.name.lower())
        for file in config
        for s in file.settings
    )


def _spoken_to(assembly: Assembly, config: Sequence[ConfigFacts]) -> set[str]:
    """Parts of the names of packages that the program's code imports, and of starters, which need no import to open a store."""
    named = [imported.target for file in assembly.program.files if file.purpose == "product" for imported in file.imports]
    named += [s.name for file in config for s in file.settings if s.kind == "package" and "starter" in s.name]
    return {part for name in named for part in _PARTS.split(name.lower())}


def _is_host(assembly: Assembly, service: str, named: re.Pattern[str]) -> bool:
    """Whether a text of the code names a service as a host, or a variable that says where one is."""
    host = re.compile(rf"(?:^|//|@){re.escape(service)}(?=[:/]|$)")
    texts = (value.text for file in assembly.program.files for value in file.values if value.kind == "constant" and len(value.text) < 200)
    return any(host.search(text) or named.fullmatch(text.upper()) for text in texts)
