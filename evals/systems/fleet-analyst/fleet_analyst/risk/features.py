"""What the predictor knows of a driver. One row per driver and day that is looked back from."""

import pandas as pd

from fleet_analyst import db

NUMBERS = ["age", "years_licensed", "km_month", "brakes_per_100km", "night_share", "incidents_year", "stress"]
KINDS = ["contract", "depot"]
MIN_TRIPS = 20

QUERY = """
select d.id as driver_id, d.contract, d.depot,
       extract(year from age(ref.day, d.born))::int as age,
       extract(year from age(ref.day, d.licensed))::int as years_licensed,
       t.km / 3.0 as km_month,
       100.0 * t.brakes / nullif(t.km, 0) as brakes_per_100km,
       t.nights::float / t.trips as night_share,
       coalesce(i.incidents, 0) as incidents_year,
       coalesce(f.stress, 0) as stress,
       exists (select 1 from incidents n
                where n.driver_id = d.id and n.at_fault and n.day > ref.day and n.day <= ref.day + 90) as at_fault_soon
  from drivers d
 cross join (select %(day)s::date as day) ref
  join lateral (select sum(km) as km, sum(harsh_brakes) as brakes, count(*) as trips, count(*) filter (where night) as nights
                  from trips where driver_id = d.id and day > ref.day - 90 and day <= ref.day) t on t.trips >= %(min_trips)s
  left join lateral (select count(*) as incidents from incidents
                      where driver_id = d.id and day > ref.day - 365 and day <= ref.day) i on true
  left join lateral (select avg(stress) as stress from feedback
                      where driver_id = d.id and at > ref.day - 90 and at <= ref.day) f on true
 where %(driver)s::int is null or d.id = %(driver)s
"""


def features(day: str, driver: int | None = None) -> pd.DataFrame:
    with db.service() as conn:
        found = conn.execute(QUERY, {"day": day, "min_trips": MIN_TRIPS, "driver": driver}).fetchall()
    table = pd.DataFrame(found)
    if not table.empty:
        table[NUMBERS] = table[NUMBERS].astype(float).fillna(0.0)
    return table
