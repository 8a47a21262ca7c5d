"""Files that the code which loads them wrote itself: a cache, or what a run left for its own next step.

Takes an assembly whose flows are known and marks such model files `own_file`. The same module dumps to the same path, or the folder is
the run's own output and the same function saves into it. It does not count where a caller, a model or a page chooses the path, where
the folder is one that everybody may write to, or where bytes are written that were made elsewhere. That another program replaces the
file is not ruled out: who can do that can change the code as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import Label
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.file_keys import keys, keys_of_file
from pipeline.system.program.sites import CallSite

DUMPS = re.compile(r"^(pickle|dill|cloudpickle|joblib|torch|numpy|skops\.io|pandas)(\..*)?\.(dump|save|savez|to_pickle)$")
_SAVES = frozenset({"save_pretrained", "save_model", "save_file", "save_checkpoint", "save_state", "save", "dump"})
_OF_THE_RUN = re.compile(r"^(output|out|save|result|results|run|work|working)_?(dir|directory|folder|path)$", re.IGNORECASE)
_OF_EVERYBODY = re.compile(r"^(/tmp|/var/tmp|/dev/shm|[A-Za-z]:[\\/]+(Windows[\\/]+)?Temp)\b", re.IGNORECASE)
_CHOSEN_BY: frozenset[Label] = frozenset(
    {"user_input", "uploaded_file", "web_content", "tool_arguments", "model_reply", "retrieved_text", "user_feedback"}
)


def mark_own_files(assembly: Assembly) -> None:
    """Marks model files all of whose loads are of files of their own."""
    chosen = {
        (flow.steps[-1].path, flow.steps[-1].start_line)
        for known in assembly.flows.values()
        for flow in known
        if flow.role in ("path", "deserialised", "model_source") and _CHOSEN_BY.intersection(flow.carries) and flow.steps
    }
    for identity, sites in loads_of_model_files(assembly).items():
        draft = assembly.draft(identity)
        if draft.attributes.get("source") == "file" and all(_is_own(assembly, site, chosen) for site in sites):
            draft.attributes["own_file"] = True


def loads_of_model_files(assembly: Assembly) -> dict[str, list[CallSite]]:
    """The calls that load each model file."""
    loads: dict[str, list[CallSite]] = {}
    for site in assembly.sites.calls:
        identity = assembly.element_of_call.get(site.node)
        if identity is not None and site.rule.kind == "model_file" and assembly.program.value(site.node).kind == "call":
            loads.setdefault(identity, []).append(site)
    return loads


def _is_own(assembly: Assembly, site: CallSite, chosen: set[tuple[str, int]]) -> bool:
    program = assembly.program
    wanted = next((given for given, role in site.rule.sinks.items() if role in ("deserialised", "model_source")), "0")
    positions = argument_positions(program.value(site.node), wanted)
    if not positions:
        return False
    given = (site.node[0], program.value(site.node).inputs[positions[0]])
    for node in (site.node, given, *program.origins(given)):
        place = assembly.place(node)
        if (place.path, place.start_line) in chosen:
            return False
    read = set(keys_of_file(program, given))
    if not read or any(_is_shared(key) for key in read):
        return False
    return any(read.intersection(keys_of_file(program, node)) for node in _dumped(assembly, site.node[0])) or _is_left_by_the_run(
        assembly, site.node, given
    )


def _is_shared(key: object) -> bool:
    """Whether a path begins in a folder that everybody may write to."""
    if isinstance(key, tuple):
        return any(_is_shared(part) for part in key)
    return isinstance(key, str) and _OF_EVERYBODY.match(key) is not None


def _dumped(assembly: Assembly, file: int) -> Iterator[Node]:
    """What calls of a module that write objects are told to write to."""
    program = assembly.program
    for identity, value in enumerate(program.files[file].values):
        if value.kind == "call" and any(DUMPS.match(name) for name in program.callee_names((file, identity))):
            yield from ((file, argument) for argument in value.inputs[1:])


def _is_left_by_the_run(assembly: Assembly, load: Node, given: Node) -> bool:
    """`torch.load(join(output_dir, NAME))` in a function that saves into `output_dir` itself."""
    program = assembly.program
    folders = [
        (origin[0], value.inputs[1])
        for origin in program.origins(given)
        for value in (program.value(origin),)
        if value.kind == "call" and len(value.inputs) > 2 and program.value((origin[0], value.inputs[0])).text == "join"
    ]
    own = {key for folder in folders if _OF_THE_RUN.match(_called(assembly, folder)) for key in keys(program, folder)}
    for call in assembly.calls_in((load[0], program.value(load).scope)) if own else ():
        value = program.value(call)
        saves = program.value((call[0], value.inputs[0])).text.rsplit(".", 1)[-1] in _SAVES
        if saves and any(own.intersection(keys(program, (call[0], argument))) for argument in value.inputs[1:]):
            return True
    return False


def _called(assembly: Assembly, node: Node) -> str:
    """What a value is called where it stands: a parameter, a variable, a field."""
    value = assembly.program.value(node)
    if value.kind == "parameter":
        found = assembly.program.parameter_of(node)
        return assembly.program.function(found[0]).parameters[found[1]].name if found is not None else ""
    return value.text if value.kind in ("name", "attribute") else ""
