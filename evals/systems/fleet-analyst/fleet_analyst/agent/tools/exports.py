"""Tables as CSV, for people who go on in a spreadsheet."""

from pathlib import Path

from langchain.tools import ToolRuntime, tool

from fleet_analyst.agent.context import FleetContext
from fleet_analyst.agent.tools.sql import NotARead, frame
from fleet_analyst.settings import get_settings


def export_path(filename: str) -> Path:
    """Where an export is written; folders such as 2025/q3/fuel.csv are welcome."""
    path = get_settings().export_dir / filename
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def existing_export(filename: str) -> Path:
    root = get_settings().export_dir.resolve()
    path = (root / filename).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise FileNotFoundError(filename)
    return path


@tool
def export_table(query: str, filename: str, runtime: ToolRuntime[FleetContext]) -> str:
    """Write the rows of a SELECT to a CSV file, which mail_report can send. Answers the name of the file."""
    try:
        data = frame(query, runtime.context.scope)
    except NotARead as error:
        return str(error)
    path = export_path(filename)
    data.to_csv(path, index=False)
    return f"{len(data)} rows in {filename}"
