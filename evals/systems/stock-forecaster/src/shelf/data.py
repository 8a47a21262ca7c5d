"""Sales out of the warehouse, and what must be true of them."""

from datetime import date, timedelta

import polars as pl
import psycopg

from shelf.settings import settings

SALES = """
SELECT shop_id, article_id, department, day, units, price, promotion
FROM mart.sales_daily
WHERE day >= %(first)s AND day <= %(last)s
"""
MOST_SILENT, MOST_JUMP = 2, 0.5


class DataNotUsable(Exception):
    """The job ends; what is in use stays in use."""


def sales(first: date, last: date) -> pl.DataFrame:
    with psycopg.connect(settings.warehouse.get_secret_value(), options="-c default_transaction_read_only=on") as connection, connection.cursor() as cursor:
        cursor.execute(SALES, {"first": first, "last": last})
        names = [column.name for column in cursor.description or ()]
        return pl.DataFrame(cursor.fetchall(), schema=names, orient="row")


def check(table: pl.DataFrame, last: date) -> pl.DataFrame:
    """The same table, or an exception that says all that is wrong."""
    wrong: list[str] = []
    days = set(table["day"].unique())
    missing = [last - timedelta(days=back) for back in range(28) if last - timedelta(days=back) not in days]
    if missing:
        wrong.append(f"no sales at all on {missing}")
    if (negative := table.filter(pl.col("units") < 0).height) > 0:
        wrong.append(f"{negative} rows with negative units")
    if table.select("shop_id", "article_id", "day").is_duplicated().any():
        wrong.append("rows twice")
    silent = set(table["shop_id"].unique()) - set(table.filter(pl.col("day") > last - timedelta(days=3))["shop_id"].unique())
    if len(silent) > MOST_SILENT:
        wrong.append(f"silent shops: {sorted(silent)}")
    weeks = table.filter(pl.col("day") > last - timedelta(days=56)).group_by(((pl.lit(last) - pl.col("day")).dt.total_days() // 7).alias("week")).agg(pl.col("units").sum()).sort("week")
    newest, usual = weeks["units"][0], weeks["units"][1:].median()
    if usual and abs(newest / usual - 1) > MOST_JUMP:
        wrong.append(f"last week {newest:.0f} units, usual {usual:.0f}")
    if wrong:
        raise DataNotUsable("; ".join(wrong))
    return table
