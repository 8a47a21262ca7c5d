"""What the chat did, for whom. The role of the host may only insert."""
import json
import os

import psycopg


class Audit:
    def __init__(self, url: str | None = None) -> None:
        self._url = url or os.environ.get("AUDIT_URL", "host=db dbname=crm user=office_host passfile=/run/secrets/pgpass")

    async def record(self, conversation: str, person: str, tool: str, arguments: dict, confirmed: bool, result: str) -> None:
        async with await psycopg.AsyncConnection.connect(self._url) as db:
            await db.execute(
                "insert into audit (conversation, person, tool, arguments, confirmed, result_chars) values (%s, %s, %s, %s, %s, %s)",
                (conversation, person, tool, json.dumps(arguments), confirmed, len(result)),
            )
