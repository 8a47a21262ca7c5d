"""A real engine and the way the product asks it: LangChain's agent over the OpenAI protocol, to llama.cpp on loopback.

The model is one of random weights, so nothing but the grammar that the engine makes of a schema can be why a reply keeps to it. What a
model of 135 million parameters, taught to follow instructions, answers is the last part. All of it is slow and off by default; see
`tests.llm.engines` for what must be there.

Some tests fix what the engines do *not* do, because the product must not rely on it: a schema beside tools keeps llama.cpp's server from
ever calling one, its Responses API drops the schema without a word, and llama-cpp-python's server knows neither `json_schema` nor
`max_completion_tokens`. One that fails after an update of an engine is good news.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openai
import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, StructuredOutputValidationError, ToolStrategy
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from tests.agent.replies import Claims, Quoted, replies, sent
from tests.llm.engines import MODEL_VARIABLE, Engine, needed, running
from tests.llm.tiny_gguf import write_tiny_gguf

pytestmark = pytest.mark.slow

SLOTS = 4
QUESTION = "A public web form writes to a database. Judge it."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engines")


@pytest.fixture(scope="module")
def tiny(folder: Path) -> Path:
    write_tiny_gguf(folder / "tiny.gguf")
    return folder / "tiny.gguf"


@pytest.fixture(scope="module")
def llama_server(tiny: Path, folder: Path) -> Iterator[Engine]:
    with running("llama-server", tiny, folder, slots=SLOTS) as engine:
        yield engine


@pytest.fixture(scope="module")
def llama_cpp_python(tiny: Path, folder: Path) -> Iterator[Engine]:
    with running("llama_cpp.server", tiny, folder) as engine:
        yield engine


@pytest.fixture(scope="module")
def taught(folder: Path) -> Iterator[Engine]:
    """llama.cpp's server with an instruct model."""
    model = needed(MODEL_VARIABLE)
    with running("llama-server", model, folder, context=8_192) as engine:
        yield engine


def chat(engine: Engine, **settings: Any) -> ChatOpenAI:  # Any: the settings of ChatOpenAI, as they come
    wanted = {"temperature": 1, "seed": 1, "max_tokens": 6_000, "timeout": 120, "max_retries": 0, **settings}
    return ChatOpenAI(model="local", base_url=engine.base_url, api_key="none", **wanted)


def asked(model: ChatOpenAI, reply: type[BaseModel], question: str = QUESTION) -> tuple[BaseModel, AIMessage]:
    """The reply to one question without tools, and the message it came in."""
    done = create_agent(model, [], response_format=ProviderStrategy(reply, strict=True)).invoke({"messages": [HumanMessage(question)]})
    return done["structured_response"], done["messages"][-1]


def usage(message: AIMessage) -> tuple[int, int]:
    assert message.usage_metadata is not None
    return message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"]


@tool
def read_lines(path: str, start: int) -> str:
    """Lines of a file."""
    return f"{path}:{start}: nothing"


class TestLlamaServer:
    @pytest.mark.parametrize("reply", replies(), ids=lambda reply: reply.__name__)
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_random_weights_keep_to_the_schema(self, llama_server: Engine, reply: type[BaseModel], seed: int) -> None:
        answer, message = asked(chat(llama_server, seed=seed), reply)
        assert isinstance(answer, reply)
        assert set(json.loads(message.text)) == set(sent(reply)["properties"])
        assert message.response_metadata["finish_reason"] == "stop"
        read, written = usage(message)
        assert read > len(QUESTION)  # one byte is one token, and the template adds its own
        assert 0 < written <= 6_000

    def test_the_same_question_has_the_same_answer_and_its_beginning_is_not_read_twice(self, llama_server: Engine) -> None:
        first, _ = asked(chat(llama_server, temperature=0), Claims)
        again, message = asked(chat(llama_server, temperature=0), Claims)
        assert first == again
        assert message.usage_metadata is not None
        assert message.usage_metadata["input_token_details"]["cache_read"] > 0

    def test_the_model_is_not_shown_the_schema(self, llama_server: Engine) -> None:
        """What a field means must stand in the prompt: here a schema is a grammar and nothing else."""
        plain = chat(llama_server, max_tokens=1).invoke(QUESTION)
        _, structured = asked(chat(llama_server), Claims)
        assert usage(plain)[0] == usage(structured)[0]

    def test_a_reply_that_its_limit_cuts_is_an_error_with_its_usage(self, llama_server: Engine) -> None:
        with pytest.raises(openai.LengthFinishReasonError) as raised:
            asked(chat(llama_server, max_tokens=5), Claims)
        completion = raised.value.completion
        assert completion.choices[0].finish_reason == "length"
        assert completion.usage is not None
        assert completion.usage.completion_tokens == 5

    def test_more_questions_than_slots_are_all_answered(self, llama_server: Engine) -> None:
        async def one(seed: int) -> BaseModel:
            agent = create_agent(chat(llama_server, seed=seed), [], response_format=ProviderStrategy(Claims, strict=True))
            done = await agent.ainvoke({"messages": [HumanMessage(f"{QUESTION} ({seed})")]})
            answer: BaseModel = done["structured_response"]
            return answer

        async def all_of_them() -> list[BaseModel]:
            return await asyncio.gather(*(one(seed) for seed in range(SLOTS * 4)))

        assert all(isinstance(answer, Claims) for answer in asyncio.run(all_of_them()))

    def test_what_does_not_fit_is_refused_with_the_numbers(self, llama_server: Engine) -> None:
        with pytest.raises(openai.BadRequestError) as raised:
            chat(llama_server).invoke("word " * 10_000)
        assert raised.value.body is not None
        assert isinstance(raised.value.body, Mapping)
        assert raised.value.body["type"] == "exceed_context_size_error"
        assert "exceeds the available context size (16384 tokens)" in raised.value.body["message"]

    def test_a_required_tool_is_called_with_arguments_of_its_schema(self, llama_server: Engine) -> None:
        message = chat(llama_server).bind_tools([read_lines], tool_choice="required").invoke("Read.")
        assert message.response_metadata["finish_reason"] == "tool_calls"
        assert message.invalid_tool_calls == []
        for call in message.tool_calls:
            assert call["name"] == "read_lines"
            assert isinstance(call["args"]["path"], str)
            assert isinstance(call["args"]["start"], int)

    def test_an_agent_reads_with_tools_and_ends_with_its_reply_as_one(self, llama_server: Engine) -> None:
        """Either tool may be called at each turn; of ten random talks at least one reads first, and at least one comes to an answer."""
        read, answered = 0, 0
        for seed in range(10):
            agent = create_agent(chat(llama_server, seed=seed, max_tokens=2_000), [read_lines], response_format=ToolStrategy(Quoted))
            done = agent.invoke({"messages": [HumanMessage(QUESTION)]}, {"recursion_limit": 60})
            read += any(isinstance(message, ToolMessage) and message.name == "read_lines" for message in done["messages"])
            answered += isinstance(done.get("structured_response"), Quoted)
        assert read
        assert answered

    def test_beside_a_schema_no_tool_is_ever_called(self, llama_server: Engine) -> None:
        model = chat(llama_server).bind_tools([read_lines], tool_choice="required", strict=True)
        for seed in range(3):
            message = model.invoke("Read.", seed=seed, **ProviderStrategy(Claims, strict=True).to_model_kwargs())
            assert not message.tool_calls
            assert Claims.model_validate_json(message.text)

    def test_its_responses_api_drops_the_schema(self, llama_server: Engine) -> None:
        with pytest.raises(StructuredOutputValidationError):
            asked(chat(llama_server, use_responses_api=True, seed=None, max_tokens=400), Claims)

    def test_a_stream_brings_text_and_usage(self, llama_server: Engine) -> None:
        structured = chat(llama_server, stream_usage=True).bind(response_format={"type": "json_object", "schema": sent(Claims)})
        chunks = list(structured.stream(QUESTION))
        assert len(chunks) > 5
        assert Claims.model_validate_json("".join(chunk.text for chunk in chunks))
        assert sum(chunk.usage_metadata["output_tokens"] for chunk in chunks if isinstance(chunk, AIMessage) and chunk.usage_metadata) > 5


class TestLlamaCppPython:
    def test_a_native_schema_is_unknown_and_said_to_be_its_own_fault(self, llama_cpp_python: Engine) -> None:
        with pytest.raises(openai.InternalServerError, match="Input should be 'text' or 'json_object'"):
            asked(chat(llama_cpp_python), Claims)

    @pytest.mark.parametrize("reply", replies(), ids=lambda reply: reply.__name__)
    def test_random_weights_keep_to_a_schema_sent_with_the_json_mode(self, llama_cpp_python: Engine, reply: type[BaseModel]) -> None:
        message = chat(llama_cpp_python).invoke(QUESTION, response_format={"type": "json_object", "schema": sent(reply)})
        assert reply.model_validate_json(message.text)
        assert message.response_metadata["finish_reason"] == "stop"
        assert min(usage(message)) > 0

    def test_a_tool_that_is_named_is_called(self, llama_cpp_python: Engine) -> None:
        message = chat(llama_cpp_python).bind_tools([read_lines], tool_choice="read_lines").invoke("Read.")
        assert [call["name"] for call in message.tool_calls] == ["read_lines"]
        assert isinstance(message.tool_calls[0]["args"]["start"], int)

    def test_what_does_not_fit_is_refused_as_openai_does(self, llama_cpp_python: Engine) -> None:
        with pytest.raises(openai.BadRequestError) as raised:
            chat(llama_cpp_python).invoke("word " * 10_000)
        assert raised.value.code == "context_length_exceeded"
        assert "maximum context length is 16384 tokens" in raised.value.message

    def test_the_newer_name_of_the_limit_is_not_heard(self, llama_cpp_python: Engine) -> None:
        schema = {"type": "json_object", "schema": sent(Claims)}
        newer = chat(llama_cpp_python, max_tokens=5).invoke(QUESTION, response_format=schema)
        assert usage(newer)[1] > 5
        older = chat(llama_cpp_python, max_tokens=None, extra_body={"max_tokens": 5})
        with pytest.raises(openai.LengthFinishReasonError):
            older.invoke(QUESTION, response_format=schema)


class TestInstructModel:
    """What is asked of a small but real model: that schemas hold and that usage is there. Its judgement is not judged; `-s` shows it."""

    @pytest.mark.parametrize("reply", replies(), ids=lambda reply: reply.__name__)
    def test_it_keeps_to_the_schema(self, taught: Engine, reply: type[BaseModel]) -> None:
        began = time.monotonic()
        try:
            answer, message = asked(chat(taught, temperature=0, max_tokens=800), reply)
        except openai.LengthFinishReasonError as cut:  # small models repeat themselves: the limit ends it, and that is said
            assert cut.completion.usage is not None
            said, written = cut.completion.choices[0].message.content, cut.completion.usage.completion_tokens
        else:
            assert isinstance(answer, reply)
            said, written = message.text, usage(message)[1]
        seconds = time.monotonic() - began
        print(f"{reply.__name__}: {written} tokens in {seconds:.1f} s ({written / seconds:.0f}/s): {said}")
