from __future__ import annotations

from datetime import datetime, timedelta

from attrs import define, frozen
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from triage.db.tables import Adjuster, Claim, ClaimScore, Decision, Label, Partner, Photo, ScoreEvent


@define
class _Repository:
    session: Session


class People(_Repository):
    def partner_by_digest(self, digest: str) -> Partner | None:
        return self.session.scalar(select(Partner).where(Partner.key_digest == digest))

    def adjuster(self, email: str) -> Adjuster | None:
        return self.session.scalar(select(Adjuster).where(Adjuster.email == email, Adjuster.active))


class Claims(_Repository):
    def get(self, claim_id: int) -> Claim | None:
        return self.session.get(Claim, claim_id)

    def of_partner(self, claim_id: int, partner: Partner) -> Claim | None:
        column = Claim.broker_id if partner.kind == "broker" else Claim.garage_id
        return self.session.scalar(select(Claim).where(Claim.id == claim_id, column == partner.id))

    def open_ids(self) -> list[int]:
        return list(self.session.scalars(select(Claim.id).where(Claim.status == "open")))

    def queue(self, limit: int) -> list[tuple[Claim, float]]:
        query = (
            select(Claim, ClaimScore.score)
            .join(ClaimScore, ClaimScore.claim_id == Claim.id)
            .where(Claim.status == "referred")
            .order_by(ClaimScore.score.desc())
            .limit(limit)
        )
        return [tuple(row) for row in self.session.execute(query)]

    def close(self, claim: Claim, status: str) -> None:
        claim.status = status
        claim.closed_at = datetime.now()

    def approved_without_decision(self, before: datetime) -> list[int]:
        decided = select(Decision.claim_id)
        query = select(Claim.id).where(
            Claim.status == "approved", Claim.closed_at < before, Claim.id.not_in(decided)
        )
        return list(self.session.scalars(query))


class Scores(_Repository):
    def put(self, claim_id: int, score: float) -> None:
        row = insert(ClaimScore).values(claim_id=claim_id, score=score)
        self.session.execute(
            row.on_conflict_do_update(
                index_elements=[ClaimScore.claim_id], set_={"score": score, "scored_at": func.now()}
            )
        )

    def record(self, event: ScoreEvent) -> None:
        self.session.add(event)


class Decisions(_Repository):
    def add(self, claim_id: int, actor: str, actor_kind: str, outcome: str, note: str) -> None:
        self.session.add(
            Decision(claim_id=claim_id, actor=actor, actor_kind=actor_kind, outcome=outcome, note=note)
        )

    def since(self, moment: datetime) -> list[Decision]:
        return list(
            self.session.scalars(select(Decision).where(Decision.created_at >= moment).order_by(Decision.id))
        )


FRAUD = {"fraud", "staged", "inflated"}
WEIGHTS = {"adjuster": 2.0, "garage": 2.0, "aged": 1.0}


class Labels(_Repository):
    def put(self, claim_id: int, is_fraud: bool, origin: str) -> None:
        self.session.merge(Label(claim_id=claim_id, is_fraud=is_fraud, weight=WEIGHTS[origin], origin=origin))

    def collect(self, decisions: Decisions, claims: Claims, now: datetime, aged_after: int) -> int:
        taken = 0
        for claim_id in claims.approved_without_decision(now - timedelta(days=aged_after)):
            self.put(claim_id, False, "aged")
            taken += 1
        for decision in decisions.since(now - timedelta(days=400)):
            self.put(decision.claim_id, decision.outcome in FRAUD, decision.actor_kind)
            taken += 1
        return taken


class Photos(_Repository):
    def add(self, claim_id: int, key: str) -> Photo:
        photo = Photo(claim_id=claim_id, key=key)
        self.session.add(photo)
        self.session.flush()
        return photo

    def get(self, photo_id: int) -> Photo | None:
        return self.session.get(Photo, photo_id)

    def of_claim(self, claim_id: int) -> list[Photo]:
        return list(self.session.scalars(select(Photo).where(Photo.claim_id == claim_id)))

    def confirmed(self) -> list[Photo]:
        return list(
            self.session.scalars(select(Photo).where(Photo.confirmed_damage.is_not(None)).order_by(Photo.id))
        )


@frozen
class Repositories:
    session: Session
    people: People
    claims: Claims
    scores: Scores
    decisions: Decisions
    labels: Labels
    photos: Photos

    @classmethod
    def of(cls, session: Session) -> Repositories:
        parts = (People, Claims, Scores, Decisions, Labels, Photos)
        return cls(session, *(part(session) for part in parts))
