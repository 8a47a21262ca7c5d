"""What the assistant can call. Tenant, resident and ticket are in the context, never in an argument."""
from dataclasses import dataclass, field
from typing import Literal

from agents import RunContextWrapper, function_tool
from sqlalchemy.ext.asyncio import AsyncSession

from deskloft import store
from deskloft.knowledge.search import search
from deskloft.tables import Resident, Tenant, Ticket


@dataclass
class Case:
    session: AsyncSession
    tenant: Tenant
    resident: Resident
    ticket: Ticket
    personal: bool = False
    used: list[str] = field(default_factory=list)


def quoted(text: str) -> str:
    """As material: the marks cannot be closed from inside."""
    return "<material>\n" + text.replace("<", "‹").replace(">", "›") + "\n</material>"


@function_tool
async def search_documents(case: RunContextWrapper[Case], question: str) -> str:
    """Passages of the house rules, contracts and notices that fit a question."""
    at = case.context
    hits = await search(at.session, at.tenant, question[:500])
    await store.note(at.session, at.tenant, at.ticket, "search_documents", {"question": question[:500]}, ",".join(str(h.passage) for h in hits))
    return quoted("\n\n".join(f"{hit.title}: {hit.text}" for hit in hits)) if hits else "nothing found"


@function_tool
async def my_tickets(case: RunContextWrapper[Case]) -> str:
    """The resident's earlier tickets."""
    at = case.context
    at.personal = True
    found = await store.tickets_of(at.session, at.tenant, at.resident)
    await store.note(at.session, at.tenant, at.ticket, "my_tickets", {}, str(len(found)))
    return quoted("\n\n".join(f"{t.made:%d.%m.%Y} {t.subject} ({t.state}): {(t.answer or '')[:500]}" for t in found))


@function_tool
async def propose(case: RunContextWrapper[Case], kind: Literal["repair", "refund"], what: str, cents: int = 0) -> str:
    """Propose a repair order or the refund of a deposit. Staff decides."""
    at = case.context
    at.personal = True
    if not 0 <= cents <= 50_000:
        return "at most 500 euros"
    made = await store.propose(at.session, at.tenant, at.ticket, kind, what, cents)
    await store.note(at.session, at.tenant, at.ticket, "propose", {"kind": kind, "what": what[:1000], "cents": cents}, str(made.id))
    return "proposed, staff decides within seven days"
