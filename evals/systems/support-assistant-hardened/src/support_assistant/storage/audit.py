"""The audit log: who did what, with which arguments and which result. Rows are only ever added."""

import json
from hashlib import sha256

from sqlalchemy import select

from support_assistant.logs import redact
from support_assistant.storage.db import session_scope
from support_assistant.storage.models import AuditEntry


def record(actor: str, action: str, details: dict) -> None:
    text = redact(json.dumps(details, default=str, sort_keys=True))
    with session_scope() as db:
        last = db.scalar(select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)) or ""
        digest = sha256(f"{last}|{actor}|{action}|{text}".encode()).hexdigest()
        db.add(AuditEntry(actor=actor, action=action, details=text, digest=digest))
