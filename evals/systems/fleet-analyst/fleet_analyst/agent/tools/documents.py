from langchain.tools import ToolRuntime, tool

from fleet_analyst.agent.context import FleetContext
from fleet_analyst.knowledge import store


@tool
def search_documents(question: str, runtime: ToolRuntime[FleetContext]) -> str:
    """Search our documents: contracts with garages, handbooks, minutes of depots, leaflets of suppliers."""
    passages = store.search(question, depots=runtime.context.scope.depots)
    if not passages:
        return "Nothing found."
    return "\n\n".join(f"[{passage.source}, {passage.depot}]\n{passage.text}" for passage in passages)
