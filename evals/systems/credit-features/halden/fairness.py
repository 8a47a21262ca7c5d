"""Approval rates of groups."""
import logging
from datetime import date

import pandas as pd

from halden import db

log = logging.getLogger(__name__)
FLOOR, FEWEST = 0.8, 400
BANDS = {"18-24": (18, 24), "25-39": (25, 39), "40-61": (40, 61), "62+": (62, 120)}
MONTH = """
SELECT s.decision, date_part('year', age(p.born_on))::int AS age
FROM risk.scores s JOIN core.applications a USING (application_id) JOIN core.applicants p USING (applicant_id)
WHERE s.scored_on >= %(first)s AND s.scored_on < %(first)s::date + interval '1 month' AND s.decision <> 'officer'
"""


def band(age: int) -> str:
    return next((name for name, (low, high) in BANDS.items() if low <= age <= high), "unknown")


def ratios(decisions: pd.DataFrame) -> dict[str, float]:
    """Approval rate of each group over that of the best-off."""
    groups = decisions.assign(group=decisions["age"].map(band), accepted=decisions["decision"] == "accept").groupby("group")["accepted"]
    rates = groups.mean()[groups.size() >= FEWEST]
    return (rates / rates.max()).round(3).to_dict()


def month(first: date) -> dict[str, float]:
    found = ratios(db.frame(MONTH, {"first": first}))
    low = {name: ratio for name, ratio in found.items() if ratio < FLOOR}
    if low:
        log.error("approval ratio below %.1f: %s", FLOOR, low)
    return found
