"""The crew."""

import json
import pathlib

from crewai import LLM, Agent, Crew, Process, Task
from crewai.project import CrewBase, agent, crew, task
from crewai_tools import MCPServerAdapter, SerperDevTool
from mcp import StdioServerParameters

from .jobs import Job
from .tools.browser import BrowserTool
from .tools.files import ReadFileTool, WriteFileTool
from .tools.publish import PublishTool
from .tools.shell import ShellTool

MCP = pathlib.Path(__file__).parent / "config" / "mcp.json"
big = LLM(model="openai/gpt-5", temperature=0.2)
small = LLM(model="openai/gpt-5-mini")


def mcp_tools() -> list:
    servers = json.loads(MCP.read_text())["servers"]
    return [
        tool
        for server in servers.values()
        for tool in MCPServerAdapter(StdioServerParameters(command=server["command"], args=server["args"])).tools
    ]


@CrewBase
class DeskCrew:
    agents_config = "config/agents.yaml"
    tasks_config = "config/tasks.yaml"

    def __init__(self, job: Job, extra: list | None = None):
        self.job = job
        self.extra = extra or []

    @agent
    def scout(self) -> Agent:
        return Agent(
            config=self.agents_config["scout"],
            llm=small,
            tools=[SerperDevTool(), BrowserTool(), WriteFileTool(), *mcp_tools(), *self.extra],
            allow_delegation=True,
            max_iter=60,
        )

    @agent
    def analyst(self) -> Agent:
        return Agent(
            config=self.agents_config["analyst"],
            llm=big,
            tools=[ShellTool(), ReadFileTool(), WriteFileTool(), *self.extra],
            allow_delegation=True,
            max_iter=60,
        )

    @agent
    def writer(self) -> Agent:
        return Agent(
            config=self.agents_config["writer"],
            llm=big,
            tools=[ReadFileTool(), WriteFileTool(), PublishTool()],
            allow_delegation=False,
            max_iter=60,
        )

    @task
    def find(self) -> Task:
        return Task(config=self.tasks_config["find"])

    @task
    def analyse(self) -> Task:
        return Task(config=self.tasks_config["analyse"])

    @task
    def write(self) -> Task:
        return Task(config=self.tasks_config["write"])

    @crew
    def crew(self) -> Crew:
        return Crew(
            agents=self.agents,
            tasks=self.tasks,
            process=Process.hierarchical,
            manager_llm=big,
            memory=True,
            verbose=False,
        )
