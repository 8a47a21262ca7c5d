"""Text of what students hand in."""
import io

from docx import Document
from fastapi import HTTPException, UploadFile
from pypdf import PdfReader

MAX_BYTES = 5 * 1024 * 1024


async def essay_of(upload: UploadFile, max_chars: int) -> str:
    content = await upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise HTTPException(413, "at most 5 MB")
    kind = (upload.filename or "").rpartition(".")[2].lower()
    try:
        if kind == "docx":
            text = "\n".join(p.text for p in Document(io.BytesIO(content)).paragraphs)
        elif kind == "pdf":
            text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages[:40])
        elif kind == "txt":
            text = content.decode("utf-8")
        else:
            raise HTTPException(415, "docx, pdf or txt")
    except (ValueError, KeyError, OSError):
        raise HTTPException(422, "the file cannot be read") from None
    if not 200 <= len(text) <= max_chars:
        raise HTTPException(422, f"between 200 and {max_chars} characters")
    return text
