"""What a tool does that asks for nobody's approval: notes it adds, fixed lines it prints, files it converts, old rows it clears, answers.

Takes an assembly whose flows are known, functions and calls of a tool; says of single calls whether they change anything that is there,
and of a tool whether the model that calls it is only asked inside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.tool_parts import calls_of
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.command_words import Word, command_words, program_name, wrapped
from pipeline.system.program.route_groups import receiver_of
from pipeline.system.rules.words import load_words, mentions, words_of

# Methods of drivers and mappers that put a new record beside those that are there.
_ADDS = frozenset({
    "create", "createmany", "create_many", "createmanyandreturn", "bulk_create", "bulkcreate", "insert", "insert_one", "insertone",
    "insert_many", "insertmany", "insert_all", "insertoneasync", "insertmanyasync", "add", "add_all", "addasync", "addrange",
    "addrangeasync", "adddoc", "createinbatches",
})  # fmt: skip
_NEW_DOCUMENT = frozenset({"document", "doc"})  # of Firestore: without a name it is one that nobody has
# What a name begins with that only keeps something, however the thing is called: `save_coupon`, `record_transaction`.
_KEEPS = frozenset({"save", "store", "record", "log", "note", "remember", "keep", "memorize", "memorise", "extract", "capture", "track"})
# Things and deeds that are real by the record that says so: an order that stands in the table is sent out.
_DEALS = frozenset({
    "order", "orders", "book", "booking", "bookings", "reserve", "reservation", "reservations", "appointment", "appointments", "schedule",
    "buy", "sell", "trade", "purchase", "checkout", "pay", "payment", "payments", "transfer", "refund", "refunds", "charge", "invoice",
    "subscribe", "subscription", "register", "enroll", "enrol", "publish", "submit", "approve", "reject", "grant", "assign", "discount",
    "discounts", "coupon", "voucher", "credit", "user", "users", "account", "accounts", "admin", "permission", "role", "rule", "rules",
    "policy", "job", "jobs", "cron", "trigger", "webhook", "deploy", "enable", "disable", "hire", "prescribe", "prescription",
    "issue", "claim", "escalate", "dispatch", "ship", "shipment", "confirm",
})  # fmt: skip
_LOGS = frozenset({"log", "logs", "audit", "audits", "activity", "activities", "activitylog", "activitylogs", "auditlog", "auditlogs"})
_PRINTS = frozenset({
    "echo", "printf", "date", "pwd", "ls", "dir", "whoami", "hostname", "uname", "uptime", "cat", "head", "tail", "wc", "df", "du", "free",
    "ps", "which", "type", "true", "id", "nproc", "lscpu", "nvidia-smi", "ver",
})  # fmt: skip
# Programs that make one file of another, or tell of one.
_CONVERTS = frozenset({
    "ffmpeg", "ffprobe", "avconv", "sox", "lame", "opusenc", "opusdec", "convert", "magick", "identify", "exiftool", "tesseract", "pandoc",
    "pdftotext", "pdftoppm", "pdfinfo", "libreoffice", "soffice", "wkhtmltopdf", "dot", "espeak", "espeak-ng", "piper", "mediainfo",
})  # fmt: skip
_CLEARS = frozenset({"trim", "prune", "evict", "expire", "cleanup", "vacuum", "rotate", "compact", "gc", "sweep"})
_STALE = frozenset({"old", "older", "expired", "stale", "outdated"})
_FIRST_WORD = re.compile(r"\s*([\w./\\-]+)(?P<rest>[^;&|`$<>\n]*)\Z")


def adds_a_record(assembly: Assembly, call: Node, element: str) -> bool:
    """Whether a write puts a new record into a store of the program, or a note into the memory of the process."""
    draft = assembly.draft(element)
    if draft.kind == "memory":
        return _in_process(assembly, element)
    if draft.kind != "data_store":
        return False
    method = callee_text(assembly, call).lower()
    return method in _ADDS or (method == "set" and _is_new_document(assembly, call))


def _in_process(assembly: Assembly, element: str) -> bool:
    made = [node for node in assembly.draft(element).nodes[:2] if assembly.program.value(node).kind == "call"]
    names = [name for node in made for name in assembly.program.callee_names(node)]
    return mentions(names, ("in_memory", "ephemeral")) is not None


def _is_new_document(assembly: Assembly, call: Node) -> bool:
    """`collection("receipts").document().set(...)`: the document has no name that somebody could have given another."""
    program = assembly.program
    made = [origin for origin in program.origins(receiver_of(program, call)) if program.value(origin).kind == "call"]
    return bool(made) and all(len(program.value(one).inputs) == 1 and callee_text(assembly, one) in _NEW_DOCUMENT for one in made)


def is_a_deal(*names: str) -> bool:
    """Whether one of the names says that more is done than something noted: `create_order`, but not `save_bill`."""
    for name in names:
        words = words_of(name)
        if words and words[0] not in _KEEPS and not _DEALS.isdisjoint(words):
            return True
    return False


def only_logs(assembly: Assembly, identity: str, reached: Collection[FunctionRef], adds: Collection[Node]) -> bool:
    """Whether all that a tool changes is an entry of a log: nothing else that it calls is named for a change."""
    program, words = assembly.program, load_words()
    said = {*words.posts, *(verb for verbs in words.effects.values() for verb in verbs)} - {"log", "record", "make", "do", "new"}
    stores = {sink.element for call in adds for sink in assembly.sinks.get(call, ())}
    if not adds or not all(_is_a_log(assembly.draft(store).name) for store in stores):
        return False
    for function in reached:
        for call in calls_of(assembly, function, identity):
            if call in adds or any(target.function in reached for target in program.targets(call)):
                continue
            if not said.isdisjoint(words_of(callee_text(assembly, call))):
                return False
            if any(sink.role in ("deletion", "payment", "message", "shell", "code") for sink in assembly.sinks.get(call, ())):
                return False
    return True


def _is_a_log(name: str) -> bool:
    return not _LOGS.isdisjoint(words_of(name.partition(" (")[0]))


def only_prints(assembly: Assembly, reference: FunctionRef, identity: str, reached: Collection[FunctionRef]) -> bool:
    """Whether each command that a tool starts is one fixed line that tells something: `echo`, `tail -20 app.log`.

    The line stands in the tool's own function, which hands it to a command or to a function that starts one.
    """
    program = assembly.program
    starts = [
        call for function in reached for call in calls_of(assembly, function, identity)
        if any(sink.role in ("shell", "process_arguments", "code") for sink in assembly.sinks.get(call, ()))
    ]  # fmt: skip
    through = [
        call
        for call in calls_of(assembly, reference, identity)
        if call in starts or any(_starts(assembly, target.function, starts) for target in program.targets(call))
    ]
    return bool(starts) and bool(through) and all(_is_given_a_line(assembly, call) for call in through)


def _starts(assembly: Assembly, function: FunctionRef, starts: Collection[Node]) -> bool:
    return any(call in starts for inner in assembly.reach(function) for call in assembly.calls_in(inner))


def _is_given_a_line(assembly: Assembly, call: Node) -> bool:
    return any(_tells(assembly, (call[0], given)) for given in assembly.program.value(call).inputs[1:])


def _tells(assembly: Assembly, given: Node) -> bool:
    """Whether a value is a fixed line that begins with a program that prints; the holes of a text may hold values of the program."""
    program = assembly.program
    value = program.value(given)
    text = program.constant(given) if value.kind != "format" else None
    if value.kind == "format" and value.inputs:
        parts = [program.constant((given[0], part)) for part in value.inputs]
        text = "x".join(part if isinstance(part, str) else "" for part in parts) if isinstance(parts[0], str) else None
    found = _FIRST_WORD.match(text) if isinstance(text, str) else None
    return found is not None and program_name(found[1]) in _PRINTS


def converts(assembly: Assembly, call: Node) -> bool:
    """Whether a command starts a program that makes one file of another, whatever file that is."""
    program = assembly.program
    value = program.value(call)
    known: dict[tuple[Node, int], list[Word]] = {}
    words = [word for given in value.inputs[1:] for word in command_words(program, (call[0], given), known)]
    at = wrapped(words)
    return at < len(words) and program_name(words[at]) in _CONVERTS


def clears_old(assembly: Assembly, reference: FunctionRef, function: FunctionRef) -> bool:
    """Whether a function that a tool reaches is named for keeping a store small: `trim_old`, `prune_sessions`."""
    words = set(words_of(assembly.program.function(function).name))
    return function != reference and (not _CLEARS.isdisjoint(words) or not _STALE.isdisjoint(words))


def asks_itself(assembly: Assembly, identity: str, reached: Collection[FunctionRef]) -> bool:
    """Whether all that may call a tool are asked by the tool itself: it is the turn of the conversation, and no deed of the model."""
    owners = [source for (source, kind, target) in sorted(assembly.relations) if kind == "has_tool" and target == identity]
    inside = {
        assembly.element_of_call.get(call) for function in reached for call in assembly.calls_in(function)
    }  # fmt: skip
    models = [owner for owner in owners if assembly.draft(owner).kind in ("agent", "hosted_llm", "local_llm")]
    return bool(models) and all(owner in inside and _asked_only_in(assembly, owner, reached) for owner in models)


def _asked_only_in(assembly: Assembly, model: str, reached: Collection[FunctionRef]) -> bool:
    nodes = [node for node, element in assembly.element_of_call.items() if element == model]
    return all((node[0], assembly.program.value(node).scope) in reached for node in nodes)
