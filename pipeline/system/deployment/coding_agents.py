"""Coding agents of a repository: what their settings allow without asking, and what their instructions fetch and obey.

Takes `agent_right` settings and the passages of rule files (AGENTS.md, CLAUDE.md, rules of editors, skills, commands), gives one
`mcp_client` per settings file and one `prompt` per rule file that has something to say. Rule files are prose for a model: a sentence that
tells to run what a download brings, to follow what a page says, or to act without asking, is what is looked for;
scripts beside a skill are read as scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.config.nodes import BadConfig
from ingest.config.shell import runs_a_download
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import ConfigFacts, DocumentFacts, Passage, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.draft import MAX_EVIDENCE
from pipeline.system.model import AttributeValue, Evidence

_RULE_FILE = re.compile(
    r"(?:^|/)(?:agents?|claude|gemini|copilot-instructions|skill|warp|conventions|junie|\.?goosehints)(?:\.local|\.override)?\.md$"
    r"|(?:^|/)\.(?:cursor|windsurf|cline|roo)rules$|(?:^|/)\.(?:cursor|windsurf|clinerules|roo|kiro|continue|trae|amazonq|augment|junie)/.*\.mdc?$"
    r"|(?:^|/)\.github/(?:instructions|prompts|chatmodes|agents)/.*\.md$|(?:^|/)\.(?:claude|codex|gemini|opencode|agents)/.*\.md$",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"\b(?:fetch|download|read|load|open|visit|retrieve|curl|wget|get)\b[^.\n]{0,120}https?://\S{4,300}[^\n]{0,160}"
    r"\b(?:follow|execute|run|obey|apply|do what)\b[^.\n]{0,40}\b(?:instructions?|commands?|steps?|rules?|guidance|script|it says|there)\b"
    r"|\bfollow\b[^.\n]{0,60}\b(?:instructions?|rules?|steps?)\b[^.\n]{0,60}\b(?:at|from|in|on)\b[^.\n]{0,20}https?://\S{4,300}",
    re.IGNORECASE,
)
_DOWNLOAD = re.compile(r"\b(?:curl|wget)\b[^|\n]{0,500}://")
_NEGATED = re.compile(r"\b(?:never|do not|don't|must not|avoid|not to)\b", re.IGNORECASE)
# A sentence that takes the question away, with what is then done: reading, continuing and asking less are no rights.
_ACTS = (
    r"(?:run|execut|install|delet|remov|overwrit|push|deploy|publish|merg|modify|chang|edit)\w*|mak(?:e|ing)\s+(?:\w+\s+)?changes"
    r"|tak(?:e|ing)\s+(?:\w+\s+)?actions?"
)
_WHAT = (
    r"(?:(?:any|all|every|shell|terminal|bash|system|arbitrary)\s+(?:\w+\s+){0,2}(?:commands?|scripts?|tools?|changes|edits|actions?)"
    r"|commands|everything|anything|destructive\b[^.;\n]{0,30}|to\s+(?:main|master|production))"
)
_WAIVES = re.compile(
    rf"\b(?:{_ACTS})\s+(?:and\s+\w+\s+)?{_WHAT}\b[^.;\n]{{0,40}}\bwithout\s+(?:\w+\s+){{0,3}}"
    r"(?:asking|prompting|approval|permission|confirmation)"
    r"|\b(?:never|do not|don't|no need to)\s+(?:ever\s+)?(?:ask|prompt|wait|request|seek)\b"
    r"[^.;\n]{0,40}\b(?:permission|confirmation|approval|consent)\b"
    rf"[^.;\n]{{0,20}}\b(?:before|to|when|for)\s+(?:you\s+)?(?:{_ACTS})\b(?:\s+{_WHAT}|\s*(?:[.;,]|$))"
    r"|\bauto-?(?:approve|accept|confirm)\s+(?:any|all|every|everything)\b",
    re.IGNORECASE,
)
_SWITCHED_OFF = re.compile(
    r"--dangerously-(?:skip-permissions|bypass-approvals-and-sandbox)|(?:^|\s)--yolo\b|--allow-all-tools|--trust-all-tools", re.IGNORECASE
)
_TOLD_OPTION = re.compile(r"^\W*--[\w-]+(?:[ =]\S+)?[`*]*\s*(?:[:|=\u2013\u2014]|-\s|\()")  # `--yolo`: what an option is for
_UNLIKE = re.compile(
    r"\b(?:never|not|don't|mustn't|shouldn't|cannot|can't|avoid|no|refuse|only|unless|except|forbidden|instead of)\b", re.IGNORECASE
)
_ANY_COMMAND = re.compile(r"(?:^|[\s,\[\"'])(?:Bash|Shell)\s*(?:\(\s*[:*]+\s*\)|\(\*:\*\))")
_RIGHTS = ("approval_off", "any_command", "servers_trusted", "sandbox_off")
_SHORTEST = 12
_LONGEST_PASSAGE = 20_000


def add_coding_agents(assembly: Assembly, files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> None:
    """Clients by their settings, instructions by their rule files."""
    for file in files:
        rights = [setting for setting in file.settings if setting.kind == "agent_right"]
        if rights:
            _client(assembly, file, rights)
    for document in documents:
        if _RULE_FILE.search(document.path) and document.purpose not in ("test", "vendored", "generated"):
            _rules(assembly, document)


def _client(assembly: Assembly, file: ConfigFacts, rights: Sequence[Setting]) -> None:
    attributes: dict[str, AttributeValue] = {"client": rights[0].name, "settings": True}
    cited: list[Setting] = []
    for what in _RIGHTS:
        found = [right for right in rights if right.attributes.get("what") == what]
        if found:
            attributes[what] = True
            cited += found
    for right in rights:
        if right.attributes.get("downloads_and_runs"):
            attributes["runs_remote_text"] = True
            cited.append(right)
    if not cited:
        return
    attributes["names"] = tuple(dict.fromkeys(str(right.attributes.get("rule")) for right in cited))[:4]
    identity = assembly.drafts.put("mcp_client", f"{rights[0].name} ({file.path})", "build", attributes, None, None, file.purpose)
    for right in cited:
        _cite(assembly, identity, assembly.cite_place(right.place))
    for right in rights:
        if right.attributes.get("what") == "deny_list":
            assembly.control("allow_list", identity, assembly.cite_place(right.place), "some commands are denied")


def _rules(assembly: Assembly, document: DocumentFacts) -> None:
    remote = [p for p in document.passages if _obeys_remote_text(p)]
    waived = [p for p in document.passages if _waives_questions(p)]
    allowed = next(_all_commands(document), None)
    if not remote and not waived and allowed is None:
        return
    attributes: dict[str, AttributeValue] = {"rule_file": True}
    if remote:
        attributes["runs_remote_text"] = True
    if waived:
        attributes |= {"approval_off": True, "names": ("its own words",)}
    if allowed is not None:
        attributes |= {"any_command": True, "names": ("allowed-tools of its front matter",)}
    identity = assembly.drafts.put("prompt", f"instructions ({document.path})", "build", attributes, None, None, document.purpose)
    for passage in (*remote, *waived, *((allowed,) if allowed is not None else ())):
        _cite(assembly, identity, assembly.cite_place(passage.place))


def _obeys_remote_text(passage: Passage) -> bool:
    """Whether a passage tells to run, or to follow, what somebody else's address answers."""
    text = passage.text[:_LONGEST_PASSAGE]
    if len(text) < _SHORTEST:
        return False
    match = _FOLLOWS.search(text) if "http" in text else None
    if match is not None:
        before = text[max(0, match.start() - 60) : match.start()]
        return _NEGATED.search(before + match[0]) is None
    lines = text.replace("\\\n", " ").split("\n")
    return any(_DOWNLOAD.search(line) and runs_a_download(line) and _NEGATED.search(line) is None for line in lines)


def _waives_questions(passage: Passage) -> bool:
    """Whether a passage tells to act without asking, or to start another agent that does; a sentence that forbids or limits it does not."""
    if passage.hidden or passage.kind == "title":
        return False
    for sentence in re.split(r"(?<=[.!?;])\s+|\n", passage.text[:_LONGEST_PASSAGE]):
        match = _WAIVES.search(sentence) or (None if _TOLD_OPTION.match(sentence) else _SWITCHED_OFF.search(sentence))
        if match is not None and _UNLIKE.search(sentence[: match.start()]) is None and _UNLIKE.search(sentence[match.end() :]) is None:
            return True
    return False


def _all_commands(document: DocumentFacts) -> Iterator[Passage]:
    """The front matter of a skill, a command or an agent that allows every command."""
    for passage in document.passages[:1]:
        if passage.kind != "other" or passage.place.start_line != 1:
            return
        try:
            front = yaml_node(passage.text)
        except BadConfig:
            return
        given = front.get("allowed-tools", "allowed_tools", "tools")
        if any(_ANY_COMMAND.search(text) for text in given.texts()):
            yield passage


def _cite(assembly: Assembly, identity: str, evidence: Evidence | None) -> None:
    draft = assembly.draft(identity)
    draft.show(evidence, MAX_EVIDENCE)
