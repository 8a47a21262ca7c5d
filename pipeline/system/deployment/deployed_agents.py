"""Agents as a deployment describes them: the tools that a container is given, and whether approval or records of them are switched off.

Takes `environment` settings of containers, gives an agent where a list of tools stands beside such a switch, and a cache of answers that
all callers share. Names and values are those of `pipeline/knowledge/switches.yaml`; what the program makes of them is not known, and
where nothing is switched off, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pydantic import Field

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.draft import MAX_EVIDENCE
from pipeline.system.model import AttributeValue, Frozen
from pipeline.system.program.naming import placed_name
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.words import words_of

_FILE = KNOWLEDGE / "switches.yaml"


class Switch(Frozen):
    by_no: str = Field(description="Names of variables whose value of no switches it off.")
    by_yes: str = Field(default="", description="Names of variables whose value of yes does.")


class Switches(Frozen):
    approval: Switch
    audit: Switch
    says_no: frozenset[str]
    says_yes: frozenset[str]
    acts: frozenset[str]
    caches: str

    def is_off(self, switch: Switch, setting: Setting) -> bool:
        said = setting.attributes.get("switch")
        return (said in self.says_no and re.fullmatch(switch.by_no, setting.name) is not None) or (
            said in self.says_yes and re.fullmatch(switch.by_yes, setting.name) is not None
        )


@lru_cache(maxsize=1)
def load_switches() -> Switches:
    return read_knowledge(_FILE, Switches)


def add_deployed_agents(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    for file in files:
        containers: dict[str, list[Setting]] = {}
        for setting in file.settings:
            if setting.kind == "environment" and setting.attributes.get("service"):
                containers.setdefault(str(setting.attributes["service"]), []).append(setting)
        for service, variables in containers.items():
            _agent(assembly, file, service, variables)
            _cache(assembly, file, service, variables)


def _agent(assembly: Assembly, file: ConfigFacts, service: str, variables: Sequence[Setting]) -> None:
    known = load_switches()
    listed = next((v for v in variables if v.attributes.get("listed")), None)
    tools = listed.attributes["listed"] if listed is not None else ()
    acting = tuple(tool for tool in tools if not known.acts.isdisjoint(words_of(tool))) if isinstance(tools, tuple) else ()
    off = {
        name: [v for v in variables if known.is_off(switch, v)] for name, switch in (("approval", known.approval), ("audit", known.audit))
    }
    if listed is None or not acting or not any(off.values()):
        return
    attributes: dict[str, AttributeValue] = {"configured": True, "names": acting, **{f"{name}_off": True for name in off if off[name]}}
    place = assembly.cite_place(listed.place)
    name = placed_name(f"agent of {service.partition('/')[0]}", file.path)
    draft = assembly.draft(assembly.drafts.put("agent", name, None, attributes, place, None, file.purpose))
    for setting in (setting for found in off.values() for setting in found):
        evidence = assembly.cite_place(setting.place)
        draft.show(evidence, MAX_EVIDENCE)


def _cache(assembly: Assembly, file: ConfigFacts, service: str, variables: Sequence[Setting]) -> None:
    for setting in variables:
        if setting.attributes.get("shared") and re.fullmatch(load_switches().caches, setting.name):
            attributes: dict[str, AttributeValue] = {"semantic_cache": True, "configured": True, "scope": "global"}
            name = placed_name(f"cache of answers of {service.partition('/')[0]}", file.path)
            assembly.drafts.put("memory", name, None, attributes, assembly.cite_place(setting.place), None, file.purpose)
