import httpx

from deskloft.settings import settings
from deskloft.tables import Tenant, Ticket


async def send(tenant: Tenant, to: str, ticket: Ticket, text: str) -> None:
    async with httpx.AsyncClient(timeout=20) as http:
        answer = await http.post(
            settings().mail_api,
            headers={"Authorization": f"Bearer {settings().mail_key.get_secret_value()}"},
            json={"from": tenant.mail, "to": to, "subject": f"[{ticket.id}] {ticket.subject}", "text": text},
        )
        answer.raise_for_status()
