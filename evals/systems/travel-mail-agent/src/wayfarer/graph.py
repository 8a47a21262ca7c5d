"""The agent: model, tools, answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command

from wayfarer import mailbox
from wayfarer.prompts import MAIL, SYSTEM
from wayfarer.settings import settings
from wayfarer.tools import flights, hotels, traveller
from wayfarer.tools.base import State, tell_manager

TOOLS = [
    flights.search_flights, flights.book_flight, flights.get_booking, flights.my_bookings, flights.change_flight, flights.cancel_booking,
    hotels.search_hotels, hotels.book_hotel, hotels.open_confirmation,
    traveller.get_traveller, traveller.set_preference,
]
STEPS = 25


def think(state: State) -> dict[str, Any]:
    model = ChatOpenAI(model=settings.model, temperature=0, timeout=60, max_retries=2).bind_tools(TOOLS, parallel_tool_calls=False)
    return {"messages": [model.invoke([SystemMessage(SYSTEM), *state["messages"]])]}


def answer(state: State) -> dict[str, Any]:
    mailbox.send(state["traveller"]["mail"], f"Re: {state['subject']}", str(state["messages"][-1].content), state["message_id"])
    return {}


def build() -> StateGraph:
    graph = StateGraph(State)
    graph.add_node("think", think)
    graph.add_node("tools", ToolNode(TOOLS))
    graph.add_node("answer", answer)
    graph.add_edge(START, "think")
    graph.add_conditional_edges("think", tools_condition, {"tools": "tools", END: "answer"})
    graph.add_edge("tools", "think")
    graph.add_edge("answer", END)
    return graph


@contextmanager
def agent() -> Iterator[CompiledStateGraph]:
    with PostgresSaver.from_conn_string(settings.database) as saver:
        yield build().compile(checkpointer=saver)


def config(thread: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread}, "recursion_limit": STEPS}


def work_on(mail: mailbox.Mail, person: dict[str, Any], kind: str) -> None:
    body = "\n\n".join([mail.body, *(f"[attachment]\n{text}" for text in mail.attachments)])
    text = MAIL.format(sender=mail.sender, kind=kind, subject=mail.subject, body=body)
    who = {key: person[key] for key in ("id", "name", "mail", "manager_mail", "cost_centre")}
    with agent() as graph:
        state = graph.invoke(
            {"messages": [HumanMessage(text)], "thread": mail.thread, "traveller": who, "subject": mail.subject, "message_id": mail.message_id},
            config(mail.thread),
        )
    _ask_if_waiting(mail.thread, state)


def go_on(thread: str, said: str) -> bool:
    """Continues a thread that waits for a manager; False where none does."""
    with agent() as graph:
        if not graph.get_state(config(thread)).interrupts:
            return False
        state = graph.invoke(Command(resume=said), config(thread))
    _ask_if_waiting(thread, state)
    return True


def _ask_if_waiting(thread: str, state: dict[str, Any]) -> None:
    for asked in state.get("__interrupt__", []):
        tell_manager(thread, asked.value)
