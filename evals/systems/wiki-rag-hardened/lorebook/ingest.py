"""Pages of the wiki into the vector store: by webhook, or all of a tenant from the command line."""

import hashlib
import hmac
import logging
import subprocess
import sys
import tempfile
import time
from typing import Any, Literal

from bs4 import BeautifulSoup
from fastapi import APIRouter, BackgroundTasks, HTTPException, Request
from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pydantic import BaseModel, Field

from . import pagewright
from .settings import settings
from .store import content_id, wiki

log = logging.getLogger("lorebook.ingest")
router = APIRouter()
splitter = RecursiveCharacterTextSplitter(chunk_size=900, chunk_overlap=120)
MAX_EVENT = 64_000
MAX_PIECES = 400
ID = r"^[A-Za-z0-9-]{1,64}$"


class Event(BaseModel):
    type: Literal["page.saved", "page.removed", "page.restricted"]
    tenant: str = Field(pattern=ID)
    page_id: str = Field(pattern=ID)


def signed(request: Request, body: bytes) -> bool:
    stamp = request.headers.get("x-pagewright-timestamp", "")
    given = request.headers.get("x-pagewright-signature", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    key = settings.pagewright_hook_secret.get_secret_value().encode()
    expected = hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(given, expected)


@router.post("/hooks/pagewright", status_code=202)
async def hook(request: Request, tasks: BackgroundTasks) -> dict[str, str]:
    if int(request.headers.get("content-length") or MAX_EVENT + 1) > MAX_EVENT:
        raise HTTPException(413)
    body = await request.body()
    if not signed(request, body):
        raise HTTPException(401)
    event = Event.model_validate_json(body)
    tasks.add_task(refresh, event.tenant, event.page_id)
    return {"status": "ok"}


def refresh(tenant: str, page_id: str) -> None:
    """The event only says which page to look at; what it holds and who may see it is asked of the wiki."""
    page = pagewright.page(tenant, page_id)
    forget(tenant, page_id)
    if page is None or page.get("restrictions"):
        log.info("%s %s left the index", tenant, page_id)
        return
    log.info("%s %s: %d pieces", tenant, page_id, index_page(tenant, page))


def forget(tenant: str, page_id: str) -> None:
    wiki.delete(where={"$and": [{"tenant": tenant}, {"page": page_id}]})


def page_text(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup(["script", "style"]):
        tag.decompose()
    return soup.get_text("\n", strip=True)


def attachment_text(attachment: dict[str, Any]) -> str:
    try:
        data = pagewright.download(attachment["url"])
    except pagewright.Refused as reason:
        log.warning("attachment %s: %s", attachment.get("id"), reason)
        return ""
    if attachment["media_type"] == "application/pdf":
        with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
            f.write(data)
            f.flush()
            try:
                done = subprocess.run(
                    ["pdftotext", "-layout", "-l", "60", f.name, "-"], capture_output=True, check=False, timeout=20
                )
            except subprocess.TimeoutExpired:
                return ""
        return done.stdout.decode("utf-8", "replace")
    if attachment["media_type"].startswith("text/"):
        return data.decode("utf-8", "replace")
    return ""


def index_page(tenant: str, page: dict[str, Any]) -> int:
    texts = [page_text(page["body"])]
    for attachment in page.get("attachments", [])[:20]:
        texts.append(attachment_text(attachment))
    documents = []
    for piece in splitter.split_text("\n\n".join(t for t in texts if t))[:MAX_PIECES]:
        documents.append(
            Document(
                page_content=piece,
                metadata={
                    "tenant": tenant,
                    "page": page["id"],
                    "title": page["title"],
                    "url": page["url"],
                    "author": page.get("author", ""),
                    "version": page["version"],
                },
            )
        )
    ids = [content_id(tenant, page["id"], n) for n in range(len(documents))]
    if documents:
        wiki.add_documents(documents, ids=ids)
    return len(documents)


def resync(tenant: str) -> None:
    wiki.delete(where={"tenant": tenant})
    total = sum(index_page(tenant, page) for page in pagewright.pages(tenant) if not page.get("restrictions"))
    print(f"{tenant}: {total} pieces")


if __name__ == "__main__":
    resync(sys.argv[1])
