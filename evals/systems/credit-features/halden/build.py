"""Aggregates per applicant and application, in SQL; the database is faster than pandas at this."""
import argparse
import logging
from datetime import date, timedelta

from halden import db

log = logging.getLogger(__name__)

RETENTION_DAYS = 730  # RD-512: twelve months were too short for the seasonal features

PAYMENTS = """
INSERT INTO features.payments_daily
    (applicant_id, as_of, arrears_12m, max_days_late_24m, overdraft_days_90d, utilisation, salary_regularity, months_of_history)
SELECT p.applicant_id,
       %(day)s::date,
       count(*) FILTER (WHERE p.days_late > 5 AND p.due_on > %(day)s::date - interval '12 months'),
       coalesce(max(p.days_late) FILTER (WHERE p.due_on > %(day)s::date - interval '24 months'), 0),
       coalesce(max(a.overdraft_days_90d), 0),
       avg(a.utilisation),
       max(a.salary_regularity),
       (%(day)s::date - min(p.due_on)) / 30
FROM core.payments p
LEFT JOIN core.account_days a ON a.applicant_id = p.applicant_id AND a.day = %(day)s::date - 1
WHERE p.due_on < %(day)s::date
GROUP BY p.applicant_id
ON CONFLICT DO NOTHING
"""

FACTS = """
INSERT INTO features.application_facts
    (application_id, applicant_id, applied_at, income_to_instalment, income_verified, months_employed, amount, term_months, district_late_rate)
SELECT a.application_id,
       a.applicant_id,
       a.applied_at,
       coalesce(d.stated_income, a.stated_income) / nullif(a.instalment, 0),
       coalesce(d.payslip_seen, false) OR v.employer_confirmed IS TRUE,
       coalesce(d.months_employed, a.months_employed),
       a.amount,
       a.term_months,
       r.late_rate
FROM core.applications a
LEFT JOIN broker.documents d USING (application_id)
LEFT JOIN core.verifications v USING (application_id)
LEFT JOIN (
    SELECT left(c.postcode, 4) AS district, avg((p.days_late > 30)::int) AS late_rate
    FROM core.payments p JOIN core.customers c USING (applicant_id)
    WHERE p.due_on BETWEEN %(day)s::date - 730 AND %(day)s::date - 90
    GROUP BY 1
) r ON r.district = left(a.postcode, 4)
WHERE a.applied_at >= %(day)s::date - 1 AND a.applied_at < %(day)s::date
ON CONFLICT DO NOTHING
"""

PURGE = """
DELETE FROM {table} f
USING core.applicants a
WHERE a.applicant_id = f.applicant_id AND a.customer_since IS NULL AND f.{column} < %(before)s
"""


def payments(day: date) -> int:
    return db.execute(PAYMENTS, {"day": day})


def facts(day: date) -> int:
    return db.execute(FACTS, {"day": day})


def purge(day: date) -> int:
    """Deletes features of people who never became customers."""
    before = day - timedelta(days=RETENTION_DAYS)
    gone = 0
    for table, column in (("features.payments_daily", "as_of"), ("features.application_facts", "applied_at")):
        gone += db.execute(PURGE.format(table=table, column=column), {"before": before})
    log.info("purged %d rows before %s", gone, before)
    return gone


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    day = parser.parse_args().day
    print(payments(day), facts(day))
