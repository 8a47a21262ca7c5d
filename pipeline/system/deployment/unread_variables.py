"""Variables of an image that no program of the tree reads: a word that only says what belongs there is no credential then.

Takes a variable of a container file and the program. `ENV SERVICE_SECRET_KEY=internal_secret_key` opens something where a program takes the
word for its key; where none asks for that name, nothing was ever signed with it. An image of somebody else's program may read what it
likes, and so may settings that put a prefix before their fields.
"""

from __future__ import annotations

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.rules.images import known_image

_PREFIXED = ("env_prefix", "envprefix", "setenvprefix", "automaticenv")
# What software that is widespread reads by itself, whatever image it is put into.
_OF_PRODUCTS = (
    "airflow_", "superset_", "minio_", "postgres_", "mysql_", "mariadb_", "mongo_", "redis_", "grafana_", "gf_", "n8n_", "langfuse_",
    "litellm_", "keycloak_", "kc_", "rabbitmq_", "django_", "flask_", "nextauth_", "supabase_", "vault_", "jwt_", "secret_key", "session_",
    "auth_", "nuxt_", "webui_", "elastic_", "neo4j_", "clickhouse_", "aws_", "chroma_", "qdrant_", "milvus_",
)  # fmt: skip


def is_unread_word(assembly: Assembly, setting: Setting, file: ConfigFacts) -> bool:
    """Whether a variable holds nothing but words, and neither the tree nor a known program in the image asks for it."""
    name = setting.name.lower()
    if not setting.attributes.get("worded") or not assembly.program.files or name.startswith(_OF_PRODUCTS):
        return False
    if not any(s.kind == "container_build" for s in file.settings) or setting.attributes.get("service"):
        return False
    if any(s.kind == "image" and known_image(s.name) is not None for s in file.settings):
        return False
    read = assembly.memo.names_said
    if read is None:
        read = assembly.memo.names_said = _names_said(assembly)
    return name not in read and read.isdisjoint(_PREFIXED)


def _names_said(assembly: Assembly) -> frozenset[str]:
    """Every name and short text of the program, in small letters: one of them is how a variable is asked for."""
    found: set[str] = set()
    for facts in assembly.program.files:
        found |= {
            value.text.lower() for value in facts.values if value.kind in ("constant", "attribute", "name") and 5 < len(value.text) < 100
        }
        found |= {keyword.lower() for value in facts.values if value.kind == "call" for keyword in value.labels if keyword}
        found |= {name.lower() for cls in facts.classes for name, _annotation, _default, _line in cls.fields}
        found |= {name.lower() for name in facts.variables}
    return frozenset(found)
