"""What brokers and garages call."""

from flask import Blueprint, abort, current_app, g, jsonify

from triage.db.tables import ScoreEvent
from triage.features.frame import CATEGORICAL, NUMERIC, for_claims
from triage.service.app import limiter
from triage.service.guards import partner, traced
from triage.service.schemas import Outcome, ScoreRequest, WhatIf, body
from triage.settings import settings
from triage.settlement import Settlement

bp = Blueprint("partners", __name__, url_prefix="/v1")


def _own_claim(claim_id: int):
    return g.repos.claims.of_partner(claim_id, g.partner) or abort(404)


def _with(row, facts: dict):
    """The row of a claim, with newer facts than the warehouse of last night has."""
    known = {name: value for name, value in facts.items() if name in NUMERIC + CATEGORICAL}
    return row.assign(**known)


@bp.post("/claims/<int:claim_id>/score")
@partner("score")
@limiter.limit("30/minute")
@traced
def score(claim_id: int):
    claim = _own_claim(claim_id)
    scorer = current_app.extensions["scorer"]
    row = _with(for_claims(g.session, [claim_id]), body(ScoreRequest).facts)
    value = scorer.scores(row)[0]
    g.repos.scores.put(claim_id, value)
    status = Settlement.of(settings(), g.repos, scorer).apply(claim, value, row)
    g.repos.scores.record(
        ScoreEvent(
            claim_id=claim_id,
            partner_id=g.partner.id,
            model_run=scorer.run_id,
            score=value,
            action=status,
            features=row.drop(columns=["narrative", "opened_at"]).iloc[0].map(str).to_dict(),
        )
    )
    return jsonify(claim=claim_id, status=status)


@bp.post("/claims/<int:claim_id>/what-if")
@partner("score")
def what_if(claim_id: int):
    _own_claim(claim_id)
    scorer = current_app.extensions["scorer"]
    base = for_claims(g.session, [claim_id])
    answers = []
    for facts in body(WhatIf).variants:
        row = _with(base, facts)
        answers.append({"score": scorer.scores(row)[0], "weights": scorer.contributions(row)[0]})
    return jsonify(answers)


@bp.get("/claims/<int:claim_id>")
@partner("claims")
def summary(claim_id: int):
    claim = g.repos.claims.get(claim_id) or abort(404)
    return jsonify(
        claim=claim.id,
        holder=claim.holder_name,
        narrative=claim.narrative,
        amount=claim.amount,
        status=claim.status,
        photos=[photo.damage for photo in g.repos.photos.of_claim(claim_id)],
    )


@bp.post("/claims/<int:claim_id>/outcome")
@partner("outcome")
@traced
def outcome(claim_id: int):
    """What the garage found when it had the car on the ramp."""
    _own_claim(claim_id)
    seen = body(Outcome)
    g.repos.decisions.add(claim_id, g.partner.name, "garage", seen.outcome, seen.note)
    return "", 204
