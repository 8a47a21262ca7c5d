"""Models that documents name, and the ones that code asks instead.

Takes statements and the models of an assembly, adds a claim of kind "model" where a document says which model is used, its name stands
nowhere in code and configuration, and every model of that use has another name there, which no document has. A name that is less exact
than the other is the same ("GPT-4" and `gpt-4o`); models that a setting gives, and a choice of many, are held against nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.stated import Statement
from pipeline.system.documents.documents import claim_id, is_built, speaks_of
from pipeline.system.draft import Draft
from pipeline.system.model import Claim, ElementKind

_NAMES = re.compile(
    r"\b(?:gpt[- ]?\d(?:\.\d)?o?(?:[- ](?:mini|nano|turbo|pro)\b)?"
    r"|claude[- ](?:instant|v?\d(?:[.-]\d)?(?:[- ](?:opus|sonnet|haiku))?|(?:opus|sonnet|haiku)(?:[- ]\d(?:[.-]\d)?)?)"
    r"|gemini[- ]\d(?:\.\d)?(?:[- ](?:pro|flash|ultra|nano)(?:-lite)?)?"
    r"|llama[- ]?\d(?:\.\d)?(?:[- :]\d{1,3}b)?|mi[sx]tral[- ](?:large|small|medium|nemo|\d+x?\d*b)|qwen[- ]?\d(?:\.\d)?(?:[- :]\d{1,3}b)?"
    r"|deepseek[- ](?:chat|reasoner|v\d(?:\.\d)?|r1)|command[- ]r(?:\+|-plus)?|text-embedding-(?:3-small|3-large|ada-002|\d{3})"
    r"|all-minilm-l\d+-v2|bge-(?:small|base|large|m3)[\w.-]*|multilingual-e5-(?:small|base|large))",
    re.IGNORECASE,
)
_EMBEDS = re.compile(r"embed|minilm|bge-|-e5-", re.IGNORECASE)
_USED = re.compile(
    r"\b(?:uses?|using|powered by|runs on|based on|built (?:on|with)|calls?|backed by|relies on"
    r"|(?:written|generated|answered|produced|given) (?:by|with))\b"
    r"|^(?:the )?(?:\w+ )?(?:model|llm|language model|embeddings?|embedding model)\W{1,6}",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"\b(?:models?|llm|embeddings?)\b", re.IGNORECASE)
_ANSWERS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm"})
_TOKEN = re.compile(r"[a-z]+|\d+[a-z]*")
_MOST_MODELS = 3  # more are a choice


def add_named_models(assembly: Assembly, documents: Sequence[DocumentFacts], statements: Sequence[Statement]) -> None:
    """A claim for every statement on the model that is used, where code uses another."""
    written: str | None = None
    for statement in statements:
        named = {_tokens(match[0]): match[0] for match in _NAMES.finditer(statement.text)}
        if len(named) != 1 or statement.is_of_a_part or not _says_used(statement):
            continue
        (tokens, name), = named.items()  # fmt: skip
        used = _used(assembly, statement, _EMBEDS.search(name) is not None)
        if not used or any(_same(tokens, _tokens(model)) for _draft, model in used):
            continue
        if assembly.book.stands_anywhere(_pattern(tokens)):
            continue
        if written is None:
            written = "\n".join(passage.text for document in documents for passage in document.passages).lower()
        if any(_pattern(_tokens(model)).search(written) for _draft, model in used):
            continue  # documents have both names: which one is meant is not for us to say
        _add(assembly, statement, used)


def _says_used(statement: Statement) -> bool:
    return _USED.search(statement.text) is not None or (
        statement.told.in_row and any(_COLUMN.search(text) for text in (statement.told.column, *statement.heads[:1]))
    )


def _used(assembly: Assembly, statement: Statement, embeds: bool) -> list[tuple[Draft, str]]:
    """Models of a use with their names; none where one of them is not known or there are many."""
    found: list[tuple[Draft, str]] = []
    if not embeds and _asks_unknown(assembly):
        return []
    for _identity, draft in sorted(assembly.drafts.by_id.items()):
        wanted = draft.kind == "embedding_model" if embeds else draft.kind in _ANSWERS
        if not wanted or draft.attributes.get("stated_by") == "document" or draft.attributes.get("examples_only") is True:
            continue
        model = draft.attributes.get("model")
        if not isinstance(model, str) or draft.attributes.get("may_be"):
            return []
        if is_built(draft) and draft.evidence and speaks_of(statement.path, draft):
            found.append((draft, model.rpartition("/")[2]))
    return found if len({model for _draft, model in found}) <= _MOST_MODELS else []


def _asks_unknown(assembly: Assembly) -> bool:
    """Whether an agent asks a model that was not found: the sentence may speak of that one."""
    asking = {source for source, kind, target in assembly.relations if kind == "uses_model" and assembly.draft(target).kind in _ANSWERS}
    asking |= {source for source, target, _role in assembly.flows if assembly.draft(target).kind in _ANSWERS}
    agents = [(identity, draft) for identity, draft in assembly.drafts.by_id.items() if draft.kind == "agent" and is_built(draft)]
    return any("model" not in draft.attributes and identity not in asking for identity, draft in agents if draft.nodes)


def _tokens(name: str) -> tuple[str, ...]:
    """The parts of a name that tell it: `Claude 3.5 Sonnet` and `claude-3-5-sonnet-20241022` begin with the same."""
    return tuple(_TOKEN.findall(name.lower()))


def _same(said: tuple[str, ...], used: tuple[str, ...]) -> bool:
    """Whether one name is the other, or the other said less exactly."""
    first, second = "".join(said), "".join(used)
    return set(said) <= set(used) or set(used) <= set(said) or first.startswith(second) or second.startswith(first)


def _pattern(tokens: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"[-_. :]?".join(map(re.escape, tokens)), re.IGNORECASE)


def _add(assembly: Assembly, statement: Statement, used: Sequence[tuple[Draft, str]]) -> None:
    evidence = statement.cite(assembly)
    if evidence is None:
        return
    names = ", ".join(dict.fromkeys(model for _draft, model in used))
    assembly.claims.append(
        Claim(
            id=f"{claim_id(evidence, statement.text)}:model", text=statement.text, about=tuple(draft.id for draft, _model in used),
            kept=False, evidence=(evidence,), kind="model", instead=names,
            against=tuple(draft.evidence[0].model_copy(update={"role": "sink"}) for draft, _model in used),
        )
    )  # fmt: skip
