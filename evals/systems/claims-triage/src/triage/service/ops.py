from flask import Blueprint, current_app, jsonify, request

from triage.service.guards import internal_only

bp = Blueprint("ops", __name__, url_prefix="/ops")


@bp.get("/healthz")
def healthz():
    return "ok"


@bp.post("/model")
@internal_only
def change_model():
    """Take the champion again, or another model to try it on live traffic."""
    wanted = (request.get_json(silent=True) or {}).get("model_uri")
    return jsonify(run=current_app.extensions["scorer"].swap(wanted))
