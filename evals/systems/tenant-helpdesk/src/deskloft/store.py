"""Tickets, residents and proposals. Everything takes the tenant."""
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deskloft.tables import Action, Proposal, Resident, Tenant, Ticket


async def tenant_by_slug(session: AsyncSession, slug: str) -> Tenant | None:
    return await session.scalar(select(Tenant).where(Tenant.slug == slug))


async def tenant_by_mail(session: AsyncSession, mail: str) -> Tenant | None:
    return await session.scalar(select(Tenant).where(Tenant.mail == mail.lower()))


async def resident(session: AsyncSession, tenant: Tenant, mail: str) -> Resident | None:
    return await session.scalar(select(Resident).where(Resident.tenant_id == tenant.id, Resident.mail == mail.lower()))


async def new_ticket(session: AsyncSession, tenant: Tenant, who: Resident | None, source: str, subject: str, body: str) -> Ticket:
    ticket = Ticket(tenant_id=tenant.id, resident_id=who.id if who else None, source=source, subject=subject[:200], body=body[:8000])
    session.add(ticket)
    await session.flush()
    return ticket


async def today(session: AsyncSession, tenant: Tenant, who: Resident) -> int:
    since = datetime.now(UTC) - timedelta(days=1)
    return await session.scalar(
        select(func.count()).where(Ticket.tenant_id == tenant.id, Ticket.resident_id == who.id, Ticket.made > since)
    )


async def tickets_of(session: AsyncSession, tenant: Tenant, who: Resident, limit: int = 10) -> list[Ticket]:
    own = select(Ticket).where(Ticket.tenant_id == tenant.id, Ticket.resident_id == who.id)
    return list(await session.scalars(own.order_by(Ticket.made.desc()).limit(limit)))


async def waiting(session: AsyncSession, tenant: Tenant) -> list[Ticket]:
    return list(await session.scalars(select(Ticket).where(Ticket.tenant_id == tenant.id, Ticket.state == "staff").order_by(Ticket.made)))


async def close(session: AsyncSession, tenant: Tenant, number: int) -> bool:
    own = update(Ticket).where(Ticket.id == number, Ticket.tenant_id == tenant.id, Ticket.closed.is_(None))
    return (await session.execute(own.values(state="closed", closed=datetime.now(UTC)))).rowcount == 1


async def propose(session: AsyncSession, tenant: Tenant, ticket: Ticket, kind: str, what: str, cents: int) -> Proposal:
    proposal = Proposal(tenant_id=tenant.id, ticket_id=ticket.id, kind=kind, what=what[:1000], cents=cents)
    session.add(proposal)
    await session.flush()
    return proposal


async def decide(session: AsyncSession, tenant: Tenant, number: int, who: str, approved: bool) -> Proposal | None:
    """Once, within seven days, by the tenant's own staff."""
    return await session.scalar(
        update(Proposal)
        .where(
            Proposal.id == number,
            Proposal.tenant_id == tenant.id,
            Proposal.approved.is_(None),
            Proposal.made > datetime.now(UTC) - timedelta(days=7),
        )
        .values(approved=approved, decided_by=who)
        .returning(Proposal)
    )


async def note(session: AsyncSession, tenant: Tenant, ticket: Ticket, tool: str, inputs: dict, outcome: str) -> None:
    session.add(Action(tenant_id=tenant.id, ticket_id=ticket.id, tool=tool, inputs=inputs, outcome=outcome[:200]))
    await session.flush()
