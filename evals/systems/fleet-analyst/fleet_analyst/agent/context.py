from dataclasses import dataclass

from fleet_analyst.identity import Scope


@dataclass
class FleetContext:
    scope: Scope
    channel: str  # "chat" or "mcp"
    thread: str
