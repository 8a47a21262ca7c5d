"""The reports the agent may read. Names and queries are fixed; only the number of days is filled in."""

from datetime import datetime, timedelta, timezone

from sqlalchemy import text

from support_assistant.storage.db import reporting_engine

REPORTS = {
    "delivery_days": text(
        "SELECT carrier, ROUND(AVG(delivery_days), 1) AS days FROM report_deliveries WHERE day >= :since GROUP BY carrier"
    ),
    "return_rate": text(
        "SELECT category, ROUND(AVG(returned), 2) AS rate FROM report_returns WHERE day >= :since GROUP BY category"
    ),
}


def run_report(name: str, days: int) -> str:
    query = REPORTS[name]
    since = datetime.now(timezone.utc) - timedelta(days=min(max(days, 1), 365))
    with reporting_engine().connect() as connection:
        result = connection.execute(query, {"since": since})
        header = " | ".join(result.keys())
        lines = [" | ".join(str(value) for value in row) for row in result.fetchmany(50)]
    return "\n".join([header, *lines])
