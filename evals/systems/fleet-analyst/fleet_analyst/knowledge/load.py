"""Files into chunks of text."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pypdf import PdfReader

splitter = RecursiveCharacterTextSplitter(chunk_size=1_200, chunk_overlap=150)


def _pdf(path: Path) -> str:
    return "\n\n".join(page.extract_text() or "" for page in PdfReader(path).pages)


def _plain(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def _table(reader: Callable[[Path], pd.DataFrame]) -> Callable[[Path], str]:
    def read(path: Path) -> str:
        table = reader(path)
        return "\n".join("; ".join(f"{name}: {value}" for name, value in row.items()) for _, row in table.iterrows())

    return read


READERS: dict[str, Callable[[Path], str]] = {
    ".pdf": _pdf,
    ".md": _plain,
    ".txt": _plain,
    ".csv": _table(pd.read_csv),
    ".xlsx": _table(pd.read_excel),
    ".pkl": _table(pd.read_pickle),
}


def chunks(path: Path) -> list[str]:
    return splitter.split_text(READERS[path.suffix.lower()](path))
