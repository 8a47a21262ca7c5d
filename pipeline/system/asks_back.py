"""Tools that answer with a question: what they were asked for is done when a person has confirmed it, by other code.

Takes an assembly whose entries are known; a tool that gives back `{ requiresConfirmation: true }`, or a state that waits for an approval,
has a person before its effect. That whoever shows the question also waits for the answer is believed.
"""

from __future__ import annotations

import re

from ingest.facts import Value
from pipeline.system.assembly import Assembly

_WAITS = re.compile(
    r"^(requires?|needs?|awaiting|awaits|pending)_?(user_?|human_?)?(confirmation|confirm|approval|consent)$|^(confirmation|approval)_?required$",
    re.IGNORECASE,
)
_STATE = re.compile(r"^(confirmation|approval)_?(state|status)$", re.IGNORECASE)


def add_questions(assembly: Assembly) -> None:
    """An approval for each tool whose answer asks for one."""
    for reference, identity in sorted(assembly.entry_of_function.items()):
        if assembly.draft(identity).kind not in ("tool", "mcp_tool"):
            continue
        for inner in sorted(assembly.reach(reference)):
            facts = assembly.program.files[inner[0]]
            for returned in facts.functions[inner[1]].returns:
                value = facts.values[returned]
                if value.kind == "collection" and value.text == "dictionary" and _asks(facts.values, value.labels, value.inputs):
                    assembly.control(
                        "human_approval", identity, assembly.cite((inner[0], returned)), "it answers with a question to a person"
                    )


def _asks(values: tuple[Value, ...], labels: tuple[str, ...], inputs: tuple[int, ...]) -> bool:
    for label, given in zip(labels, inputs, strict=False):
        said = values[given]
        if _WAITS.match(label) and said.kind == "constant" and said.text == "True":
            return True
        if _STATE.match(label) and said.kind == "constant" and said.text in ("pending", "waiting", "required"):
            return True
    return False
