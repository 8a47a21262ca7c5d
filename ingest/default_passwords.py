"""Default passwords of local services: `postgres:postgres@localhost`, `POSTGRES_PASSWORD=postgres` beside its own service.

Takes names, values and what stands beside them; says whether a password is one everybody knows for a service on this machine
or in the same composition. Such a password is no secret that leaked, and revoking it mends nothing: whether it matters depends
on who reaches the service, which is for the system model to say. On another machine a default is a way in, and no default here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PASSWORD_NAME = re.compile(r"(?:password|passwd|passphrase|pwd)$", re.IGNORECASE)
_SHORT_NAME = re.compile(r"_pass$", re.IGNORECASE)  # RABBITMQ_DEFAULT_PASS; too short a word to tell secrets by
# Those that images, manuals and quickstarts hand out.
_DEFAULTS = frozenset({
    "postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis", "rabbitmq", "guest", "neo4j", "elastic", "minio",
    "minioadmin", "miniosecret", "clickhouse", "admin", "root", "toor", "password", "passw0rd", "pass", "changeit", "secret",
})  # fmt: skip
_GUESSED = frozenset({"123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "qwerty", "letmein", "test"})
# A product, and what the word is for: what compose files of manuals call it, `miniosecret`, `myredissecret`, `postgrespassword`.
_NAMED_FOR_A_PRODUCT = re.compile(
    r"(?:my|the)?[-_]?(?:postgres(?:ql|db)?|mysql|mariadb|mongo(?:db)?|redis|rabbitmq|neo4j|elastic|minio|clickhouse|milvus|qdrant|weaviate)"
    r"[-_]?(?:secret|password|passwd|pass|pwd)"
)
# `shop_user` with `shop_password`, `app` with `app_pass`: whoever knows what the service is called knows both.
_SAYS_USER = re.compile(r"[-_](?:user|usr|admin|db|database|app|owner|service)$")
_SAYS_PASSWORD = re.compile(r"[-_](?:password|passwd|pass|pwd)$")
_TAIL = re.compile(r"[-_]?(?:0?1|12|123|1234|12345|123456)$")
_LOCAL = re.compile(
    r"localhost|[\w-]+|[\w.-]+\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1?\]?|(?:host|gateway)\.docker\.internal", re.IGNORECASE
)
_USER = frozenset({"user", "username", "usr", "db", "database", "dbname", "name", "login"})
_HOST = frozenset({"host", "hostname", "server", "address", "addr", "url", "uri", "endpoint", "dsn"})
_HOST_OF_URL = re.compile(r"(?:[\w+.-]{1,40}://)?(?:[^/@\s]{0,200}@)?(\[[0-9a-fA-F:]{2,40}\]|[\w.-]{1,253})")
_KEY_NAME = re.compile(r"(?:access[_-]?key(?:[_-]?id)?|secret(?:[_-]?access)?[_-]?key)$", re.IGNORECASE)
_DEFAULT_KEYS = frozenset(
    {"minioadmin", "minio", "minio123", "minioaccesskey", "miniosecretkey", "miniosecret"}
)  # of object stores that run locally
# What emulators of clouds are delivered with, the same for everybody and printed in their manuals: they open no account. Read from:
# https://learn.microsoft.com/azure/storage/common/storage-use-azurite, https://learn.microsoft.com/azure/cosmos-db/emulator, 2025.
_OF_EMULATORS = frozenset({
    "devstoreaccount1",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
})  # fmt: skip
_LOGIN_AT = re.compile(r"://[^\s:/@]{0,80}:[^\s/@]{1,200}@(\[[0-9a-fA-F:]{2,40}\]|[\w.-]{1,253})")
_NO_LETTERS = re.compile(r"[^a-z0-9]")
_OF_A_PROVIDER = re.compile(r"(?:(?:api|access|auth)[_-]?(?:key|token)|client[_-]?secret)$", re.IGNORECASE)
_NAMED_FOR_ITSELF = re.compile(
    r"(?:this[-_]?is|put|enter|paste|add|use|set|fill[-_]?in)[-_]?(?:the|an?|my)?[-_]?[a-z-_]{0,30}(?:key|token)s?", re.IGNORECASE
)
_WORDS_JOINED = re.compile(
    r"(?:[A-Z]{1,4}[a-z]{1,20}|[A-Z]{2,5}(?=[A-Z][a-z])|^[a-z]{2,20}){2,8}"
)  # `AzureSearchApiKey`: no digit, no chance
_PART = re.compile(r"[A-Za-z0-9]+")


def is_local_host(host: str) -> bool:
    """Whether a host is this machine, or a service beside it: a name without a domain is one of the same composition."""
    return _LOCAL.fullmatch(host) is not None


def opens_a_neighbour(value: str) -> bool:
    """Whether a value is an address with a password of this machine, or of a service beside it."""
    match = _LOGIN_AT.search(value[:400])
    return match is not None and is_local_host(match[1])


def is_default(user: str, password: str) -> bool:
    """Whether a password is one from a manual, or the user's name again."""
    lowered = password.lower()
    known = (
        lowered in _DEFAULTS or _TAIL.sub("", lowered) in _DEFAULTS or _NAMED_FOR_A_PRODUCT.fullmatch(_TAIL.sub("", lowered)) is not None
    )
    return known or (bool(user) and lowered == user.lower())


def is_guessed(user: str, password: str) -> bool:
    """Whether a password is also one that is tried without any list: a row of digits, or what the user is called with the word itself."""
    lowered, stem = password.lower(), _SAYS_USER.sub("", user.lower())
    named = bool(stem) and lowered != stem and _SAYS_PASSWORD.sub("", lowered) == stem
    return named or lowered in _GUESSED or is_default(user, password)


def is_default_password(name: str, value: str, beside: Mapping[str, str] | None = None, *, guessed: bool = False) -> bool:
    """Whether a variable holds the default password of a local service; with `guessed`, also one that is guessed where a port is open.

    `beside` holds the variables of the same file or service: whose name the password may repeat, and where the service runs. A password
    that is only guessed stays a secret of whoever set it.
    """
    password = PASSWORD_NAME.search(name[:200]) or _SHORT_NAME.search(name[:200])
    if password is None or not value:
        return False
    stem = name[: password.start()]
    users = ["", *(part for part in _PART.findall(stem) if len(part) > 1)]
    for other, text in (beside or {}).items():
        last = (_PART.findall(other[-100:].lower()) or [""])[-1]
        if last in _USER and other.startswith(stem):
            users.append(text)
        elif last in _HOST and other.startswith(stem):
            host = _HOST_OF_URL.match(text)
            if host is not None and not is_local_host(host[1]):
                return False
    return any(is_guessed(user, value) if guessed else is_default(user, value) for user in users)


def is_default_key(name: str, value: str) -> bool:
    """Whether a variable holds one half of the pair of keys that an object store is delivered with: `MINIO_ACCESS_KEY: minioadmin`."""
    return _KEY_NAME.search(name[:200]) is not None and value.lower() in _DEFAULT_KEYS


def is_of_emulator(value: str) -> bool:
    """Whether a value is the name or the key of an account that every emulator of a cloud has."""
    return value.strip("\"' ") in _OF_EMULATORS


def is_named_for_itself(name: str, value: str) -> bool:
    """Whether a provider's key says that it is one: `OPENAI_API_KEY=thisisopenaikey`, `client_secret: client_secret`.

    So does one that is the whole name of its setting, where the last part alone is known: `"ApiKey": "SearchServiceApiKey"`.
    A password or a signing key of such words works.
    """
    kind = _OF_A_PROVIDER.search(name[-100:])
    if kind is None:
        return False
    if _WORDS_JOINED.fullmatch(value[:100]) and _letters(value).endswith(_letters(kind[0])):
        return True
    return _NAMED_FOR_ITSELF.fullmatch(value[:100]) is not None or _letters(name) == _letters(value)


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text[:200].lower())


def are_one_login(name: str, other: str) -> bool:
    """Whether two variables are the two halves of one credential: `S3_ACCESS_KEY` and `S3_SECRET_KEY`."""
    halves = _KEY_NAME.search(name[:200]), _KEY_NAME.search(other[:200])
    return halves[0] is not None and halves[1] is not None and name[: halves[0].start()] == other[: halves[1].start()]
