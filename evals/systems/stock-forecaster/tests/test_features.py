from datetime import date, timedelta

import polars as pl

from shelf.features import LAGS, NAMES, build
from shelf.settings import HORIZON

START = date(2025, 1, 1)


def sales(days: int) -> pl.DataFrame:
    return pl.DataFrame({
        "shop_id": 1, "article_id": 7, "department": "tools", "day": [START + timedelta(days=n) for n in range(days)],
        "units": [float(n) for n in range(days)], "price": 9.9, "promotion": False,
    })


def test_nothing_is_nearer_than_the_horizon():
    assert min(LAGS) >= HORIZON
    before, after = sales(120), sales(120).with_columns(pl.when(pl.col("day") > START + timedelta(days=119 - HORIZON)).then(0.0).otherwise(pl.col("units")).alias("units"))
    assert build(before).select(NAMES)[-1].equals(build(after).select(NAMES)[-1])
