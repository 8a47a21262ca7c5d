"""What the agent may do: read-only, bounded tools over one scan.

Gives `make_tools`: a `Bench` (one scan) and a fence (one question to a model) become LangChain tools. None of them writes, runs, or
reaches a network, and none knows a file that is not in the scan. Text of the scanned tree is fenced; secrets in it are hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.agent.tools import (
    list_elements,
    list_findings,
    list_folder,
    read_lines,
    search_passages,
    show_element,
    show_finding,
    show_flows,
    show_taxonomy,
    show_threat,
)
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.tool import Fence, Tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

TOOLS: tuple[Tool[Any], ...] = (  # each with arguments of its own
    search_passages.TOOL,
    read_lines.TOOL,
    list_folder.TOOL,
    list_elements.TOOL,
    show_element.TOOL,
    show_flows.TOOL,
    list_findings.TOOL,
    show_finding.TOOL,
    show_threat.TOOL,
    show_taxonomy.TOOL,
)


def make_tools(bench: Bench, fence: Fence) -> list[BaseTool]:
    """The tools for one question, always in the same order; without an index there is no search."""
    return [tool.of(bench, fence) for tool in TOOLS if bench.search is not None or tool is not search_passages.TOOL]


__all__ = ["TOOLS", "Bench", "Fence", "make_tools"]
