"""What becomes of a claim once it has a score."""

from __future__ import annotations

import pandas as pd
import requests
import structlog
from attrs import frozen

from triage.db.repositories import Repositories
from triage.db.tables import Claim
from triage.ml.scorer import Scorer
from triage.settings import Settings

log = structlog.get_logger()


@frozen
class Payments:
    url: str
    token: str

    def pay(self, claim: Claim) -> None:
        answer = requests.post(
            f"{self.url}/transfers",
            json={"reference": f"claim-{claim.id}", "iban": claim.iban, "amount": claim.amount},
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"claim-{claim.id}"},
            timeout=20,
        )
        answer.raise_for_status()


@frozen
class Letters:
    url: str

    def declined(self, claim: Claim, reasons: list[str]) -> None:
        letter = {"template": "declined", "claim": claim.id, "to": claim.holder_name, "reasons": reasons}
        requests.post(f"{self.url}/letters", json=letter, timeout=20).raise_for_status()


@frozen
class Settlement:
    settings: Settings
    repos: Repositories
    scorer: Scorer
    payments: Payments
    letters: Letters

    @classmethod
    def of(cls, settings: Settings, repos: Repositories, scorer: Scorer) -> Settlement:
        payments = Payments(settings.payments_url, settings.payments_token)
        return cls(settings, repos, scorer, payments, Letters(settings.letters_url))

    def apply(self, claim: Claim, score: float, row: pd.DataFrame) -> str:
        if claim.status != "open":
            return claim.status
        if score >= self.settings.decline_above:
            self.letters.declined(claim, self.scorer.reasons(row))
            self.repos.claims.close(claim, "declined")
        elif score <= self.settings.fast_track_below and self._small_and_shown(claim):
            self.payments.pay(claim)
            self.repos.claims.close(claim, "approved")
        else:
            claim.status = "referred"
        log.info("settlement", claim=claim.id, status=claim.status)
        return claim.status

    def _small_and_shown(self, claim: Claim) -> bool:
        """A small claim whose pictures show a damage of about that cost."""
        if claim.amount > self.settings.fast_track_limit:
            return False
        estimates = [photo.estimate for photo in self.repos.photos.of_claim(claim.id) if photo.estimate]
        return bool(estimates) and max(estimates) >= 0.8 * claim.amount
