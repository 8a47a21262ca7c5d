"""Scores all drivers and updates the rota. `python -m fleet_analyst.risk.apply`"""

import logging
from datetime import date

from fleet_analyst import db, log
from fleet_analyst.risk.features import features
from fleet_analyst.risk.predict import score_table
from fleet_analyst.settings import get_settings

logger = logging.getLogger("fleet_analyst.risk")


def main() -> None:
    log.setup()
    table = features(date.today().isoformat())
    if table.empty:
        logger.warning("no drivers to score")
        return
    scores = score_table(table)
    limit = get_settings().risk_night_limit
    with db.service() as conn:
        for driver_id, score in scores.items():
            conn.execute(
                """insert into risk_scores (driver_id, score, day) values (%s, %s, current_date)
                   on conflict (driver_id) do update set score = excluded.score, day = excluded.day""",
                (int(driver_id), float(score)),
            )
            conn.execute("update drivers set night_shift = %s where id = %s", (bool(score < limit), int(driver_id)))
    logger.info("scored=%d without nights=%d", len(scores), int((scores >= limit).sum()))


if __name__ == "__main__":
    main()
