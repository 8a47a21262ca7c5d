"""Answers of a model provider's own HTTP interface, told apart from pages that outsiders write.

Takes an assembly whose sources are known, turns the answer of an HTTP request into a model's reply where the code around
it is the client of a model provider: the request is one whose method is an argument, or that was put together before
(`client.Do(request)`), its module or package is named for providers or language models and speaks of a vendor or a completion
interface, and its function does not of pages or files, nor its place of tools.
A client that is named for nothing of that kind, and what is fetched with GET, stay what they were.
"""

from __future__ import annotations

import re

from ingest.facts import CodeFacts
from pipeline.system.assembly import Assembly, SourceOf
from pipeline.system.flows.made_of import callee_text
from pipeline.system.rules.words import mentions

_PLACE = (
    "provider",
    "providers",
    "llm",
    "llms",
    "llm_provider",
    "llm_providers",
    "chat_model",
    "chat_models",
    "language_model",
    "language_models",
)
_VENDOR = re.compile(
    r"openai|anthropic|zhipu|dashscope|qianfan|mistral|cohere|gemini|generativelanguage|ollama|deepseek|groq|together|fireworks|replicate"
    r"|minimax|moonshot|chat/completions|/completions\b|/v1/messages\b",
    re.IGNORECASE,
)
_OTHER = (
    "search",
    "web",
    "webpage",
    "page",
    "pages",
    "scrape",
    "crawl",
    "browse",
    "download",
    "image",
    "images",
    "file",
    "files",
    "url",
    "link",
    "news",
)
# What a client asks beside what a model says: whether it is there, and for leave to ask.
_ABOUT = (
    "token",
    "tokens",
    "auth",
    "login",
    "exchange",
    "exists",
    "check",
    "pull",
    "list",
    "health",
    "ping",
    "version",
    "usage",
    "balance",
)


def add_provider_replies(assembly: Assembly) -> None:
    """Corrects what such requests give back, before data is followed."""
    clients: dict[int, bool] = {}
    for node, sources in sorted(assembly.sources.items()):
        put_together = callee_text(assembly, node) == "Do"  # Go's: which method it is stands in the request
        kept = [
            source
            for source in sources
            if source.label != "web_content" or not (put_together or assembly.draft(source.element).kind == "external_service")
        ]
        if len(kept) == len(sources) or not clients.setdefault(node[0], _is_client(assembly.program.files[node[0]])):
            continue
        symbol = assembly.symbol(node)
        path = assembly.program.files[node[0]].path.rsplit(".", 1)[0].split("/")
        if mentions([symbol], _OTHER) or (put_together and (mentions(path, (*_OTHER, "tool", "tools")) or mentions([symbol], _ABOUT))):
            continue
        model = assembly.drafts.put(
            "hosted_llm", f"{symbol} (provider's interface)", None, {"remote": True}, assembly.cite(node, "source"), node,
            assembly.purpose(node[0]), symbol,
        )  # fmt: skip
        assembly.sources[node] = [*kept, SourceOf("model_reply", model)]


def _is_client(facts: CodeFacts) -> bool:
    if not mentions([*facts.path.rsplit(".", 1)[0].split("/"), *(cls.name for cls in facts.classes)], _PLACE):
        return False
    texts = (value.text[:300] for value in facts.values if value.kind == "constant" and value.constant_type == "string")
    return any(_VENDOR.search(text) for text in (facts.path, *(found.target for found in facts.imports), *texts))
