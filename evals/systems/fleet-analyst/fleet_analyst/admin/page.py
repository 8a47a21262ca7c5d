"""Upload documents for the analyst. `python -m fleet_analyst.admin.page`"""

import hmac
import logging
import shutil
from pathlib import Path

import gradio as gr

from fleet_analyst import db, log
from fleet_analyst.knowledge import load, store
from fleet_analyst.settings import get_settings

log.setup()
logger = logging.getLogger("fleet_analyst.admin")
HEADERS = ["document", "depot", "uploaded by"]


def check_login(name: str, password: str) -> bool:
    settings = get_settings()
    return hmac.compare_digest(name, settings.admin_user) and hmac.compare_digest(password, settings.admin_password)


def depots() -> list[str]:
    return [store.EVERYBODY, *(row["depot"] for row in db.rows("select distinct depot from vehicles order by depot"))]


def keep(upload: str) -> Path:
    """Moves an upload out of Gradio's temporary folder, under its own name."""
    name = Path(upload).name
    if Path(name).suffix.lower() not in load.READERS:
        raise gr.Error(f"{name}: this kind of file cannot be read.")
    folder = get_settings().uploads_dir
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(upload, folder / name))


def upload_all(uploads: list[str] | None, depot: str, request: gr.Request) -> tuple[str, list[list[str]]]:
    if not uploads or not depot:
        raise gr.Error("Choose files and a depot.")
    lines = []
    for upload in uploads:
        path = keep(upload)
        count = store.add(path.name, depot, request.username or "?", load.chunks(path))
        logger.info("indexed chunks=%d by=%s", count, request.username)
        lines.append(f"{path.name}: {count} passages")
    return "\n".join(lines), table()


def remove(source: str, request: gr.Request) -> list[list[str]]:
    store.remove(source)
    logger.info("removed a document by=%s", request.username)
    return table()


def table() -> list[list[str]]:
    return [list(row) for row in store.listing()]


def build() -> gr.Blocks:
    with gr.Blocks(title="Fleet analyst: documents") as page:
        gr.Markdown("## Documents of the fleet analyst")
        with gr.Row():
            files = gr.File(label="Files", file_count="multiple", file_types=sorted(load.READERS), type="filepath")
            depot = gr.Dropdown(choices=depots(), label="For which depot")
        send = gr.Button("Upload", variant="primary")
        told = gr.Textbox(label="What happened", interactive=False)
        documents = gr.Dataframe(headers=HEADERS, value=table, interactive=False)
        with gr.Row():
            source = gr.Textbox(label="Document to remove")
            drop = gr.Button("Remove")
        send.click(upload_all, [files, depot], [told, documents])
        drop.click(remove, [source], [documents])
    return page


if __name__ == "__main__":
    build().launch(server_name="0.0.0.0", server_port=7860, auth=check_login, max_file_size="20mb")
