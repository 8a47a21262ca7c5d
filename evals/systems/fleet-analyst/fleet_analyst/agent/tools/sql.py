import re

import pandas as pd
import psycopg
from langchain.tools import ToolRuntime, tool

from fleet_analyst import db
from fleet_analyst.agent.context import FleetContext
from fleet_analyst.identity import Scope
from fleet_analyst.settings import get_settings

READS = re.compile(r"^\s*(select|with)\b", re.IGNORECASE)


class NotARead(ValueError):
    pass


def as_read(statement: str) -> str:
    """One statement that reads."""
    text = statement.strip().rstrip(";")
    if ";" in text:
        raise NotARead("One statement at a time, please.")
    if not READS.match(text):
        raise NotARead("Only SELECT (or WITH ... SELECT) can be asked.")
    return text


def frame(statement: str, scope: Scope) -> pd.DataFrame:
    text = as_read(statement)
    with db.analyst(scope) as conn:
        cursor = conn.execute(text)
        return pd.DataFrame(cursor.fetchmany(get_settings().max_rows))


@tool
def query_fleet(statement: str, runtime: ToolRuntime[FleetContext]) -> str:
    """Ask the fleet database (PostgreSQL) with one SELECT. Answers a table of at most 500 rows."""
    try:
        result = frame(statement, runtime.context.scope)
    except NotARead as error:
        return str(error)
    except psycopg.Error as error:
        return f"The database says: {error.diag.message_primary or type(error).__name__}"
    return "No rows." if result.empty else result.to_csv(index=False)
