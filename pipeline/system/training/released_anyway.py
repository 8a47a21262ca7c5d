"""Releases that do not wait for their checks: what is deployed although the evaluation before it failed.

Takes the assembly, whose order of steps is known, and workflows. Marks the step of an Airflow pipeline that releases, runs after a step
that checks or trains, and is told to run whatever became of that (`trigger_rule="all_done"`); and the workflow whose check of a model may
fail (`continue-on-error`, `|| true`) while a later step of the same job releases. What a step is for is told by its name and its command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.code.program import Node
from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node

_RULES = frozenset({"all_done", "always", "dummy"})


def _word(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE)


_CHECKS = _word(
    r"evaluat\w*|validat\w*|valid|eval|gate|quality|holdout|bias|fairness|re?pro|(?:re)?train\w*|score\w*|check_model|test_model"
)
_JUDGES = _word(r"evaluat\w*|eval|validat\w*_model|model_validat\w*|validate|gate|holdout|fairness|check_model|test_model|cml")
_RELEASES = _word(r"publish\w*|deploy\w*|promot\w*|releas\w*|rollout|roll_out|reload|go_live|push_model|register_model|transition\w*")
_TELLS = _word(r"notif\w*|alert|mail|slack|tell|report|clean\w*|teardown|delete\w*|rollback|undeploy\w*")
_OF_A_MODEL = re.compile(
    r"model|champion|challenger|\bml\b|mlflow|dvc|sagemaker|vertex|endpoint|weights|checkpoint|classifier|\.(?:onnx|pkl|joblib|pt|safetensors)",
    re.IGNORECASE,
)
_IGNORED = re.compile(r"\|\|\s*(?:true|:|exit\s+0|echo\b)")


def mark_released_anyway(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Marks steps and workflows."""
    before: dict[str, set[str]] = {}
    for (source, target, role), flows in assembly.flows.items():
        if role is None and any(flow.id.endswith(":order") for flow in flows):
            before.setdefault(target, set()).add(source)
    for identity, call in _steps(assembly):
        if identity in before and _is_told_to_go_on(assembly, call) and _is_release(_words_of(assembly, identity, call)):
            checks = [
                step for step in _all_before(identity, before) if _CHECKS.search(assembly.draft(step).name + _command(assembly, step))
            ]
            if checks:
                assembly.draft(identity).attributes |= {
                    "released_anyway": True,
                    "names": tuple(sorted(assembly.draft(s).name for s in checks))[:3],
                }
    for file in files:
        _workflow(assembly, file)


def _steps(assembly: Assembly) -> Iterator[tuple[str, Node]]:
    """The steps of pipelines with the calls that make them."""
    for call, identity in sorted(assembly.element_of_call.items()):
        if assembly.draft(identity).kind in ("scheduled_job", "training_job"):
            yield identity, call
    for entry in assembly.sites.entries:
        identity_of = assembly.entry_of_function.get(entry.function)
        if identity_of is not None and assembly.draft(identity_of).kind == "scheduled_job":
            yield identity_of, entry.marker


def _is_told_to_go_on(assembly: Assembly, call: Node) -> bool:
    program = assembly.program
    given = argument_node(program, call, "trigger_rule") if program.value(call).kind == "call" else None
    if given is None:
        return False
    text = program.constant(given)
    return (text if isinstance(text, str) else program.value(given).text).lower() in _RULES


def _words_of(assembly: Assembly, identity: str, call: Node) -> str:
    texts = (
        assembly.program.constant(node) for wanted in ("task_id", "bash_command") if (node := argument_node(assembly.program, call, wanted))
    )
    return " ".join((assembly.draft(identity).name, *(text for text in texts if isinstance(text, str))))


def _command(assembly: Assembly, identity: str) -> str:
    """The command of a step, where it runs one."""
    calls = (node for node in assembly.draft(identity).nodes if assembly.program.value(node).kind == "call")
    found = (argument_node(assembly.program, call, "bash_command") for call in calls)
    texts = (assembly.program.constant(node) for node in found if node is not None)
    return " ".join(("", *(text for text in texts if isinstance(text, str))))


def _is_release(said: str) -> bool:
    return _RELEASES.search(said) is not None and _TELLS.search(said) is None


def _all_before(identity: str, before: dict[str, set[str]]) -> list[str]:
    found: dict[str, None] = {}
    queue = sorted(before.get(identity, ()))
    while queue:
        current = queue.pop(0)
        if current not in found and current != identity:
            found[current] = None
            queue += sorted(before.get(current, ()))
    return list(found)


# Workflows


def _workflow(assembly: Assembly, file: ConfigFacts) -> None:
    steps = [setting for setting in file.settings if setting.kind == "workflow_step"]
    for number, check in enumerate(steps):
        if not _may_fail(check):
            continue
        later = [
            step for step in steps[number + 1 :] if step.attributes.get("job") == check.attributes.get("job") and _releases_model(step)
        ]
        draft = assembly.drafts.by_id.get(f"ci_job:{file.path}")
        if later and draft is not None:
            draft.attributes |= {"released_anyway": True, "names": (check.name,)}
            cited = [evidence for step in (check, later[0]) if (evidence := assembly.cite_place(step.place)) is not None]
            draft.show_first(cited)
            return


def _may_fail(step: Setting) -> bool:
    """Whether a step judges a model, and the job goes on whatever it says."""
    run = str(step.attributes.get("run") or "")
    judging = [line for line in run.splitlines() if _JUDGES.search(line)]
    if not judging or not _OF_A_MODEL.search(f"{step.name} {run}"):
        return False
    return step.attributes.get("continue_on_error") is True or all(_IGNORED.search(line) for line in judging)


def _releases_model(step: Setting) -> bool:
    said = f"{step.name} {step.attributes.get('run') or ''} {step.attributes.get('uses') or ''}"
    return _is_release(said) and _OF_A_MODEL.search(said) is not None
