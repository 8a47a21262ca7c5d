"""What stands inside strings of the code, and in files it loads: prompts and hard-coded secrets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from ingest.code.program import Node
from ingest.default_passwords import PASSWORD_NAME
from ingest.facts import CodeFacts, StoredText, Value
from ingest.public_hosts import opens_at_a_cloud
from ingest.secret_marks import mark_of
from ingest.secrets import find_secrets, is_public_identifier, mask_literals_of, opens_only_here, says_development
from ingest.source import Place
from ingest.told_secrets import told_secrets
from pipeline.system.assembly import Assembly
from pipeline.system.model import CREDENTIAL, AttributeValue, Evidence
from pipeline.system.program.arguments import entry_of
from pipeline.system.prompts.crew_files import texts_of_crews
from pipeline.system.prompts.prompt_files import PromptFiles
from pipeline.system.prompts.prompt_loaders import loaded_by, loader_calls
from pipeline.system.rules.words import load_words

_CODE_LINE = re.compile(
    r"^[ \t]*(?:(?:>>> |\.\.\. )?(?:from [\w.]+ import |import \w|(?:const|let|var) \w|await \w"
    r"|\w+ = (?:await )?(?:new )?[\w.]+\()|curl |```)",
    re.MULTILINE,
)
_FIRST_WORDS = re.compile(r"[a-z']+(?: [a-z']+)?")  # of what was found: the value comes later
_ITSELF = re.compile(
    r"^[^.\n]*\b(?:reveal|disclose|divulge|tell|share|show|repeat|mention|print|output|discuss|keep)\b[^.]{0,60}"
    r"\b(?:instructions?|prompts?|rules|guidelines|(?:this|above|these) (?:content|message|text|context))\b"
)
_WORTH_HIDING = re.compile(
    r"\d ?(?:%|percent|usd|eur|dollars?|euros?)|[$\u20ac\u00a3] ?\d"
    r"|\b(?:discounts?|margins?|coupons?|salar(?:y|ies)|budgets?|overrides?|passwords?)\b"
    r"|\b(?:access|unlock|promo|voucher|master) codes?\b|\binternal(?:ly)?:|\binternal (?:polic|pric|limit|threshold|host|url)"
    r"|\b(?:our|the) (?:customers?|clients?) (?:is|are|called|named)\b|[\w.-]+@[\w-]+\.\w|\.(?:internal|corp|intra)\b|\b10\.\d+\.\d+\.\d+"
)
_OBJECT = 80  # characters after an order in which its object stands
_READ = 200_000  # characters of one text
_THIS_HOST = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1", re.IGNORECASE)
_SHORTEST = 20  # characters: less is a word, not a prompt
_SHORTEST_SECRET, _SHORTEST_PASSWORD = 12, 8  # people choose passwords, and short ones
_READS = re.compile(
    r"(?:^|\.)(?:open|joinpath|readFile(?:Sync)?|ReadFile|readString|get_template|ReadAllText(?:Async)?)$|[Pp]rompt|[Tt]emplate"
)
_PROMPT_ROLES = frozenset({"system_prompt", "instructions"})


_BY_CHANCE = re.compile(r"(?=.{0,200}\d)(?=.{0,200}[A-Za-z])[\w+/=.~-]{16,200}")
_ASSIGNS = re.compile(r"(?:^|\s)(?:var |val |let |const |String |string )?([A-Za-z_]\w{0,60})\s{0,8}(?::=|=)\s{0,8}[\"'`]([\w+/=.~-]{1,8})")


def add_prompts_and_secrets(assembly: Assembly, files: PromptFiles) -> None:
    """Prompt elements behind system-prompt arguments and in files that are loaded, and one element per hard-coded secret."""
    _secrets(assembly, _prompts(assembly, files))
    known = _prompts_from_files(assembly, files) | _prompts_of_crews(assembly, files)
    _other_prompt_files(assembly, files, known)


def _prompts(assembly: Assembly, files: PromptFiles) -> set[Node]:
    found: dict[Node, str] = {}  # texts in the code, each with its element
    program = assembly.program
    for call, sinks in sorted(assembly.sinks.items()):
        value = program.value(call)
        for sink in sinks:
            given = (call[0], value.inputs[sink.argument])
            for key in sink.key.split(".") if sink.key else ():
                given = entry_of(program, given, key) or given
            if sink.role in _PROMPT_ROLES:
                texts = _texts(assembly, given, files)
            elif sink.role == "conversation":
                texts = _system_messages(assembly, given, files)
            else:
                continue
            for node, text in texts:
                if len(text) < _SHORTEST:
                    continue
                if node not in found:
                    found[node] = _prompt(assembly, node, text)
                assembly.relate(sink.element, "has_prompt", found[node], without_spoken(assembly.cite(call), told_secrets(text)))
    return set(found)


def _prompt(assembly: Assembly, node: Node, text: str) -> str:
    cited = without_spoken(assembly.cite(node), told_secrets(text))
    purpose, symbol = assembly.purpose(node[0]), assembly.symbol(node)
    identity = assembly.drafts.put("prompt", _name(assembly, node), None, said_of_prompt(text, "system"), cited, node, purpose, symbol)
    _cite_credentials(assembly, identity, node, text)
    return with_hash(assembly, identity, text)


def _cite_credentials(assembly: Assembly, identity: str, node: Node, text: str) -> None:
    """The lines of a long text that a credential stands on: the first lines of it, which are quoted else, show none."""
    held = {*told_secrets(text), *(text[span.start : span.end] for span in find_secrets(text))}
    place = assembly.place(node)
    lines = assembly.book.lines_of(place.path).get(place.page, ()) if held else ()
    for number, line in enumerate(lines[place.start_line - 1 : place.end_line], place.start_line):
        if any(value in line for value in held):
            there = assembly.cite_place(replace(place, start_line=number, end_line=number), note=CREDENTIAL)
            assembly.draft(identity).show(without_spoken(there, held))


def with_hash(assembly: Assembly, identity: str, text: str) -> str:
    """The prompt, with the hash of one more of its texts: it tells whether the words changed without giving them away."""
    draft = assembly.draft(identity)
    known = draft.attributes.get("hashes")
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
    draft.attributes["hashes"] = tuple(dict.fromkeys((*(known if isinstance(known, tuple) else ()), digest)))[:20]
    return identity


def said_of_prompt(text: str, kind: str) -> dict[str, AttributeValue]:
    """What a prompt's words tell of it; never the words."""
    attributes: dict[str, AttributeValue] = {"text_kind": kind}
    phrase = _confidential(text)
    if phrase is not None:
        attributes["confidential"] = phrase
    if told_secrets(text) or find_secrets(text):
        attributes["holds_secret"] = True
    return attributes


def _prompts_from_files(assembly: Assembly, files: PromptFiles) -> set[Place]:
    """A prompt element per text of a file that code loads and gives to a model, in whichever part; gives their places."""
    known: set[Place] = set()
    for call, sinks in sorted(assembly.sinks.items()):
        value = assembly.program.value(call)
        for sink in sinks:
            kind = "system" if sink.role in _PROMPT_ROLES else "user"
            given = (call[0], value.inputs[sink.argument])
            for key in sink.key.split(".") if sink.key else ():
                given = entry_of(assembly.program, given, key) or given
            if sink.role == "conversation":
                loaded = [(found, role) for node, role in _messages(assembly, given) for found in _loaded(assembly, node, files)]
            elif sink.role in (*_PROMPT_ROLES, "prompt"):
                loaded = [(found, kind) for found in _loaded(assembly, given, files)]
            else:
                continue
            for (node, stored), part in loaded:
                if part == "user" and not files.is_for_prompts(stored):
                    continue  # a document that is summarised, or an input that is tried out
                known.add(stored.place)
                assembly.relate(sink.element, "has_prompt", _prompt_file(assembly, node, stored, part), assembly.cite(node))
    return known


def _prompts_of_crews(assembly: Assembly, files: PromptFiles) -> set[Place]:
    """A prompt element per text of a file that describes agents and tasks of a crew, where an agent or a task of the code is made of it."""
    known: set[Place] = set()
    for call, stored, part in texts_of_crews(assembly, files):
        known.add(stored.place)
        assembly.relate(assembly.element_of_call[call], "has_prompt", _prompt_file(assembly, call, stored, part), assembly.cite(call))
    return known


def _prompt_file(assembly: Assembly, node: Node, stored: StoredText, part: str) -> str:
    cited = without_spoken(assembly.cite_place(stored.place), told_secrets(stored.text))
    name = f"{stored.place.path}#{stored.key}" if stored.key else stored.place.path
    said, purpose, symbol = said_of_prompt(stored.text, part), assembly.purpose(node[0]), assembly.symbol(node)
    return with_hash(assembly, assembly.drafts.put("prompt", name, None, said, cited, None, purpose, symbol), stored.text)


def _other_prompt_files(assembly: Assembly, files: PromptFiles, known: set[Place]) -> None:
    """Files that say by their place that they hold prompts, and are read by code whose way to a model is not followed to its end."""
    program = assembly.program
    for file, facts in enumerate(program.files if files else ()):
        if facts.purpose not in ("product", "example"):
            continue
        for identity, value in enumerate(facts.values):
            callee = facts.values[value.inputs[0]].text if value.kind == "call" else ""
            if value.kind != "call" or not _READS.search(callee):
                continue
            node = (file, identity)
            for stored in (*files.all_read_by(program, node, ""), *loaded_by(program, node, files, "")):
                if stored.place not in known and len(stored.text) >= _SHORTEST and files.is_for_prompts(stored):
                    known.add(stored.place)
                    _prompt_file(assembly, node, stored, "unknown")


def _messages(assembly: Assembly, given: Node) -> list[tuple[Node, str]]:
    """The contents of a conversation's messages that are written down in the code, each with its part."""
    program = assembly.program
    found: list[tuple[Node, str]] = []
    queue, looked_at, seen = [given], 0, set[Node]()
    while queue and looked_at < 80:
        looked_at += 1
        for origin in program.origins(queue.pop(0)):
            if origin in seen:
                continue
            seen.add(origin)
            value = program.value(origin)
            if value.kind == "collection" and value.text == "dictionary" and "role" in value.labels and "content" in value.labels:
                role = program.constant((origin[0], value.inputs[value.labels.index("role")]))
                content = (origin[0], value.inputs[value.labels.index("content")])
                found.append((content, "system" if role in ("system", "developer") else "user"))
            elif value.kind in ("collection", "update", "operation"):
                queue += [(origin[0], part) for part in value.inputs]
            elif value.kind == "call":
                called = {name.rsplit(".", 1)[-1] for name in program.names((origin[0], value.inputs[0]))}
                if called & {"SystemMessage", "HumanMessage"}:
                    part = "system" if "SystemMessage" in called else "user"
                    found += [((origin[0], content), part) for content in value.inputs[1:2]]
    return found


def _loaded(assembly: Assembly, given: Node, files: PromptFiles) -> list[tuple[Node, StoredText]]:
    """Texts of files that a prompt is made of: where each is read, and what stands there."""
    program = assembly.program
    found: dict[tuple[str, str], tuple[Node, StoredText]] = {}
    queue, seen = [(given, "")], set[tuple[Node, str]]()
    while queue and len(seen) < 80:
        current, key = queue.pop(0)
        by_name = [(call, stored) for call in loader_calls(program, current) for stored in loaded_by(program, call, files, key)]
        for call, stored in by_name:
            if len(stored.text) >= _SHORTEST:
                found.setdefault((stored.place.path, stored.key), (call, stored))
        for origin in program.origins(current):
            if (origin, key) in seen:
                continue
            seen.add((origin, key))
            value: Value = program.value(origin)
            read = files.all_read_by(program, origin, key)
            for stored in read:
                if len(stored.text) >= _SHORTEST:
                    found.setdefault((stored.place.path, stored.key), (origin, stored))
            if read:
                continue
            inner = [(origin[0], part) for part in value.inputs]
            if value.kind in ("format", "operation", "choice"):
                queue += [(node, key) for node in inner[:8]]
            elif value.kind == "call" and value.inputs:
                queue += [(node, key) for node in inner[: 1 if _fills(program.value(inner[0])) else 3]]
            elif value.kind == "index" and inner:
                queue.append((inner[0], f"{value.text}.{key}" if key and value.text else value.text))
            elif value.kind in ("attribute", "await", "element_of", "update") and inner:
                queue.append((inner[0], key))
    return list(found.values())


def _fills(callee: Value) -> bool:
    """Whether a method puts values into the text it is called on: those values are no text of the prompt's author."""
    return callee.kind == "attribute" and callee.text in ("format", "render", "render_async", "substitute", "replace")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load_words().confidential)


def _confidential(text: str) -> str | None:
    """The first kind of words by which a prompt says that it holds what must stay inside; never the value itself."""
    lowered = text[:_READ].lower()
    found = next((match for pattern in _patterns() if (match := pattern.search(lowered)) and not _hides_only_rules(lowered, match)), None)
    said = _FIRST_WORDS.match(found.group()) if found is not None else None
    return said[0] if said is not None else None


def _hides_only_rules(lowered: str, order: re.Match[str]) -> bool:
    """Whether an order is to keep the instructions themselves back, and these hold no figure, code, address or name of a customer."""
    itself = _ITSELF.search(lowered[order.start() : order.end() + _OBJECT])
    return itself is not None and _WORTH_HIDING.search(lowered) is None


def without_spoken(evidence: Evidence | None, values: Collection[str]) -> Evidence | None:
    """The evidence with values masked that no detector of formats knows."""
    if evidence is None or not values:
        return evidence
    quote = evidence.quote
    for value in sorted(values, key=len, reverse=True):
        quote = quote.replace(value, "****")
    return evidence.model_copy(update={"quote": quote})


def _name(assembly: Assembly, node: Node) -> str:
    facts = assembly.program.files[node[0]]
    for name, values in sorted(facts.variables.items()):
        if node[1] in values:
            return f"{facts.module}.{name}"
    return f"prompt in {assembly.symbol(node)}"


def _texts(assembly: Assembly, given: Node, files: PromptFiles) -> list[tuple[Node, str]]:
    """Constant texts a prompt argument is made of, through formatting and templates; the path of a file that is loaded is none."""
    program = assembly.program
    found: list[tuple[Node, str]] = []
    queue, seen = [given], 0
    while queue and seen < 60:
        current = queue.pop(0)
        seen += 1
        for origin in program.origins(current):
            value: Value = program.value(origin)
            if value.kind == "constant" and value.constant_type == "string":
                found.append((origin, value.text))
            elif files.read_by(program, origin, None) is not None:
                continue
            elif value.kind in ("format", "operation"):
                parts = [program.value((origin[0], part)) for part in value.inputs]
                joined = "".join(part.text for part in parts if part.kind == "constant")
                if len(joined) >= _SHORTEST:
                    found.append((origin, joined))
                queue += [
                    (origin[0], part) for part, inner in zip(value.inputs, parts, strict=True) if inner.kind not in ("constant", "unknown")
                ][:4]
            elif value.kind == "call":
                queue += [(origin[0], part) for part in value.inputs[:3]]
            elif value.kind == "attribute":
                queue.append((origin[0], value.inputs[0]))
    return list(dict.fromkeys(found))


def _system_messages(assembly: Assembly, given: Node, files: PromptFiles) -> list[tuple[Node, str]]:
    contents = [content for content, part in _messages(assembly, given) if part == "system"]
    return [text for content in contents for text in _texts(assembly, content, files)]


def _secrets(assembly: Assembly, prompts: set[Node]) -> None:
    held: dict[str, str] = {}
    for file, facts in enumerate(assembly.program.files):
        named = {value: name for name, values in facts.variables.items() for value in values}
        named.update({default: name for cls in facts.classes for name, _annotation, default, _line in cls.fields if default is not None})
        for identity, value in enumerate(facts.values):
            if value.kind != "constant" or value.constant_type != "string" or len(value.text) < _SHORTEST_PASSWORD:
                continue
            assigned = named.get(identity) or _keyword(facts.values, identity) or _local_name(assembly, (file, identity), value.text)
            if len(value.text) < _SHORTEST_SECRET and not PASSWORD_NAME.search(assigned):
                continue
            text = f'{assigned} = "{value.text}"' if assigned and "\n" not in value.text and len(value.text) < 200 else value.text
            spans = find_secrets(text)
            by_name = all(span.detector == "Secret Keyword" for span in spans)  # nothing but a name tells of them
            if not spans or (by_name and (is_public_identifier(assigned, value.text) or _is_sample_code(value.text))):
                continue
            if by_name and _is_docstring(facts, value.text):
                continue  # a body of a request, as somebody may send it
            node = (file, identity)
            cited = assembly.cite(node)
            if cited is not None:  # the name may stand on another line, or the value in pieces: nothing of it is shown
                cited = cited.model_copy(update={"quote": mask_literals_of(cited.quote, value.text)})
            where = "prompt" if node in prompts else "notebook" if facts.cells else "code"
            name = held.setdefault(value.text, f"{assigned or spans[0].detector} in {facts.path}")  # one to revoke, in all its places
            said: dict[str, AttributeValue] = {"where": where, "detector": spans[0].detector}
            said |= {"local": True} if opens_only_here(value.text) or _is_beside_this_host(facts.values, identity) else {}
            said |= {"for_development": True} if says_development(value.text) else {}
            said |= {"at_a_cloud": True} if opens_at_a_cloud(value.text) else {}
            identified = assembly.drafts.put("secret", name, None, said, cited, node, facts.purpose)
            if (mark := mark_of(value.text)) is not None and identified not in (known := assembly.memo.marked_secrets.setdefault(mark, [])):
                known.append(identified)


def _local_name(assembly: Assembly, node: Node, text: str) -> str:
    """The variable of a function that a text is given to, read off its line: `secret := "..."`. Only of what looks made by chance."""
    if len(text) < _SHORTEST_SECRET or not _BY_CHANCE.fullmatch(text):
        return ""
    cited = assembly.cite(node)
    found = _ASSIGNS.search(cited.quote) if cited is not None else None
    return found[1] if found is not None and text.startswith(found[2]) else ""


def _is_beside_this_host(values: tuple[Value, ...], identity: int) -> bool:
    """Whether a password is given together with an address of this machine: `connect(host="localhost", password="...")`."""
    for later in values[identity + 1 : identity + 12]:
        if identity in later.inputs and len(later.labels) == len(later.inputs):
            given = dict(zip(later.labels, later.inputs, strict=True))
            hosts = [values[given[name]] for name in ("host", "hostname", "server", "address") if name in given]
            return any(host.kind == "constant" and _THIS_HOST.fullmatch(host.text) for host in hosts)
    return False


def _is_docstring(facts: CodeFacts, text: str) -> bool:
    return "\n" in text and any(_squeezed(function.docstring) == _squeezed(text) for function in facts.functions if function.docstring)


def _squeezed(text: str) -> str:
    """A text without its white space, which readers of docstrings put in order."""
    return "".join(text[:_READ].split())


def _is_sample_code(text: str) -> bool:
    """Whether a text of several lines shows how something is called: code in a docstring, or in an example of an API's description."""
    return "\n" in text and _CODE_LINE.search(text[:_READ]) is not None


def _keyword(values: tuple[Value, ...], identity: int) -> str:
    """The keyword or key a constant is given for, looked up among the next few values."""
    for later in values[identity + 1 : identity + 12]:
        if identity in later.inputs and later.labels:
            return later.labels[later.inputs.index(identity)]
    return ""
