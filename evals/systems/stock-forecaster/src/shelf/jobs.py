"""What the cluster runs on a schedule."""

import argparse
import hashlib
import io
import logging
from datetime import date, timedelta

import polars as pl

from shelf import backtest, data, features, loading, objects, release, signing, train
from shelf.settings import HORIZON

log = logging.getLogger("shelf.jobs")
YEARS = 3


def retrain(dry_run: bool = False, first: bool = False) -> None:
    """Fits on all but the last weeks, asks the gate, fits on everything with the same settings and releases that."""
    last = date.today() - timedelta(days=1)
    table = data.check(data.sales(last - timedelta(days=365 * YEARS), last), last)
    rows = features.build(table)
    learn, held_out = backtest.split(rows, last)
    candidate = train.fit(learn)
    figures = backtest.of_models(candidate, held_out) if first else release.gate(candidate, held_out)
    log.info("gate passed: %s", figures)
    if dry_run:
        return
    final = train.fit(rows)
    release.publish(final, figures, str(rows["day"].min()), str(last), rows.height)


def snapshot() -> None:
    """Feature rows of the next two weeks."""
    last = date.today() - timedelta(days=1)
    table = data.check(data.sales(last - timedelta(days=400), last), last)
    ahead = table.select("shop_id", "article_id", "department", "price").unique(["shop_id", "article_id"], keep="last").join(
        pl.DataFrame({"day": [last + timedelta(days=step) for step in range(1, HORIZON + 1)]}), how="cross"
    )
    rows = features.build(pl.concat([table, ahead], how="diagonal")).filter(pl.col("day") > last)
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    key = f"snapshots/{last}.parquet"
    objects.put(key, buffer.getvalue())
    objects.put("snapshot.json", signing.sign({"key": key, "sha256": hashlib.sha256(buffer.getvalue()).hexdigest(), "last": str(last)}))


def check() -> None:
    """Yesterday's forecasts against sales; a line per department that Grafana alerts on."""
    day = date.today() - timedelta(days=1)
    sold = features.build(data.sales(day - timedelta(days=400), day)).filter(pl.col("day") == day).drop_nulls(["lag_14", "mean_28"])
    forecast = train.predict(loading.current().models, sold)["median"]
    for (department,), part in sold.with_columns(pl.Series("forecast", forecast)).group_by("department"):
        bias = (part["forecast"].sum() - part["units"].sum()) / max(part["units"].sum(), 1)
        log.log(logging.ERROR if abs(bias) > 0.25 else logging.INFO, "bias %s %s %.3f", day, department, bias)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    parser = argparse.ArgumentParser(prog="shelf")
    commands = parser.add_subparsers(dest="command", required=True)
    retraining = commands.add_parser("retrain")
    retraining.add_argument("--dry-run", action="store_true")
    retraining.add_argument("--first", action="store_true", help="there is no model in use yet")
    for name in ("snapshot", "check", "rollback"):
        commands.add_parser(name)
    given = parser.parse_args()
    if given.command == "retrain":
        retrain(given.dry_run, given.first)
    else:
        {"snapshot": snapshot, "check": check, "rollback": release.rollback}[given.command]()


if __name__ == "__main__":
    main()
