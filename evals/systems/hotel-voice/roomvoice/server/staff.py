"""Pages for the staff who label recordings."""

from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from roomvoice.common.intents import INTENTS
from roomvoice.server.identity import staff_only

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
_hasher = PasswordHasher()


async def login(request: Request) -> Response:
    if request.method == "GET":
        return templates.TemplateResponse(request, "login.html")
    form = await request.form()
    person = await request.app.state.services.house.staff(str(form.get("name", "")))
    try:
        if person is None or not _hasher.verify(person["password_hash"], str(form.get("password", ""))):
            raise Argon2Error
    except Argon2Error:
        return templates.TemplateResponse(request, "login.html", {"failed": True}, status_code=401)
    request.session.update(staff=person["name"], hotel=person["hotel"])
    return RedirectResponse("/staff/recordings", 303)


@staff_only
async def recordings(request: Request) -> Response:
    waiting = await request.app.state.services.recordings.unlabelled(request.session["hotel"])
    return templates.TemplateResponse(request, "review.html", {"recordings": waiting, "intents": INTENTS})


@staff_only
async def audio(request: Request) -> Response:
    services = request.app.state.services
    recording = await services.recordings.get(request.path_params["recording"])
    if recording is None:
        return PlainTextResponse("no such recording", 404)
    return Response(await services.bucket.read(recording.object_key), media_type="audio/wav")


@staff_only
async def label(request: Request) -> Response:
    form = await request.form()
    chosen = str(form.get("label", ""))
    if chosen not in INTENTS:
        return PlainTextResponse("no such intent", 422)
    found = await request.app.state.services.recordings.set_label(
        request.path_params["recording"], request.session["hotel"], chosen, "staff", request.session["staff"]
    )
    return RedirectResponse("/staff/recordings", 303) if found else PlainTextResponse("no such recording", 404)


routes = [
    Route("/login", login, methods=["GET", "POST"]),
    Route("/recordings", recordings),
    Route("/recordings/{recording:uuid}/audio", audio),
    Route("/recordings/{recording:uuid}/label", label, methods=["POST"]),
]
