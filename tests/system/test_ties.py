"""Who holds which tool: ties through decorators, objects and names, and the near misses that are none."""

from __future__ import annotations

from tests.system.small import controls_on, elements, flows, system_of, ties


def tools_of(text: str) -> dict[str, set[str]]:
    """Per agent, the tools that it holds."""
    found: dict[str, set[str]] = {}
    for source, kind, target in ties(system_of(text)):
        if kind == "has_tool":
            found.setdefault(source, set()).add(target)
    return found


class TestDecoratorOnAnObject:
    def test_the_function_is_the_tool_of_the_agent_it_hangs_on_and_of_no_other(self) -> None:
        assert tools_of("""
            from pydantic_ai import Agent

            front = Agent("openai:gpt-5", name="front")
            back = Agent("openai:gpt-5", name="back")

            @back.tool_plain
            def refund(order: str) -> str:
                return order
        """) == {"agent:back": {"tool:refund"}}

    def test_an_agent_kept_in_a_field_is_found(self) -> None:
        assert tools_of("""
            from pydantic_ai import Agent

            class Desk:
                def __init__(self):
                    self.agent = Agent("openai:gpt-5", name="desk")
                    self.agent.tool_plain(self.look)

                def look(self, order: str) -> str:
                    return order
        """) == {"agent:desk": {"tool:look"}}

    def test_an_agent_made_by_a_function_is_found(self) -> None:
        assert tools_of("""
            from pydantic_ai import Agent

            def make():
                return Agent("openai:gpt-5", name="desk")

            agent = make()

            @agent.tool_plain
            def look(order: str) -> str:
                return order
        """) == {"agent:desk": {"tool:look"}}

    def test_a_decorator_of_the_project_of_the_same_name_ties_nothing(self) -> None:
        assert (
            tools_of("""
            from pydantic_ai import Agent

            class Registry:
                def tool(self, function):
                    return function

            agent, registry = Agent("openai:gpt-5", name="desk"), Registry()

            @registry.tool
            def look(order: str) -> str:
                return order
        """)
            == {}
        )

    def test_who_only_runs_a_tool_does_not_hold_it(self) -> None:
        system = system_of("""
            import autogen

            writer = autogen.AssistantAgent("writer")
            runner = autogen.UserProxyAgent("runner")

            def look(order: str) -> str:
                return order

            autogen.register_function(look, caller=writer, executor=runner, name="look")
        """)
        assert ("agent:writer", "has_tool", "tool:look") in ties(system)
        assert ("agent:runner", "has_tool", "tool:look") not in ties(system)
        assert ("agent:runner", "calls", "tool:look") in ties(system)


class TestObjectsThatBringTools:
    def test_a_set_of_tools_gives_them_to_the_agents_it_is_given_to_through_a_wrapper_too(self) -> None:
        assert tools_of("""
            from pydantic_ai import Agent, FunctionToolset

            money, reading = FunctionToolset(), FunctionToolset()

            @money.tool
            def refund(order: str) -> str:
                return order

            @reading.tool
            def look(order: str) -> str:
                return order

            clerk = Agent("openai:gpt-5", name="clerk", toolsets=[reading])
            boss = Agent("openai:gpt-5", name="boss", toolsets=[reading, money.prefixed("money")])
        """) == {"agent:clerk": {"tool:look"}, "agent:boss": {"tool:look", "tool:refund"}}

    def test_a_plugin_gives_its_decorated_methods_and_those_it_inherits(self) -> None:
        assert tools_of("""
            from semantic_kernel.agents import ChatCompletionAgent
            from semantic_kernel.functions import kernel_function

            class Reading:
                @kernel_function
                def look(self, order: str) -> str:
                    return order

            class Money(Reading):
                @kernel_function
                def refund(self, order: str) -> str:
                    return order

                def helper(self, order: str) -> str:
                    return order

            clerk = ChatCompletionAgent(name="clerk", plugins=[Reading()])
            boss = ChatCompletionAgent(name="boss", plugins=[Money()])
        """) == {"agent:clerk": {"tool:look"}, "agent:boss": {"tool:look", "tool:refund"}}

    def test_what_a_toolkit_of_the_project_lists_is_what_the_agent_holds(self) -> None:
        assert tools_of("""
            from langchain.agents import create_agent
            from langchain_core.tools import StructuredTool

            class Toolkit:
                def get_tools(self):
                    return [StructuredTool.from_function(self.look, name="look")]

                def look(self, order: str) -> str:
                    return order

                def refund(self, order: str) -> str:
                    return order

            toolkit = Toolkit()
            agent = create_agent("openai:gpt-5", tools=toolkit.get_tools(), name="desk")
        """) == {"agent:desk": {"tool:look"}}

    def test_an_object_with_tools_that_is_only_called_is_no_tool(self) -> None:
        assert (
            tools_of("""
            from semantic_kernel.agents import ChatCompletionAgent
            from semantic_kernel.functions import kernel_function

            class Reading:
                @kernel_function
                def look(self, order: str) -> str:
                    return order

            reading = Reading()
            clerk = ChatCompletionAgent(name="clerk", instructions=reading.look("1"))
        """)
            == {}
        )


class TestWrappedFunctions:
    WRAPPED = """
        import somewhere
        from agents import Agent

        def look(order: str) -> str:
            return order

        def show(event):
            print(event)

        agent = Agent(name="desk", tools=[somewhere.wrap(GIVEN)])
    """

    def test_the_function_that_is_wrapped_is_the_tool(self) -> None:
        assert tools_of(self.WRAPPED.replace("GIVEN", "look")) == {"agent:desk": {"tool:look"}}
        assert tools_of(self.WRAPPED.replace("GIVEN", "fn=look, on_stream=show")) == {"agent:desk": {"tool:look"}}

    def test_what_is_told_of_its_progress_is_none(self) -> None:
        assert tools_of(self.WRAPPED.replace("GIVEN", "on_stream=show")) == {}


class TestAgentsWithoutNames:
    def test_two_of_one_model_in_one_file_are_two(self) -> None:
        found = tools_of("""
            from pydantic_ai import Agent

            reader = Agent("openai:gpt-5")
            clerk = Agent("openai:gpt-5")

            @reader.tool_plain
            def look(order: str) -> str:
                return order

            @clerk.tool_plain
            def refund(order: str) -> str:
                return order
        """)
        assert sorted(found.values(), key=str) == [{"tool:look"}, {"tool:refund"}]

    def test_one_made_in_two_ways_is_one(self) -> None:
        system = system_of("""
            import os

            from pydantic_ai import Agent

            if os.environ.get("SMALL"):
                agent = Agent("openai:gpt-5-mini")
            else:
                agent = Agent("openai:gpt-5")
        """)
        assert len(elements(system, "agent")) == 1


class TestGathered:
    CREW = """
        from crewai import Agent, Crew, Task
        from crewai.project import CrewBase, agent, crew, task
        from crewai_tools import FileWriterTool, SerperDevTool

        @CrewBase
        class News:
            @agent
            def reader(self) -> Agent:
                return Agent(config=self.agents_config["reader"], tools=[SerperDevTool()])

            MARK
            def writer(self) -> Agent:
                return Agent(config=self.agents_config["writer"], tools=[FileWriterTool()])

            @crew
            def crew(self) -> Crew:
                return Crew(agents=self.agents, name="news")

        @CrewBase
        class Sports:
            @agent
            def reporter(self) -> Agent:
                return Agent(config=self.agents_config["reporter"])
    """

    def called(self, mark: str) -> set[str]:
        return {
            target for source, kind, target in ties(system_of(self.CREW.replace("MARK", mark))) if (source, kind) == ("agent:news", "calls")
        }

    def test_a_crew_has_the_agents_that_its_class_gathers_and_no_others(self) -> None:
        assert self.called("@agent") == {"agent:News.reader (crewai)", "agent:News.writer (crewai)"}

    def test_a_method_that_is_not_marked_is_not_gathered(self) -> None:
        assert self.called("") == {"agent:News.reader (crewai)"}


class TestNamedTools:
    def test_an_imported_tool_that_no_agent_is_given_is_no_element(self) -> None:
        system = system_of("""
            from google.adk.agents import Agent
            from google.adk.tools import google_search

            agent = Agent(name="home", model="gemini-2.5-flash", tools=[])
            print(google_search)
        """)
        assert elements(system, "tool") == []

    def test_a_tool_that_a_package_only_passes_on_is_found_and_its_neighbour_is_not(self) -> None:
        system = system_of(
            {
                "app/__init__.py": "",
                "app/tools/__init__.py": "from .money import refund_tool\nfrom .reading import look_tool\n",
                "app/tools/reading.py": """
                    from autogen_core.tools import FunctionTool

                    def look(order: str) -> str:
                        return order

                    look_tool = FunctionTool(func=look, description="Where an order is.")
                """,
                "app/tools/money.py": """
                    from autogen_core.tools import FunctionTool

                    def refund(order: str) -> str:
                        return order

                    refund_tool = FunctionTool(func=refund, description="Give it back.")
                """,
                "app/main.py": """
                    from autogen_agentchat.agents import AssistantAgent
                    from . import tools

                    desk = AssistantAgent("desk", tools=[tools.look_tool])
                """,
            }
        )
        assert {tie for tie in ties(system) if tie[1] == "has_tool"} == {("agent:desk", "has_tool", "tool:look")}


class TestTheAgentThatIsGiven:
    SOURCE = """
        from agents import Agent, Runner, function_tool
        from fastapi import FastAPI

        app = FastAPI()

        @function_tool
        def refund(order: str) -> str:
            return order

        clerk = Agent(name="clerk", tools=[refund])
        boss = Agent(name="boss")

        @app.post("/ask")
        async def ask(text: str, urgent: bool):
            result = await Runner.run(WHO, text)
            return result.final_output
    """

    def test_what_is_run_is_the_agent_itself(self) -> None:
        system = system_of(self.SOURCE.replace("WHO", "clerk"))
        assert {element.name for element in elements(system, "agent")} == {"clerk", "boss"}
        assert [flow.target for flow in flows(system, "prompt", "user_input")] == ["agent:clerk"]
        assert [flow.source for flow in flows(system, "response", "model_reply")] == ["agent:clerk"]

    def test_one_of_two_is_a_run_that_hands_on_to_both(self) -> None:
        system = system_of(self.SOURCE.replace("WHO", "boss if urgent else clerk"))
        (run,) = {element.id for element in elements(system, "agent")} - {"agent:clerk", "agent:boss"}
        assert [flow.target for flow in flows(system, "prompt", "user_input")] == [run]
        assert {flow.target for flow in flows(system, "prompt") if flow.source == run} == {"agent:clerk", "agent:boss"}


class TestSubscriptedClass:
    def test_a_class_with_its_type_arguments_is_the_class(self) -> None:
        (agent,) = elements(system_of('from pydantic_ai import Agent\n\nagent = Agent[int, str]("openai:gpt-5", name="desk")\n'), "agent")
        assert agent.name == "desk"

    def test_an_entry_of_a_table_is_not_its_table(self) -> None:
        system = system_of('import registry\n\nagent = registry.AGENTS["desk"]("openai:gpt-5", name="desk")\n')
        assert elements(system, "agent") == []


class TestSignInHandler:
    PAGE = """
        import chainlit as cl

        MARK
        def sign_in(name: str, password: str):
            return cl.User(identifier=name) if password == "x" else None

        @cl.on_message
        async def answer(message: cl.Message):
            await cl.Message(content="hello").send()
    """

    def test_a_bare_decorator_guards_the_page(self) -> None:
        assert controls_on(system_of(self.PAGE.replace("MARK", "@cl.password_auth_callback")), "chat_ui:answer") == {"authentication"}

    def test_one_that_is_called_guards_it_too(self) -> None:
        assert controls_on(system_of(self.PAGE.replace("MARK", "@cl.oauth_callback()")), "chat_ui:answer") == {"authentication"}

    def test_a_function_of_that_name_without_the_decorator_does_not(self) -> None:
        assert controls_on(system_of(self.PAGE.replace("MARK", "# @cl.password_auth_callback")), "chat_ui:answer") == set()
