import re
from datetime import date
from typing import Literal

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from langchain.tools import ToolRuntime, tool  # noqa: E402

from fleet_analyst.agent.context import FleetContext  # noqa: E402
from fleet_analyst.agent.tools.sql import NotARead, frame  # noqa: E402
from fleet_analyst.settings import get_settings  # noqa: E402


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "chart"


@tool
def draw_chart(
    kind: Literal["line", "bar", "scatter"],
    title: str,
    query: str,
    x: str,
    y: str,
    runtime: ToolRuntime[FleetContext],
) -> str:
    """Draw the rows of a SELECT as a chart. Answers the address of the picture, to be shown with ![title](address)."""
    try:
        data = frame(query, runtime.context.scope)
    except NotARead as error:
        return str(error)
    if data.empty or x not in data or y not in data:
        return "No rows, or no such columns."
    data[y] = data[y].astype(float)
    axes = data.plot(kind=kind, x=x, y=y, title=title, figsize=(9, 5))
    folder = get_settings().charts_dir
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{slug(title)}-{date.today():%Y%m%d}.png"
    axes.figure.savefig(target, dpi=120, bbox_inches="tight")
    plt.close(axes.figure)
    return f"/public/charts/{target.name}"
