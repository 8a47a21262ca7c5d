"""Admin pages and the score API."""
import functools
import hmac
import os
import smtplib
import subprocess

import joblib
from flask import Flask, abort, jsonify, redirect, render_template, request, session, url_for
from waitress import serve

from . import db, model, settings
from .features import heavy_words, parse

app = Flask(__name__)
app.secret_key = os.environ.get("SPAMWATCH_SECRET", "quell-spam-2019")
app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", MAX_CONTENT_LENGTH=200 * 1024 * 1024)
CONF = settings()


def signed_in(view):
    @functools.wraps(view)
    def wrapped(*args, **kwargs):
        if not session.get("admin"):
            return redirect(url_for("login"))
        return view(*args, **kwargs)
    return wrapped


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        wanted = os.environ["SPAMWATCH_ADMIN_PASSWORD"]
        if hmac.compare_digest(request.form.get("password", ""), wanted):
            session["admin"] = True
            return redirect(url_for("index"))
    return render_template("login.html")


@app.route("/")
@signed_in
def index():
    words = request.args.get("q", "")
    return render_template("index.html", mails=db.search(words), q=words)


@app.route("/mail/<int:number>")
@signed_in
def mail(number):
    row = db.one(number) or abort(404)
    message = parse(row["raw"])
    body = message.get_body(preferencelist=("html", "plain"))
    return render_template(
        "mail.html",
        row=row,
        subject=message.get("subject"),
        body=body.get_content() if body else "",
        words=heavy_words(message, model.get().coef_[0], 12),
    )


@app.route("/mail/<int:number>/release", methods=["POST"])
@signed_in
def release(number):
    row = db.one(number) or abort(404)
    model.learn(parse(row["raw"]), spam=False, times=5)
    front = CONF["front"]
    with smtplib.SMTP(front["next_host"], front["next_port"], timeout=60) as smtp:
        smtp.sendmail(row["sender"], row["rcpt"].split(","), row["raw"])
    return redirect(url_for("index"))


@app.route("/retrain", methods=["POST"])
@signed_in
def retrain():
    subprocess.Popen(["systemctl", "start", "spamwatch-retrain.service"])
    return redirect(url_for("index"))


@app.route("/model", methods=["POST"])
@signed_in
def put_model():
    """A model that was trained elsewhere."""
    given = joblib.load(request.files["model"].stream)
    if not hasattr(given, "partial_fit"):
        abort(400)
    model.save(given)
    return redirect(url_for("index"))


@app.route("/api/score", methods=["POST"])
def api_score():
    """For the webmail plug-in, which shows the score before a member sends a newsletter."""
    message = parse(request.get_data())
    score = model.score(message)
    return jsonify(score=score, refused=score > CONF["limits"]["refuse"], words=heavy_words(message, model.get().coef_[0], 10))


@app.route("/api/stats")
def stats():
    rows = db.search("")
    return jsonify(seen=len(rows), junk=sum(r["verdict"] == "junk" for r in rows))


if __name__ == "__main__":
    serve(app, host=CONF["admin"]["listen"], port=CONF["admin"]["port"])
