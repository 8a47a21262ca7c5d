import logging

from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

from grader import signin
from grader.db import Base, engine
from grader.routes import campus, students, teachers
from grader.settings import settings

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")

Base.metadata.create_all(engine)
app = FastAPI(title="Korrekt", docs_url=None, redoc_url=None, openapi_url=None)
app.add_middleware(SessionMiddleware, secret_key=settings().session_key, https_only=True, same_site="lax", max_age=8 * 3600)
app.include_router(signin.router)
app.include_router(students.router)
app.include_router(teachers.router)
app.include_router(campus.router)


@app.get("/health")
def health() -> dict:
    return {"ok": True}
