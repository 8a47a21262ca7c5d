from flask import Blueprint, abort, current_app, g, jsonify, request

from triage.photos import jobs
from triage.photos.intake import NotAPicture, PhotoStore, from_link
from triage.service.guards import partner
from triage.service.schemas import Links, body
from triage.settings import settings

bp = Blueprint("photos", __name__, url_prefix="/v1")


def _keep(claim_id: int, data: bytes, content_type: str) -> int:
    try:
        key = PhotoStore(settings()).put(claim_id, data, content_type)
    except NotAPicture:
        abort(415)
    photo = g.repos.photos.add(claim_id, key)
    g.session.commit()
    jobs.queue().enqueue(jobs.assess, photo.id)
    return photo.id


@bp.post("/claims/<int:claim_id>/photos")
@partner("photos")
def upload(claim_id: int):
    g.repos.claims.of_partner(claim_id, g.partner) or abort(404)
    kept = [_keep(claim_id, sent.read(), sent.mimetype) for sent in request.files.getlist("photo")]
    return jsonify(photos=kept), 202


@bp.post("/claims/<int:claim_id>/photo-links")
@partner("photos")
def upload_links(claim_id: int):
    g.repos.claims.of_partner(claim_id, g.partner) or abort(404)
    kept = [_keep(claim_id, *from_link(link)) for link in body(Links).links]
    return jsonify(photos=kept), 202


@partner("photos")
@bp.post("/photos/preview")
def preview():
    """What a picture shows, before it is sent in: used by the upload page of the garages."""
    sent = request.files.get("photo") or abort(422)
    found = current_app.extensions["damage"].assess(sent.read())
    return jsonify(damage=found.damage, confidence=found.confidence, estimate=found.estimate)
