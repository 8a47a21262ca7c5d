"""What the adjusters' desk calls."""

from flask import Blueprint, Response, abort, g, jsonify, render_template, request

from triage.photos.damage import CLASSES
from triage.photos.intake import PhotoStore
from triage.service.guards import adjuster, traced
from triage.service.schemas import DeskDecision, body
from triage.settings import settings

bp = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")


@bp.get("/queue")
@adjuster
def queue():
    limit = min(request.args.get("limit", 50, type=int), 200)
    return render_template("queue.html", rows=g.repos.claims.queue(limit), who=g.adjuster.email)


@bp.get("/photos/<int:photo_id>")
@adjuster
def picture(photo_id: int):
    photo = g.repos.photos.get(photo_id) or abort(404)
    return Response(PhotoStore(settings()).get(photo.key), mimetype="image/jpeg")


@bp.post("/claims/<int:claim_id>/decision")
@adjuster
@traced
def decide(claim_id: int):
    claim = g.repos.claims.get(claim_id) or abort(404)
    decision = body(DeskDecision)
    for photo in g.repos.photos.of_claim(claim_id):
        seen = decision.damage.get(str(photo.id))
        if seen in CLASSES:
            photo.confirmed_damage = seen
    g.repos.decisions.add(claim_id, g.adjuster.email, "adjuster", decision.outcome, decision.note)
    g.repos.claims.close(claim, "approved" if decision.outcome == "genuine" else "declined")
    return jsonify(claim=claim_id, status=claim.status)
