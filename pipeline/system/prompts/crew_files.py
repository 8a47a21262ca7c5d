"""Texts of CrewAI's agents and tasks, which stand in YAML files beside the code: `Agent(config=self.agents_config["scout"])`.

Takes the calls that make agents and tasks and the texts of files, gives each text with the call it belongs to. The file is the one that
the class names (`agents_config = "config/agents.yaml"`), or the one that CrewAI takes by itself. Configurations that are loaded and
handed over in another way are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from ingest.facts import StoredText
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.prompts.prompt_files import PromptFiles

_MADE = frozenset({"crewai.Agent", "crewai.Task"})
_FILES = {"agents_config": ("config/agents.yaml", "system"), "tasks_config": ("config/tasks.yaml", "user")}
_SHORTEST = 20  # characters: less is a word, not a prompt


def texts_of_crews(assembly: Assembly, files: PromptFiles) -> Iterator[tuple[Node, StoredText, str]]:
    """The call that makes an agent or a task, a text it is told, and whether that is the system's or the user's part."""
    program = assembly.program
    for site in assembly.sites.calls if files else ():
        if site.node not in assembly.element_of_call or not any(assembly.index.canonical(name) in _MADE for name in site.names):
            continue
        given = argument_node(program, site.node, "config")
        for origin in (given, *program.origins(given)) if given is not None else ():
            value = program.value(origin)
            table = program.value((origin[0], value.inputs[0])) if value.kind == "index" and value.inputs else value
            if value.kind != "index" or not value.text or table.text not in _FILES:
                continue
            usual, part = _FILES[table.text]
            for stored in files.at(program.files[origin[0]].path, _named(assembly, site.node, table.text) or usual):
                if stored.key.startswith(f"{value.text}.") and len(stored.text) >= _SHORTEST:
                    yield site.node, stored, part
            break


def _named(assembly: Assembly, call: Node, field: str) -> str:
    """The file that the class around a call names for its agents or tasks."""
    program = assembly.program
    owner = program.function((call[0], program.value(call).scope)).owner
    if owner not in program.classes:
        return ""
    file, cls = program.classes[owner]
    for name, _annotation, default, _line in cls.fields:
        said = program.constant((file, default)) if name == field and default is not None else None
        if isinstance(said, str):
            return said
    return ""
