"""Chains put together with `|`: what their steps give back reaches the model."""

from __future__ import annotations

import pytest

from pipeline.system.model import Flow
from tests.system.small import flows, system_of

_CODE = """
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnableParallel, RunnablePassthrough
from langchain_neo4j import Neo4jVector
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

store = Neo4jVector.from_existing_index(OpenAIEmbeddings(), url="bolt://db", index_name="manuals")
prompt = ChatPromptTemplate.from_template("{context} {question}")

def retrieve(question):
    return "".join(found.page_content for found in store.similarity_search(question))

def fixed(question):
    store.similarity_search(question)
    return "nothing"

def ask(question):
    def inner(asked):
        return retrieve(asked)
    steps = {"context": STEP, "question": RunnablePassthrough()}
    chain = CHAIN
    return chain.invoke(question)
"""


def retrieved(step: str, chain: str = "steps | prompt | ChatOpenAI() | StrOutputParser()") -> list[Flow]:
    return flows(system_of(_CODE.replace("STEP", step).replace("CHAIN", chain)), "prompt", "retrieved_text")


@pytest.mark.parametrize(
    "step",
    [
        "retrieve",
        "inner",
        "lambda asked: retrieve(asked)",
        "RunnableLambda(retrieve)",
        "store.as_retriever()",
        "store.as_retriever() | retrieve",
    ],
)
def test_what_a_step_retrieves_reaches_the_model(step: str) -> None:
    assert retrieved(step)


def test_also_where_the_steps_are_told_to_run_beside_each_other() -> None:
    assert retrieved("RunnableLambda(retrieve)", "RunnableParallel(steps) | prompt | ChatOpenAI()")


@pytest.mark.parametrize("step", ["fixed", "RunnableLambda(fixed)", "lambda asked: fixed(asked)", "RunnablePassthrough()"])
def test_what_a_step_only_looks_at_does_not(step: str) -> None:
    assert retrieved(step) == []


def test_nor_does_what_a_function_gives_that_is_only_named_beside_the_chain() -> None:
    assert retrieved("retrieve", "prompt | ChatOpenAI()") == []
