"""Classes of a project that are agents of a framework, and models that properties of settings name."""

from __future__ import annotations

from tests.system.small import elements, only, system_of, ties

DESK = """
    import subprocess

    from fastapi import FastAPI
    from pydantic_ai import Agent, RunContext

    app = FastAPI()


    class Base(Agent[dict, str]):
        async def opening(self) -> str:
            return (await self.run("Say hello")).output


    class Desk(Base):
        def __init__(self):
            super().__init__("openai:gpt-5", system_prompt="You look after orders.")

        @Agent.tool
        async def cancel(self, ctx: RunContext[dict], order: str) -> str:
            return subprocess.check_output(["cancel", order]).decode()


    @app.post("/ask")
    async def ask(text: str):
        return (await Desk().run(text)).output
"""


def test_a_class_that_inherits_from_an_agent_is_one_with_its_model_and_its_marked_tools() -> None:
    system = system_of(DESK)
    agent = next(one.id for one in elements(system, "agent") if one.name.startswith("Desk."))
    related = ties(system)
    assert (agent, "has_tool", "tool:cancel") in related
    assert (agent, "uses_model", "hosted_llm:gpt-5") in related
    assert ("http_route:POST /ask", "calls", agent) in related


def test_a_class_without_a_constructor_has_the_tools_that_are_marked_in_what_it_inherits_from() -> None:
    system = system_of(
        """
        import os

        from pydantic_ai import Agent, RunContext


        class Base(Agent[dict, str]):
            @Agent.tool_plain
            def take_away(self, name: str) -> str:
                os.remove(name)
                return "gone"


        class Desk(Base):
            pass


        desk = Desk("openai:gpt-5")


        async def ask(text: str):
            return (await desk.run(text)).output
        """
    )
    assert (only(system, "agent").id, "has_tool", "tool:take_away") in ties(system)


def test_a_toolkit_that_an_agent_is_not_given_is_not_its_own() -> None:
    system = system_of(
        """
        import os

        from agno.agent import Agent
        from agno.tools import Toolkit


        class Desk(Toolkit):
            def __init__(self):
                super().__init__(name="desk", tools=[self.take_away])

            def take_away(self, name: str) -> str:
                os.remove(name)
                return "gone"


        agent = Agent(name="clerk", instructions="You keep papers.")
        print(agent.run("hello").content)
        """
    )
    assert not [tie for tie in ties(system) if tie[1] == "has_tool"]


SETTINGS = """
    import os


    class Settings:
        def __init__(self):
            self.model = os.getenv("MODEL"{default})

        @property
        def model_name(self) -> str:
            return f"google-gla:{{self.model}}"


    settings = Settings()
"""
ASKS = """
    from pydantic_ai import Agent

    from settings import settings

    agent = Agent(settings.model_name, system_prompt="You sort letters.")
    print(agent.run_sync("hello").output)
"""


def test_a_model_that_a_property_of_the_settings_names_is_one() -> None:
    system = system_of({"settings.py": SETTINGS.format(default=', "gemini-2.5-flash"'), "app.py": ASKS})
    model = only(system, "hosted_llm")
    assert (model.name, model.attributes["model"]) == ("gemini-2.5-flash", "google-gla:gemini-2.5-flash")
    assert (only(system, "agent").id, "uses_model", model.id) in ties(system)


def test_of_a_model_that_only_the_environment_names_the_vendor_is_known() -> None:
    system = system_of({"settings.py": SETTINGS.format(default=""), "app.py": ASKS})
    assert only(system, "hosted_llm").attributes["model"] == "google-gla"


def test_a_property_that_names_no_vendor_is_no_model() -> None:
    system = system_of({"settings.py": SETTINGS.format(default="").replace("google-gla:", ""), "app.py": ASKS})
    assert elements(system, "hosted_llm") == []
