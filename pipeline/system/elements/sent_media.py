"""Media that the sender of a message attached to it, told apart from what outsiders write.

The result of an HTTP request counts as text of the web. A bot that is told the number of a picture or a voice note by the message itself,
and fetches it with its own credential, reads what the sender wrote: whoever speaks in the picture is the caller. Such answers are dropped
from the sources of the web. A file that is listed in a channel, or whose address a page or another answer names, stays one of outsiders;
so does any address that is asked without a credential of the system, unless the chat network itself gave it to the bot for a file's number:
it may be somebody else's page.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.service_replies import asked_with_key
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.words import words_of

_MEDIA = frozenset({"media", "attachment", "attachments", "voice", "audio", "photo", "photos", "image", "images", "video", "document",
                    "sticker", "picture", "recording", "file"})  # fmt: skip
_NAMED = frozenset({"id", "url", "uri", "key", "path", "link"})
_CALLERS = frozenset({"http_route", "webhook", "chat_ui", "websocket", "serverless_function"})
_ANSWERS = frozenset({"external_service", "web_content"})
_READ = frozenset(
    {"web_content", "retrieved_text", "tool_arguments", "model_reply"}
)  # and what a store holds; a service is asked by the number
# Of clients of Telegram, in Python, JavaScript and Go: where a file that came with a message lies.
_FILES_OF_NETWORKS = frozenset({"get_file", "getFile", "getFileLink", "getFileUrl", "get_file_url", "GetFile", "GetFileDirectURL"})
_MOST = 300  # values that are looked at on the way back to the message


def add_sent_media(assembly: Assembly) -> None:
    """Drops what the caller attached from the sources of the web, before data is followed."""
    for node, sources in sorted(assembly.sources.items()):
        kept = [one for one in sources if one.label != "web_content" or assembly.draft(one.element).kind not in _ANSWERS]
        address = _address(assembly, node) if len(kept) < len(sources) else None
        if address is not None and _is_attached(assembly, address):
            assembly.sources[node] = kept


def _address(assembly: Assembly, request: Node) -> Node | None:
    """What is asked: an address with a credential of the system, or the number of a file, whose place a chat network tells the bot."""
    program = assembly.program
    address = argument_node(program, request, "url|0|1")
    if address is None or asked_with_key(assembly, request):
        return address
    for node in walk(address, lambda one: [*program.step_back(one), *inputs_of(program, one)], _MOST):
        value = program.value(node)
        if value.kind == "call" and len(value.inputs) > 1 and program.value((node[0], value.inputs[0])).text in _FILES_OF_NETWORKS:
            return None if program.targets(node) else (node[0], value.inputs[1])
    return None


def _is_attached(assembly: Assembly, address: Node) -> bool:
    """Whether the address was made from the number of a medium that came in with the caller's message, and from nothing read elsewhere."""
    program = assembly.program
    queue, seen, named, brought = [address], set[Node](), False, False
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
