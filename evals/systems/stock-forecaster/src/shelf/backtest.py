"""How wrong a model is on weeks that it has not seen."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from shelf.train import Models, predict

WEEKS = 4


def split(rows: pl.DataFrame, last: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows to learn from, and the last four weeks."""
    border = last - timedelta(weeks=WEEKS)
    return rows.filter(pl.col("day") <= border), rows.filter(pl.col("day") > border).drop_nulls(["lag_14", "mean_28"])


def wape(truth: np.ndarray, forecast: np.ndarray) -> float:
    return float(np.abs(truth - forecast).sum() / max(truth.sum(), 1))


def errors(held_out: pl.DataFrame, forecast: np.ndarray) -> dict[str, float]:
    """WAPE in total and per department."""
    table = held_out.select("department", "units").with_columns(pl.Series("forecast", forecast))
    found = {"total": wape(table["units"].to_numpy(), table["forecast"].to_numpy())}
    for (department,), part in table.group_by("department"):
        found[str(department)] = wape(part["units"].to_numpy(), part["forecast"].to_numpy())
    return found


def of_models(models: Models, held_out: pl.DataFrame) -> dict[str, float]:
    return errors(held_out, predict(models, held_out)["median"])


def of_baseline(held_out: pl.DataFrame) -> dict[str, float]:
    """Naive seasonal: what was sold on that day a year ago, else four weeks ago."""
    return errors(held_out, held_out.select(pl.coalesce("lag_364", "lag_28").fill_null(0)).to_series().to_numpy())
