"""Media that the sender of a message attached to it, told apart from what outsiders write.

The result of an HTTP request counts as text of the web. A bot that is told the number of a picture or a voice note by the message itself,
and fetches it with its own credential, reads what the sender wrote: whoever speaks in the picture is the caller. Such answers are dropped
from the sources of the web. A file that is listed in a channel, or whose address a page or another answer names, stays one of outsiders;
so does any address that is asked without a credential of the system, for it may be somebody else's page.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.service_replies import asked_with_key
from pipeline.system.program.arguments import argument_node
from pipeline.system.rules.words import words_of

_MEDIA = frozenset({"media", "attachment", "attachments", "voice", "audio", "photo", "photos", "image", "images", "video", "document",
                    "sticker", "picture", "recording", "file"})  # fmt: skip
_NAMED = frozenset({"id", "url", "uri", "key", "path", "link"})
_CALLERS = frozenset({"http_route", "webhook", "chat_ui", "websocket", "serverless_function"})
_ANSWERS = frozenset({"external_service", "web_content"})
_READ = frozenset(
    {"web_content", "retrieved_text", "tool_arguments", "model_reply"}
)  # and what a store holds; a service is asked by the number
_MOST = 300  # values that are looked at on the way back to the message


def add_sent_media(assembly: Assembly) -> None:
    """Drops what the caller attached from the sources of the web, before data is followed."""
    for node, sources in sorted(assembly.sources.items()):
        kept = [one for one in sources if one.label != "web_content" or assembly.draft(one.element).kind not in _ANSWERS]
        if len(kept) < len(sources) and asked_with_key(assembly, node) and _is_attached(assembly, node):
            assembly.sources[node] = kept


def _is_attached(assembly: Assembly, request: Node) -> bool:
    """Whether the address was made from the number of a medium that came in with the caller's message, and from nothing read elsewhere."""
    program = assembly.program
    address = argument_node(program, request, "url|0|1")
    queue, seen, named, brought = [address] if address is not None else [], set[Node](), False, False
    while queue and len(seen) < _MOST:
        node = queue.pop(0)
        if node in seen:
            continue
        seen.add(node)
        sources = assembly.sources.get(node, ())
        labels = {source.label for source in sources}
        if any(one.label in _READ or (one.label == "stored_data" and assembly.draft(one.element).kind not in _ANSWERS) for one in sources):
            return False
        value = program.value(node)
        named = named or _names_media(assembly, node)
        if "user_input" in labels or (value.kind == "parameter" and _is_callers(assembly, node)):
            brought = True
            continue
        queue += program.step_back(node)
        queue += [(node[0], given) for given in (value.inputs[:1] if value.kind in ("guarded", "attribute", "index") else value.inputs)]
    return named and brought


def _names_media(assembly: Assembly, node: Node) -> bool:
    """`media_id`, `message.image.id`, `voice["file_path"]`."""
    value = assembly.program.value(node)
    if value.kind not in ("name", "parameter", "attribute", "index"):
        return False
    words = words_of(value.text)
    if words[-1:] and words[-1] in _NAMED:
        held = words_of(assembly.program.value((node[0], value.inputs[0])).text) if value.inputs and len(words) == 1 else words[:-1]
        return not _MEDIA.isdisjoint(held)
    return False


def _is_callers(assembly: Assembly, parameter: Node) -> bool:
    found = assembly.program.parameter_of(parameter)
    identity = assembly.entry_of_function.get(found[0]) if found is not None else None
    return identity is not None and assembly.draft(identity).kind in _CALLERS
