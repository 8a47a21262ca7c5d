"""Tracing that a variable switches on: LangChain and LangGraph send each prompt and reply to LangSmith where `LANGSMITH_TRACING` says so.

Takes an assembly whose code is known and the settings, adds the service with the lines that switch it on. Nothing is added where the tree
declares no package that obeys the variable. What is hidden before it is sent, by variables or by the client that the code makes, is a
redaction. A service of one's own at another address is not told apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly

_SWITCH = re.compile(r"LANG(?:SMITH|CHAIN)_TRACING(?:_V2)?")
_HIDES = re.compile(r"LANG(?:SMITH|CHAIN)_HIDE_INPUTS")
_OBEYS = re.compile(r"@?lang(?:chain|graph|smith)\b", re.IGNORECASE)
_HIDING = frozenset({"anonymizer", "hide_inputs", "hideInputs"})
_ON = frozenset({"true", "1", "on", "yes"})


def add_traced_prompts(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """The service that prompts are sent to because a variable says so."""
    settings = [(file, setting) for file in files for setting in file.settings]
    if not any(setting.kind == "package" and _OBEYS.match(setting.name) for _file, setting in settings):
        return
    switched = [
        (file, setting)
        for file, setting in settings
        if setting.kind == "environment" and _SWITCH.fullmatch(setting.name) and setting.attributes.get("switch") in _ON
    ]
    for file, setting in switched:
        place = assembly.cite_place(setting.place)
        service = assembly.drafts.put(
            "external_service", "LangSmith", "third_party", {"records_prompts": True, "product": "LangSmith"}, place, None, file.purpose
        )
        hidden = [s for f, s in settings if s.kind == "environment" and _HIDES.fullmatch(s.name) and s.attributes.get("switch") in _ON]
        if hidden:
            assembly.control("redaction", service, assembly.cite_place(hidden[0].place))
        for number, facts in enumerate(assembly.program.files):
            for identity, value in enumerate(facts.values):
                if value.kind == "call" and not _HIDING.isdisjoint(value.labels):
                    assembly.control("redaction", service, assembly.cite((number, identity)))
