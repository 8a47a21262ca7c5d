"""An application that its own code puts on loopback: isolated where nothing else starts it for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import controls_on, only, scan_of

_APP = """
    import uvicorn
    from fastapi import FastAPI
    from openai import OpenAI

    app, client = FastAPI(), OpenAI()

    @app.post("/chat")
    def chat(question: str) -> str:
        return client.responses.create(model="m", input=question).output_text

    if __name__ == "__main__":
        uvicorn.run(app, host="localhost", port=8000)
    """
_EXPOSED = 'FROM python:3.13-slim\nCOPY . .\nEXPOSE 8000\nENTRYPOINT ["bash", "./start.sh"]\n'
_HIDDEN = _EXPOSED.replace("EXPOSE 8000\n", "")
_OTHER = 'FROM python:3.13-slim\nCOPY . .\nEXPOSE 8501\nCMD ["streamlit", "run", "page.py"]\n'


@pytest.mark.parametrize(
    ("files", "isolated"),
    [
        ({}, True),
        ({"backend/Dockerfile": _HIDDEN}, True),
        ({"backend/Dockerfile": _EXPOSED}, False),
        ({"frontend/Dockerfile": _EXPOSED}, True),
        ({"backend/Dockerfile": _OTHER}, True),
        ({"backend/scripts/start.sh": "set -e\nuvicorn server.main:app --host 0.0.0.0 --port 8000\n"}, False),
        ({"backend/scripts/start.sh": "set -e\nuvicorn server.main:app --host 127.0.0.1 --reload\n"}, True),
        ({"backend/Makefile": "dev:\n\tuvicorn server.main:app --reload\n"}, True),
        ({"backend/Makefile": "prod:\n\tgunicorn -b :8000 server.main:app\n"}, False),
        ({"Procfile": "web: gunicorn server.main:app\n"}, False),
    ],
)
def test_the_run_of_a_developer_isolates_only_where_nothing_else_starts_the_application(
    tmp_path: Path, files: dict[str, str], isolated: bool
) -> None:
    system = scan_of(tmp_path, {"backend/server/main.py": _APP, **files}).system
    assert ("network_isolation" in controls_on(system, only(system, "http_route").id)) is isolated
