"""Names of one thing in several places: how words of names are compared.

Takes names as people and programs write them, gives the words that tell one from another.
"""

from __future__ import annotations

COMMON = frozenset({"the", "and", "get", "post", "put", "api", "app", "main", "in", "of", "a", "to", "for", "by", "model", "models",
"tool", "tools", "agent", "data",
                     "service", "server", "client", "system", "user", "users", "run", "list", "search", "chat", "text", "id", "file",
                     "files", "all", "call", "calls", "new", "is",
                     "command", "commands", "process", "subprocess", "executor", "handler", "manager", "result", "page", "pages",
                     "langchain", "openai", "support", "http", "clients", "write", "read", "send", "message", "code", "python", "sql",
                     "database"})  # fmt: skip


def stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word
