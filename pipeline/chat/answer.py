"""One question about one scan, without a conversation around it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.chat.conversation import Conversation
from pipeline.chat.model import Answer
from pipeline.chat.passages import Search
from pipeline.findings.comparing import Change
from pipeline.findings.model import Scan
from pipeline.threats.catalog import Catalog


def answer(
    question: str, scan: Scan, catalog: Catalog | None = None, *, earlier: Sequence[Change] | None = None, search: Search | None = None
) -> Answer:
    """What the scan says to a question, every statement cited."""
    return Conversation(scan, catalog, earlier=earlier, search=search).ask(question)
