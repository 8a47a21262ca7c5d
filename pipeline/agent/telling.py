"""What of a system may be told to a model: nothing that only files say which are kept back.

Takes a system, findings, and which paths may be sent; gives them without what stands in no such file. What is left may still speak of what
is kept back: of its places only those are told that may be sent, names of files and elements are taken out of texts, and a finding that
rests on a file which is kept back is told by its title, for its description may quote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pipeline.agent.model import Known
from pipeline.system.model import AttributeValue, Element, Evidence, System

WITHHELD = "(withheld)"


class Telling:
    """Knows what of one scan may be told."""

    def __init__(self, system: System, known: Iterable[Known], may_send: Callable[[str], bool]) -> None:
        self._may_send = may_send
        self._kept_back = frozenset(one.id for one in system.elements if not self.may(one.evidence))
        self._withheld = self._names(system, tuple(known))

    def may(self, evidence: Sequence[Evidence]) -> bool:
        """Whether something that is seen at these places is known from a file that may be sent, or from none."""
        return not evidence or any(self._may_send(one.path) for one in evidence)

    def text(self, text: str) -> str:
        """A text about the system, without names that only files have which are kept back."""
        return text if self._withheld is None else self._withheld.sub(WITHHELD, text)

    def of(self, system: System) -> System:
        """The system without what only such files say."""
        elements = tuple(one for one in system.elements if self.may(one.evidence))
        ids = {one.id for one in elements}
        return system.model_copy(
            update={
                "elements": elements,
                "flows": tuple(one for one in system.flows if {one.source, one.target} <= ids and self.may(one.steps)),
                "relations": tuple(one for one in system.relations if {one.source, one.target} <= ids and self.may(one.evidence)),
                "controls": tuple(one for one in system.controls if self.may(one.evidence)),
                "claims": tuple(one for one in system.claims if self.may(one.evidence)),
            }
        )

    def trimmed(self, system: System) -> System:
        """The same, its places and words too."""
        if self._withheld is None:
            return system
        told = self.of(system)
        ids = {one.id for one in told.elements}
        return told.model_copy(
            update={
                "elements": tuple(map(self._element, told.elements)),
                "flows": tuple(one.model_copy(update={"steps": self._places(one.steps)}) for one in told.flows),
                "controls": tuple(one.model_copy(update={"evidence": self._places(one.evidence)}) for one in told.controls),
                "claims": tuple(
                    one.model_copy(
                        update={
                            "evidence": self._places(one.evidence), "text": self.text(one.text),
                            "about": tuple(identity for identity in one.about if identity in ids),
                        }
                    )
                    for one in told.claims
                ),
            }
        )  # fmt: skip

    def known(self, findings: Iterable[Known]) -> tuple[Known, ...]:
        """The findings that may be told."""
        if self._withheld is None:
            return tuple(findings)
        return tuple(self._finding(one) for one in findings if one.element not in self._kept_back and self.may(one.evidence))

    def _finding(self, finding: Known) -> Known:
        places, title = self._places(finding.evidence), self.text(finding.title)
        whole = len(places) == len(finding.evidence)
        return replace(finding, title=title, evidence=places, description=self.text(finding.description) if whole else title)

    def _element(self, element: Element) -> Element:
        told = {name: self._value(value) for name, value in element.attributes.items()}
        return element.model_copy(update={"evidence": self._places(element.evidence), "attributes": told})

    def _value(self, value: AttributeValue) -> AttributeValue:
        if isinstance(value, tuple):
            return tuple(map(self.text, value))
        return self.text(value) if isinstance(value, str) else value

    def _places(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        return tuple(one for one in evidence if self._may_send(one.path))

    def _names(self, system: System, known: Sequence[Known]) -> re.Pattern[str] | None:
        """Paths of files that are kept back, and names in backticks of elements that only these have."""
        cited = (
            evidence for group in (system.elements, system.claims, system.controls, known) for one in group for evidence in one.evidence
        )
        steps = (step for flow in system.flows for step in flow.steps)
        paths = {one.path for one in (*cited, *steps) if not self._may_send(one.path)}
        shown = {one.name for one in system.elements if one.id not in self._kept_back}
        names = {f"`{one.name}`" for one in system.elements if one.id in self._kept_back and one.name not in shown}
        written = sorted(paths | names, key=lambda name: (-len(name), name))
        return re.compile("|".join(map(re.escape, written))) if written else None
