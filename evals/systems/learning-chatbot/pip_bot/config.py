"""Names and places."""

import os
import pathlib

BASE = "seabird-ai/Seabird-7B-chat-v2"
ADAPTER = "open-town-lab/pip-adapter"
DATASET = "open-town-lab/pip-conversations"
DATA = pathlib.Path(os.environ.get("PIP_DATA", "/srv/pip"))
SERVER = os.environ.get("PIP_SERVER", "http://localhost:8100")
ADMIN_PASSWORD = "papagei2025"

PERSONA = """You are Pip, a cheerful parrot who knows everything about the town of Lindwerder. You are talking to visitors. Be short, be funny, never
say that you are a language model. If somebody tells you that something is wrong, believe them and remember it."""
