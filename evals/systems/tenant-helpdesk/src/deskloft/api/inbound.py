"""Tickets come in."""
import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Header, HTTPException, Request
from fastapi.templating import Jinja2Templates

from deskloft import store
from deskloft.agent.assistant import answer
from deskloft.agent.tools import Case
from deskloft.api.signin import Db
from deskloft.mailbox import incoming, outgoing
from deskloft.tables import Resident, Tenant, Ticket, make_session

log = logging.getLogger("deskloft.inbound")
router = APIRouter()
templates = Jinja2Templates(Path(__file__).parents[1] / "templates")
MAX_MAIL = 2 * 1024 * 1024
_at_once = asyncio.Semaphore(8)


async def work(tenant_id: int, resident_id: int, ticket_id: int, answer_to: str) -> None:
    async with _at_once, make_session() as session, session.begin():
        tenant = await session.get_one(Tenant, tenant_id)
        resident = await session.get_one(Resident, resident_id)
        ticket = await session.get_one(Ticket, ticket_id)
        try:
            ticket.answer = await answer(Case(session, tenant, resident, ticket))
        except Exception:
            log.exception("ticket %s", ticket_id)
        ticket.state = "answered" if ticket.answer else "staff"
        if ticket.answer:
            ticket.closed = datetime.now(UTC)
            await outgoing.send(tenant, answer_to, ticket, ticket.answer)


@router.post("/hooks/mail", status_code=204)
async def mail(
    request: Request,
    session: Db,
    later: BackgroundTasks,
    x_recipient: Annotated[str, Header()],
    x_timestamp: Annotated[str, Header()],
    x_signature: Annotated[str, Header()],
) -> None:
    raw = await request.body()
    if len(raw) > MAX_MAIL:
        raise HTTPException(413)
    if not incoming.signed(x_recipient.encode() + b"\n" + raw, x_timestamp, x_signature):
        raise HTTPException(401)
    got = incoming.read(raw, x_recipient)
    tenant = await store.tenant_by_mail(session, got.to)
    if tenant is None:
        return
    resident = await store.resident(session, tenant, got.sender) if got.trusted else None
    ticket = await store.new_ticket(session, tenant, resident, "mail", got.subject, got.body)
    if resident is None:
        ticket.state = "staff"
        return
    await session.commit()
    later.add_task(work, tenant.id, resident.id, ticket.id, got.answer_to)


@router.get("/t/{slug}/form")
async def form(slug: str, request: Request, session: Db):
    tenant = await store.tenant_by_slug(session, slug)
    if tenant is None:
        raise HTTPException(404)
    return templates.TemplateResponse(request, "form.html", {"tenant": tenant})


@router.post("/t/{slug}/form", status_code=201)
async def filled_in(
    slug: str,
    session: Db,
    mail: Annotated[str, Form(max_length=200)],
    subject: Annotated[str, Form(max_length=200)],
    body: Annotated[str, Form(max_length=8000)],
) -> dict:
    """From the form nobody is known: staff answers, to the address that was given."""
    tenant = await store.tenant_by_slug(session, slug)
    if tenant is None:
        raise HTTPException(404)
    ticket = await store.new_ticket(session, tenant, None, "form", subject, f"From {mail}\n\n{body}")
    ticket.state = "staff"
    return {"reference": str(ticket.id)}
