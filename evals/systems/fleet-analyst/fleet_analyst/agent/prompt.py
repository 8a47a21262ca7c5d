"""The system prompt, made anew for every call of the model."""

from langchain.agents.middleware import ModelRequest, dynamic_prompt

from fleet_analyst import db

HOUSE = """You are the fleet analyst of Kessler Vans. You answer questions of depot managers and fleet controlling about vehicles, trips,
fuel, incidents and drivers, from our database and our documents. Say which numbers you used. Draw a chart where it helps.

The person you work for looks after: {depots}. Use only rows of these depots in your queries.
Tables: {tables}
E-mails go to colleagues only. Never send one that nobody asked for.
"""

INSIGHTS = """
What drivers told us lately, as background:
{insights}
"""

TABLES = (
    "vehicles(id, plate, depot, model, next_inspection), trips(id, vehicle_id, driver_id, depot, day, km, harsh_brakes, night), "
    "fuel(vehicle_id, day, litres, price), incidents(id, driver_id, depot, day, at_fault, cost, note), "
    "drivers(id, name, depot, born, licensed, contract, night_shift), feedback(id, driver_id, depot, at, comment, stress), "
    "risk_scores(driver_id, score, day)"
)


def latest_insights(depots: tuple[str, ...]) -> str:
    found = db.rows(
        """select distinct on (depot) depot, summary from feedback_insights
           where %s or depot = any(%s) order by depot, day desc""",
        (not depots, list(depots)),
    )
    return "\n".join(f"- {row['depot']}: {row['summary']}" for row in found)


@dynamic_prompt
def fleet_prompt(request: ModelRequest) -> str:
    scope = request.runtime.context.scope
    text = HOUSE.format(depots=scope.describe(), tables=TABLES)
    insights = latest_insights(scope.depots)
    return text + INSIGHTS.format(insights=insights) if insights else text
