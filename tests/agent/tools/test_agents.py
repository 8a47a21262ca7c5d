"""The tools in the hands of an agent: LangChain's loop, a model that plays a script, many questions at once, a real index."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool

from pipeline.agent.tools import Bench, make_tools
from pipeline.retrieval import Filter, IndexSettings, Query, Retriever
from tests.agent.tools.benches import SYSTEMS, bench_at, bench_of, fence, found_in, scanned

Calls = list[tuple[str, dict[str, Any]]]


class Scripted(BaseChatModel):
    """A model that calls what it was told to, all at once, and then says how many answers it read."""

    calls: Calls
    bound: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **more: Any) -> Scripted:
        return self.model_copy(update={"bound": tuple(tool.name for tool in tools)})

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **more: Any) -> ChatResult:
        answers = sum(isinstance(message, ToolMessage) for message in messages)
        wanted = [] if answers else [{"name": name, "args": given, "id": f"c{at}"} for at, (name, given) in enumerate(self.calls)]
        said = AIMessage(content=f"{answers} answers" if answers else "", tool_calls=wanted)
        return ChatResult(generations=[ChatGeneration(message=said)])


async def asked(bench: Bench, calls: Calls, fenced: Callable[[str, str], str] = fence) -> list[ToolMessage]:
    agent = create_agent(Scripted(calls=calls), make_tools(bench, fenced))
    state = await agent.ainvoke({"messages": [{"role": "user", "content": "What can go wrong?"}]})
    assert state["messages"][-1].content == f"{len(calls)} answers"
    return [message for message in state["messages"] if isinstance(message, ToolMessage)]


def test_an_agent_calls_tools_at_once_and_reads_their_answers() -> None:
    calls: Calls = [
        ("list_elements", {"kind": "tool", "start": None}),
        ("read_lines", {"path": "Dockerfile", "start": 1, "end": 1, "page": None}),
        ("show_threat", {"slug": "unsafe-model-load"}),
    ]
    answers = asyncio.run(asked(bench_of(), calls))
    assert [one.tool_call_id for one in answers] == ["c0", "c1", "c2"]
    assert "tool:issue_refund" in found_in(str(answers[0].content))
    assert found_in(str(answers[1].content)) == "@@ 1\nFROM python:3.11"
    assert str(answers[2].content).startswith("unsafe-model-load: ")


def test_an_agent_that_calls_badly_is_told_so_and_goes_on() -> None:
    calls: Calls = [
        ("run_shell", {"command": "id"}),
        ("read_lines", {}),
        ("read_lines", {"path": "../../etc/passwd", "self": 1, "config": {"tags": 1}, "run_manager": None}),
        ("show_element", {"id": {"$ref": "x"}}),
        ("list_elements", {"kind": ["tool"]}),
    ]
    answers = [str(one.content) for one in asyncio.run(asked(bench_of(), calls))]
    assert "run_shell is not a valid tool" in answers[0]
    assert answers[1] == "Not a use of read_lines: path: field required."
    assert answers[2].startswith("No such file in this scan")
    assert answers[3] == "Not a use of show_element: id: input should be a valid string."
    assert answers[4] == "Not a use of list_elements: kind: input should be a valid string."


def test_each_question_has_its_own_fence_and_all_share_the_bench() -> None:
    async def all_at_once() -> list[list[ToolMessage]]:
        calls: Calls = [("read_lines", {"path": "README.md"}), ("list_elements", {}), ("show_flows", {"id": "http_route:POST /chat"})]
        return await asyncio.gather(*(asked(bench_of(), calls, _fence_of(number)) for number in range(16)))

    told = asyncio.run(all_at_once())
    for number, answers in enumerate(told):
        assert all(f"[{number}]" in str(one.content) for one in answers)
    first = [str(one.content).replace("[0]", "") for one in told[0]]
    assert all([str(one.content).replace(f"[{number}]", "") for one in answers] == first for number, answers in enumerate(told))


def test_the_loop_goes_on_while_a_file_is_read_slowly() -> None:
    import threading

    reading, ticked = threading.Event(), threading.Event()

    def slowly(path: str) -> Any:
        reading.set()
        assert ticked.wait(10), "the loop stood still"
        return {None: ("one",)}

    bench = bench_at(SYSTEMS / "support-assistant", read_lines=slowly, paths=("a.txt",))

    async def both() -> list[ToolMessage]:
        task = asyncio.create_task(asked(bench, [("read_lines", {"path": "a.txt"})]))
        while not reading.is_set():
            await asyncio.sleep(0.01)
        ticked.set()
        return await task

    assert found_in(str(asyncio.run(both())[0].content)) == "@@ 1\none"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    root = tmp_path_factory.mktemp("tree") / "app"
    shutil.copytree(SYSTEMS / "support-assistant", root)
    with Retriever(root, scanned().system, IndexSettings(folder=tmp_path_factory.mktemp("index"))) as retriever:
        yield bench_at(
            root,
            scanned().system,
            search=lambda query, globs, limit: retriever.search(Query(query, limit=limit, filter=Filter(paths=globs))),
        )


def _tool(bench: Bench, name: str) -> BaseTool:
    return next(tool for tool in make_tools(bench, fence) if tool.name == name)


def test_passages_come_from_the_index_of_the_scan(indexed: Bench) -> None:
    answer = str(_tool(indexed, "search_passages").invoke({"query": "give a customer their money back", "path_glob": None}))
    assert len(answer) < 6700
    heads = [row for row in found_in(answer).split("\n") if row.startswith("> ")]
    assert 3 <= len(heads) <= 8
    assert any("issue_refund" in row or "refund" in row for row in heads), heads


def test_a_glob_narrows_the_search(indexed: Bench) -> None:
    answer = str(_tool(indexed, "search_passages").invoke({"query": "approval of refunds", "path_glob": "docs/**"}))
    heads = [row for row in found_in(answer).split("\n") if row.startswith("> ")]
    assert heads and all(row.startswith("> docs/") for row in heads)


def test_many_search_at_once(indexed: Bench) -> None:
    async def all_at_once() -> list[list[ToolMessage]]:
        return await asyncio.gather(*(asked(indexed, [("search_passages", {"query": f"question {number % 3}"})]) for number in range(16)))

    answers = [str(one[0].content) for one in asyncio.run(all_at_once())]
    assert all("failed" not in one for one in answers)
    assert len(set(answers)) <= 3


def _fence_of(number: int) -> Callable[[str, str], str]:
    return lambda label, text: f"[{number}]\n{text}"
