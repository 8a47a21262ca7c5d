"""Tools of agents as documents tell them: in a list behind a colon, in a table of tools, at the arrows that leave an agent.

Takes sentences and what stands at arrows, gives elements for tools with their effects, and for arguments that say who somebody is.
A tool is what an agent does to something: its name begins with a verb (`issue_refund`, "cancel order", `book(patient_no, slot)`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.documents.position import cell_place
from ingest.facts import DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.documents.denials import SaidOfControl, mark_denied
from pipeline.system.documents.prose_names import key_of
from pipeline.system.documents.spoken_of import SpokenOf
from pipeline.system.documents.statements import base_of, effect_of
from pipeline.system.documents.told import Row, Told, describes, is_asked_for, rows_of
from pipeline.system.model import AttributeValue, ElementKind, Evidence, Flow
from pipeline.system.rules.promises import is_wished, modality_of
from pipeline.system.rules.words import load_words, mentions, words_of

_LISTED = re.compile(
    r"\b(?:tools?|(?:its|his|their|has|of|these|following|\w+) (?:actions|functions|skills|operations))\b[^:.;]{0,40}:\s*(.{3,300})$",
    re.IGNORECASE,
)
_CALL = re.compile(r"^([A-Za-z_][\w.]{1,50})\(([^()]{0,200})\)$")
_NAME = re.compile(r"[A-Za-z][\w /-]{1,58}")
_TOOLS = frozenset({"tool", "tools", "function", "functions", "action", "actions"})
_IDENTITY = re.compile(
    r"^(?:user|customer|patient|account|tenant|employee|member|client|citizen|student|guest|person|owner)_(?:id|no|nr|number|name|email)$"
)
_AGREES = frozenset({"agree", "agrees", "approval", "approves", "approved", "approver", "confirm", "confirms", "confirmation", "consent"})
_NOBODY = re.compile(
    r"\W*(?:nobody|no one|none|no|never|not (?:needed|required|asked)|automatic(?:ally)?|-|\u2013|\u2014)(?![\w-])", re.IGNORECASE
)
_SOMEBODY = re.compile(r"^(?!\W*(?:see|tbd|unclear|depends|open)\b).*[a-z]{3}", re.IGNORECASE)
_CANNOT = frozenset({"no", "none", "not", "never", "without"})


@dataclass(frozen=True, slots=True)
class ToolName:
    """A tool as it is written, with what it does."""

    name: str
    arguments: tuple[str, ...]
    effect: str | None

    @property
    def identity(self) -> str | None:
        """The argument that says who somebody is."""
        plain = [re.sub(r"\W.*$", "", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", argument.strip())).lower() for argument in self.arguments]
        return next((name for name in plain if _IDENTITY.match(name) or mentions([name], load_words().identity_parameter) == name), None)


def tool_named(text: str, done_to: str = "") -> ToolName | None:
    """The tool that a few words name, if they begin with what is done; `done_to` is what it is done to where they do not say."""
    bare = text.strip().strip("`*_\"' .")
    call = _CALL.match(bare)
    name, arguments = (call[1], tuple(filter(None, map(str.strip, call[2].split(","))))) if call else (bare, ())
    words = words_of(name.rpartition(".")[2])
    verb = base_of(words[0]) if words else ""
    if not verb or _NAME.fullmatch(name.replace(".", " ")) is None or _CANNOT & set(words) or len(words) > 6:
        return None
    return ToolName(name, arguments, effect_of(verb, " ".join(words[1:]) or done_to))


def tools_in(label: str, done_to: str) -> list[ToolName]:
    """The tools that the label of an arrow names: "book, move, cancel", `issue_refund(order_id)`."""
    parts = re.split(r"\s*[;/\n]\s*|\s*,\s*(?![^()]*\))|\s+and\s+|\s+or\s+", label)
    return [
        tool for tool in (tool_named(part, done_to) for part in parts) if tool is not None and (tool.effect is not None or tool.arguments)
    ]


def add_tools(assembly: Assembly, told: Sequence[Told], documents: Sequence[DocumentFacts]) -> None:
    """Tools of lists and tables, for the agents that are said to have them."""
    spoken = SpokenOf(assembly)
    agents: frozenset[ElementKind] = frozenset({"agent"})
    for each in told:
        listed = _LISTED.search(each.sentence)
        if listed is None or each.passage.hidden or modality_of(each.sentence) in ("todo", "must_not", "does_not") or is_asked_for(each):
            continue
        owners = spoken.about(each, agents) or _only_agent(assembly)
        evidence = assembly.cite_place(cell_place(each.passage, each.sentence), "claim") if owners else None
        if evidence is not None:
            for part in re.split(r",\s*(?![^()]*\))|\s+and\s+", listed[1].strip(" .")):
                tool = tool_named(part)
                if tool is not None:
                    put_tool(assembly, owners[0], tool, evidence)
    for document in documents:
        if describes(document):
            _from_tables(assembly, document)


def _only_agent(assembly: Assembly) -> list[str]:
    agents = [draft.id for _, draft in sorted(assembly.drafts.by_id.items()) if draft.kind == "agent"]
    return agents if len(agents) == 1 else []


def _from_tables(assembly: Assembly, document: DocumentFacts) -> None:
    for row in rows_of(document.passages):
        if not row.columns or not _TOOLS & set(words_of(row.columns[0])):
            continue
        owners = _only_agent(assembly)
        named = [tool_named(part) for part in re.split(r",\s*(?![^()]*\))", row.cells[0])]
        tools = [tool for tool in named if tool is not None] or list(filter(None, [_by_description(row.cells)]))
        evidence = assembly.cite_place(row.passage.place, "claim") if owners and tools else None
        for tool in tools if evidence is not None else ():
            assert evidence is not None
            effect = tool.effect or next((effect for cell in row.cells[1:] if (effect := _effect_told(cell)) is not None), None)
            made = put_tool(assembly, owners[0], replace(tool, effect=effect), evidence)
            _agreed(assembly, made, row, evidence)


def _effect_told(cell: str) -> str | None:
    """What a description says is done: "posts or mails a letter to the member"."""
    words = cell.split()
    for at, word in enumerate(words[:12]):
        verb = base_of(word.strip(",;()"))
        effect = effect_of(verb, " ".join(words[at + 1 : at + 9])) if verb else None
        if effect is not None:
            return effect
    return None


def _agreed(assembly: Assembly, tool: str, row: Row, evidence: Evidence) -> None:
    """What a column about agreement says: a person or a role has to agree, or nobody."""
    for column, cell in zip(row.columns[1:], row.cells[1:], strict=False):
        if not _AGREES & set(words_of(column)):
            continue
        if _NOBODY.match(cell):
            mark_denied(assembly, [SaidOfControl("human_approval", f"{column}: {cell}", evidence, (tool,))])
        elif _SOMEBODY.search(cell) and modality_of(cell) not in ("todo", "does_not") and not is_wished(cell, row.passage.section):
            assembly.control("human_approval", tool, evidence, "promised in a document")


def _by_description(cells: Sequence[str]) -> ToolName | None:
    """A tool whose name says nothing, by the verb with which its description begins."""
    for cell in cells[1:]:
        words = cell.split()
        verb = base_of(words[0]) if words else ""
        if verb and _NAME.fullmatch(cells[0].strip("`")):
            return ToolName(cells[0].strip("`"), (), effect_of(verb, " ".join(words[1:8])))
    return None


def put_tool(assembly: Assembly, agent: str, tool: ToolName, evidence: Evidence) -> str:
    """The element of a tool, tied to its agent."""
    attributes: dict[str, AttributeValue] = {"stated_by": "document"}
    if tool.effect is not None:
        attributes |= {"side_effect": True, "effects": (tool.effect,)}
    if tool.identity is not None:
        attributes["identity_parameter"] = tool.identity
    name = _known(assembly, tool) or tool.name
    made = assembly.drafts.put("tool", name, None, attributes, evidence, None, "documentation")
    assembly.relate(agent, "has_tool", made, evidence)
    if not any(flow for (source, target, _role), flows in assembly.flows.items() if (source, target) == (agent, made) for flow in flows):
        assembly.flow(
            Flow(id=f"{agent}->{made}:told::tool_arguments", source=agent, target=made, carries=("tool_arguments",), role=None,
                steps=(evidence,),
                 stated_by="document")
        )  # fmt: skip
    return made


def _known(assembly: Assembly, tool: ToolName) -> str | None:
    """The name of a tool that is known already by more or fewer words: `cancel` is "cancel appointments"."""
    return next(iter(_fitting(assembly, key_of(tool.name))), None)


def _fitting(assembly: Assembly, key: tuple[str, ...]) -> Iterator[str]:
    fitting = [
        draft.name for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == "tool" and (key_of(draft.name)[: len(key)] == key or key[: len(key_of(draft.name))] == key_of(draft.name))
    ]  # fmt: skip
    if len(fitting) == 1:
        yield fitting[0]
