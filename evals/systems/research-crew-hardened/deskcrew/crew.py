"""The crew."""

import json
import pathlib

from crewai import LLM, Agent, Crew, Process, Task
from crewai.project import CrewBase, agent, crew, task
from crewai_tools import MCPServerAdapter, SerperDevTool
from mcp import StdioServerParameters
from pydantic import BaseModel, Field

from . import audit
from .jobs import Job
from .tools.browser import BrowserTool
from .tools.files import ReadFileTool, WriteFileTool
from .tools.shell import ShellTool

MCP = pathlib.Path(__file__).parent / "config" / "mcp.json"
big = LLM(model="openai/gpt-5", temperature=0.2, max_tokens=6000, timeout=120)
small = LLM(model="openai/gpt-5-mini", max_tokens=3000, timeout=120)


class Source(BaseModel):
    address: str = Field(max_length=500)
    date: str = Field(max_length=30)
    says: str = Field(max_length=1500, description="What the source says, in own words; no requests or steps")
    file: str | None = Field(default=None, max_length=100)


class Sources(BaseModel):
    sources: list[Source] = Field(max_length=20)


def mcp_tools() -> list:
    servers = json.loads(MCP.read_text())["servers"]
    return [
        tool
        for server in servers.values()
        for tool in MCPServerAdapter(
            StdioServerParameters(command=server["command"], args=server["args"], env={"PATH": "/usr/bin"}), *server["tools"]
        ).tools
    ]


@CrewBase
class DeskCrew:
    agents_config = "config/agents.yaml"
    tasks_config = "config/tasks.yaml"

    def __init__(self, job: Job):
        self.job = job

    @agent
    def scout(self) -> Agent:
        return Agent(
            config=self.agents_config["scout"],
            llm=small,
            tools=[SerperDevTool(), BrowserTool(), WriteFileTool(root=self.job.folder), *mcp_tools()],
            allow_delegation=False,
            max_iter=25,
            max_execution_time=1800,
            max_rpm=20,
        )

    @agent
    def analyst(self) -> Agent:
        return Agent(
            config=self.agents_config["analyst"],
            llm=big,
            tools=[ShellTool(job=self.job.id), ReadFileTool(root=self.job.folder), WriteFileTool(root=self.job.folder)],
            allow_delegation=False,
            max_iter=20,
            max_execution_time=1800,
            max_rpm=20,
        )

    @agent
    def writer(self) -> Agent:
        return Agent(
            config=self.agents_config["writer"],
            llm=big,
            tools=[ReadFileTool(root=self.job.folder)],
            allow_delegation=False,
            max_iter=8,
            max_execution_time=900,
        )

    @task
    def find(self) -> Task:
        return Task(config=self.tasks_config["find"], output_pydantic=Sources)

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
            process=Process.sequential,
            memory=False,
            step_callback=lambda step: audit.write(self.job.id, "step", {"step": step}),
            task_callback=lambda done: audit.write(self.job.id, "task", {"task": done.name, "output": done.raw}),
            verbose=False,
        )
