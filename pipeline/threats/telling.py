"""Which of several ways a finding tells of first.

Takes ways of flows, gives what to sort them by: what an outsider writes most directly comes first, and of lines that are
logged those that name what was said. Judged from names and from the quoted lines where a way begins and ends, so it decides
about the headline and about nothing else.
"""

from __future__ import annotations

import re

from ingest.purpose import measures
from pipeline.system.model import Flow
from pipeline.system.rules.words import words_of

_FIRST = ("web_content", "user_input", "uploaded_file", "user_feedback")
# What is taken of an outsider's thing where only its label comes back, and what is taken where its text does.
_LABEL_OF = re.compile(r"\.(key|id|number|iid|uuid|sha|status_code|html_url|permalink)\b")
_LABELS = ("id", "ids", "key", "keys", "status", "token", "url", "urls", "count", "version", "size")
_TEXT_OF = re.compile(
    r"\b(text|body|content|contents|description|comments?|summary|title|snippet|page|html|markdown|message|transcript)\b", re.IGNORECASE
)

# Words of a program for what is said, outside of its constant texts, where placeholders stay.
_SAID = re.compile(
    r"(?i)(?<![a-z])(prompt|question|query|queries|messages?|answer|reply|response|resp|content|topic|task|text|chat|input|body)(?![a-z])"
)
# Words of the names of tables.
_OF_PEOPLE = frozenset({
    "message", "messages", "chat", "chats", "conversation", "conversations", "history", "turn", "turns", "document", "documents", "chunk",
    "chunks", "memory", "memories", "mail", "mails", "email", "emails", "note", "notes", "ticket", "tickets", "patient", "patients",
    "customer", "customers", "transaction", "transactions", "resume", "resumes", "upload", "uploads", "transcript", "transcripts",
    "attachment", "attachments", "answer", "answers", "appointment", "appointments", "complaint", "complaints",
})  # fmt: skip
_SET_UP = frozenset({
    "config", "configs", "configuration", "configurations", "capability", "capabilities", "setting", "settings", "rule", "rules", "pattern",
    "patterns", "category", "categories", "product", "products", "catalog", "catalogue", "template", "templates", "cron", "plan", "plans",
    "role", "roles", "permission", "permissions", "credential", "credentials", "schema",
})  # fmt: skip
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # `userPrompt` speaks of a prompt
_QUOTED = re.compile(r"(?<=[\"'`}])[^\"'`{}$]*(?=[\"'`{$])|%[a-z]")
_HANDS_ON = re.compile(
    r"(?i)(?:write_?|print_?|add_?)?(?:log|logger|logging)?_?(?:debug|info|warn|warning|error|trace|verbose|log|message|event)?"
)
_ON_TROUBLE = re.compile(
    r"(?i)(?:\b|log_?)(?:error|warn|warning|exception|fatal)[fw]?\("
    r".*\b(?:invalid|failed|failure|unable|unknown|unexpected|unsupported|malformed|cannot|error|not found|missing)\b"
)
_DEBUGGING = re.compile(r"(?i)(?:\b\w*\.|\blog_?)(?:log)?(?:debug|trace|verbose)(?:f|w|ln|kv|s|ctx|context)?\(")


# Of what is done with a file that is chosen: only looked for, or a folder made for it; and what leaves something else there than before.
_LOOKED_FOR = re.compile(
    r"(?i)\b(?:exists|is_?file|is_?dir|list_?dir|read_?dir|scandir|iterdir|r?glob|walk|stat|mkdir_?(?:all|s)?|make_?dirs|create_?director(?:y|ies)"
    r"|get_?(?:files|size|mtime)|ensure_?dir|existsSync|readdirSync|mkdirSync|statSync)\("
)
_CHANGED = re.compile(
    r"(?i)\b(?:write\w*|remove\w*|unlink\w*|rm\w*|delete\w*|rename\w*|replace|move\w*|copy\w*|save\w*|extract\w*|create(?:writestream|file)?"
    r"|open_?file|transfer_?to|store_?file|writefile\w*|writeall\w*|append\w*|to_\w+|dump)\(|[\"']\w?[wax]b?\+?[\"']"
)


def telling(way: tuple[Flow, ...]) -> tuple[bool, tuple[int, int, int], int, int, bool, int, int, int]:
    """What to sort ways by: the first one is told.

    Ways of the program before ways of what measures it, then those that change a file before those that read or look for one, then ways
    that begin with outsiders' data first, then those that bring its text, then those of records that people made, then the shortest.
    """
    rank = min((_FIRST.index(label) for label in way[0].carries if label in _FIRST), default=len(_FIRST))
    # An address that is chosen is no text, and a picture is one to few readers.
    label = _brings_a_label(way[0]) or way[-1].role == "url" or any("base64" in step.quote for flow in way for step in flow.steps)
    steps = sum(len(flow.steps) for flow in way)
    return is_measured(way), how_telling(way), does_little(way), rank, label, is_of_nobody(way), len(way), steps


def is_of_nobody(way: tuple[Flow, ...]) -> int:
    """Of kept records: 0 where their table is named for what people say and hand in, 2 for what a program is set up with, 1 for others."""
    if not way or "stored_data" not in way[0].carries:
        return 0
    words = set(words_of(way[0].source.partition(":")[2].partition(" (")[0]))
    return 0 if words & _OF_PEOPLE else 2 if words & _SET_UP else 1


def how_telling(way: tuple[Flow, ...]) -> tuple[int, int, int]:
    """What to sort lines of a log by: those that are surely written, for debugging, about trouble; then those that name what was said,
    whole texts before parts.
    """
    little, prints = says_little(way), way[-1].prints if way else 0
    return 2 if little == 4 else 1 if little in (2, 3) or prints == 2 else 0, little, prints


def is_measured(way: tuple[Flow, ...]) -> bool:
    """Whether a way passes code that measures the program: whoever mends it looks at the program first."""
    return any(measures(step.path) for flow in way for step in flow.steps)


def does_little(way: tuple[Flow, ...]) -> int:
    """Of a file that is chosen: 0 where it is changed, 1 where it is read, 2 where it is only looked for or a folder made."""
    if not way or way[-1].role not in ("path", "deletion") or not way[-1].steps:
        return 0
    done = way[-1].steps[-1].quote
    if way[-1].role == "deletion":
        return 0
    return 2 if _LOOKED_FOR.search(done) else 0 if _CHANGED.search(done) else 1


def says_little(way: tuple[Flow, ...]) -> int:
    """Of a line of a log: 0 where it names what was said, 1 where it may, 2 and 3 likewise for debugging, 4 where it tells of trouble."""
    if not way or way[-1].role != "log" or not way[-1].steps:
        return 0
    line, written = _logged_at(way[-1])
    if _ON_TROUBLE.search(line):
        return 4
    said = 0 if _SAID.search(_HUMP.sub("_", _QUOTED.sub("", line))) else 1
    return 2 + said if _DEBUGGING.search(written) else said


def _logged_at(flow: Flow) -> tuple[str, str]:
    """The line that says what is logged, and all that says how: of a function that only hands on to a log, the line that calls it."""
    last = flow.steps[-1]
    before = next((step for step in reversed(flow.steps[:-1]) if step.path != last.path), None)
    name = flow.target.partition(":")[2].partition(" (")[0].rpartition(".")[2]
    if before is None or not _HANDS_ON.fullmatch(name):
        return last.quote, last.quote
    return before.quote, f"{name}({before.quote}"


def _brings_a_label(flow: Flow) -> bool:
    """Whether a way begins in code named for a key or number, or its first lines take one and nothing that is named for a text."""
    is_address = flow.source.startswith(("http_route:", "websocket:", "webhook:"))  # `/chat/:botId` ends in what is asked about
    if not is_address and words_of(flow.source.split(" (")[0])[-1:] in ([word] for word in _LABELS):
        return True
    begun = [step.quote for step in flow.steps[:2]]
    return any(_LABEL_OF.search(quote) for quote in begun) and not any(_TEXT_OF.search(quote) for quote in begun)
