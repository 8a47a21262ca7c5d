"""What the agent did, for whom, and with what. Kept for a year, see docs/data-protection.md."""

import json
from typing import Any

from fleet_analyst import db

MAX_RESULT = 4_000


def record(actor: str, channel: str, thread: str, tool: str, args: dict[str, Any], result: str, status: str) -> None:
    db.execute(
        "insert into agent_audit (actor, channel, thread, tool, args, result, status) values (%s, %s, %s, %s, %s, %s, %s)",
        (actor, channel, thread, tool, json.dumps(args, default=str), result[:MAX_RESULT], status),
    )


def forget_old() -> int:
    return db.execute("delete from agent_audit where at < now() - interval '365 days'")
