"""Client of the payment service."""

import httpx

from support_assistant.config import get_settings


class PaymentsClient:
    def __init__(self) -> None:
        settings = get_settings()
        self.http = httpx.Client(
            base_url=settings.payments_url,
            headers={"Authorization": f"Bearer {settings.payments_api_key}"},
            timeout=15,
        )

    def refund(self, payment_reference: str, amount: float, reason: str) -> str:
        response = self.http.post(
            "/refunds",
            json={"payment": payment_reference, "amount": round(amount, 2), "currency": "EUR", "note": reason},
        )
        response.raise_for_status()
        return response.json()["receipt"]
