from langchain.tools import ToolRuntime, tool

from fleet_analyst import db
from fleet_analyst.agent.context import FleetContext
from fleet_analyst.risk.predict import score_driver


@tool
def driver_risk(driver_id: int, runtime: ToolRuntime[FleetContext]) -> str:
    """The predicted risk (0 to 1) that a driver causes an accident in the next 90 days."""
    found = db.rows("select id, depot from drivers where id = %s", (driver_id,))
    if not found or not runtime.context.scope.sees(found[0]["depot"]):
        return "No such driver."
    score = score_driver(driver_id)
    return "Too few trips for a score." if score is None else f"Risk of driver {driver_id}: {score:.2f}"
