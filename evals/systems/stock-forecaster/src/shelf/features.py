"""Lags and calendar. Nothing nearer than the horizon, so that training sees what serving will see."""

import polars as pl

from shelf.settings import HORIZON

KEYS = ["shop_id", "article_id"]
LAGS = (14, 21, 28, 35, 364)
WINDOWS = (28, 84)
CALENDAR = ["weekday", "week", "month", "promotion", "price_ratio"]
NAMES = [f"lag_{lag}" for lag in LAGS] + [f"mean_{window}" for window in WINDOWS] + CALENDAR


def build(table: pl.DataFrame) -> pl.DataFrame:
    """One row per shop, article and day, gaps as zero sales."""
    full = (
        table.sort([*KEYS, "day"])
        .upsample(time_column="day", every="1d", group_by=KEYS, maintain_order=True)
        .with_columns(pl.col(*KEYS, "department", "price").forward_fill().over(KEYS), pl.col("units").fill_null(0), pl.col("promotion").fill_null(False))
    )
    lags = [pl.col("units").shift(lag).over(KEYS).alias(f"lag_{lag}") for lag in LAGS]
    means = [pl.col("units").shift(HORIZON).rolling_mean(window, min_samples=7).over(KEYS).alias(f"mean_{window}") for window in WINDOWS]
    calendar = [
        pl.col("day").dt.weekday().alias("weekday"),
        pl.col("day").dt.week().alias("week"),
        pl.col("day").dt.month().alias("month"),
        pl.col("promotion").cast(pl.Int8),
        (pl.col("price") / pl.col("price").shift(HORIZON).rolling_mean(84, min_samples=7).over(KEYS)).alias("price_ratio"),
    ]
    return full.with_columns(lags + means + calendar)
