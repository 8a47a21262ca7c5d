"""Ad-hoc reports."""

from sqlalchemy import text

from support_assistant.storage.db import engine


def run_query(sql: str) -> str:
    with engine().begin() as connection:
        result = connection.execute(text(sql))
        if not result.returns_rows:
            return f"{result.rowcount} rows changed"
        header = " | ".join(result.keys())
        lines = [" | ".join(str(value) for value in row) for row in result]
    return "\n".join([header, *lines])
