"""What tools share."""

from typing import Annotated, Any

from langgraph.graph import MessagesState
from langgraph.prebuilt import InjectedState
from langgraph.types import interrupt

from wayfarer import mailbox, store
from wayfarer.settings import settings


class State(MessagesState):
    thread: str
    traveller: dict[str, Any]
    subject: str
    message_id: str


Injected = Annotated[State, InjectedState]


def ask_manager(state: State, what: str) -> bool:
    """Waits until the line manager has decided."""
    traveller = state["traveller"]
    answer = interrupt({"what": what, "manager": traveller["manager_mail"], "traveller": traveller["name"]})
    return answer == "yes"


def tell_manager(thread: str, asked: dict[str, str]) -> None:
    link = f"{settings.public_url}/approve/{thread}"
    text = f"{asked['traveller']} asks for: {asked['what']}\n\nYes: {link}?answer=yes\nNo: {link}?answer=no\n"
    mailbox.send(asked["manager"], f"Approval: {asked['what']}"[:150], text)


def record(state: State, tool: str, arguments: dict[str, Any], result: Any) -> str:
    text = str(result)
    store.audit(state["thread"], state["traveller"]["id"], tool, arguments, text)
    return text
