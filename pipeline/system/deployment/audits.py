"""Audits of packages in the build: a step that holds them against lists of known vulnerabilities and fails where it finds one.

Takes configuration facts and an assembly whose packages are known, covers the packages of the ecosystem that a step looks at. A step
whose failure is passed over, a scanner that only reports unless it is told to fail, and a workflow that somebody has to start do not
count; neither does a bot that proposes updates, which stops nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly

_ALL = ""  # looks at every ecosystem
# Commands that fail where they find something, by the ecosystem they look at.
_COMMANDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bpip-audit\b|\bpip_audit\b|\bsafety (?:check|scan)\b|\buv audit\b"), "pypi"),
    (re.compile(r"\b(?:npm|pnpm|yarn(?: npm)?|bun) audit\b|\baudit-ci\b|\bbetter-npm-audit\b"), "npm"),
    (re.compile(r"\bgovulncheck\b|\bnancy sleuth\b"), "go"),
    (re.compile(r"\b(?:mvn|mvnw|gradle|gradlew)\b.*\bdependency-?check\w*", re.IGNORECASE), "maven"),
    (re.compile(r"\bosv-scanner\b|\bsnyk test\b"), _ALL),
    (re.compile(r"\btrivy (?:fs|repo|filesystem|repository|config|rootfs)\b.*--exit-code[= ][1-9]"), _ALL),
    (re.compile(r"\bgrype\b.*--fail-on\b"), _ALL),
)
_ACTIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^pypa/gh-action-pip-audit@|^pyupio/safety"), "pypi"),
    (re.compile(r"^golang/govulncheck-action@"), "go"),
    (re.compile(r"^google/osv-scanner-action|^snyk/actions/|^actions/dependency-review-action@|^anchore/scan-action@"), _ALL),
)
_TOLD_TO_FAIL = re.compile(r"^aquasecurity/trivy-action@")
_INSTALLS = re.compile(r"\b(?:pip|pipx|uv|npm|go|cargo|brew|apt-get)\b.{0,20}\b(?:install|add|get)\b")
_PASSED_OVER = re.compile(r"\|\|\s*(?:true|:|echo|exit 0)|;\s*true\b|--exit-zero\b|--no-fail\b|--dry-run\b")
_BY_HAND = frozenset({"workflow_dispatch", "workflow_call", "repository_dispatch", "web", "api"})


def add_audits(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """A `dependency_audit` per package that a step of the build looks at."""
    found = [audit for file in files for audit in _audits(file)]
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind == "package":
            for step, ecosystem in found:
                if ecosystem in (_ALL, draft.attributes.get("ecosystem")):
                    assembly.control("dependency_audit", identity, assembly.cite_place(step.place))


def _audits(file: ConfigFacts) -> Iterator[tuple[Setting, str]]:
    """Steps of a workflow that audit, each with the ecosystem it looks at."""
    if not _runs_by_itself(file):
        return
    for step in file.settings:
        if step.kind == "workflow_step" and step.attributes.get("continue_on_error") is not True:
            for ecosystem in _ecosystems(step):
                yield step, ecosystem


def _ecosystems(step: Setting) -> Iterator[str]:
    uses = str(step.attributes.get("uses") or "").lower()
    if _TOLD_TO_FAIL.search(uses) and str(step.attributes.get("exit_code") or "0") != "0":
        yield _ALL
    yield from (ecosystem for action, ecosystem in _ACTIONS if action.search(uses))
    script = str(step.attributes.get("run") or "").replace("\\\n", " ")
    for line in script.splitlines():
        said = line.partition("#")[0]
        if not _INSTALLS.search(said) and not _PASSED_OVER.search(said):
            yield from (ecosystem for command, ecosystem in _COMMANDS if command.search(said))


def _runs_by_itself(file: ConfigFacts) -> bool:
    """Whether a change or a date starts the workflow, and not only a person."""
    for workflow in file.settings:
        if workflow.kind == "workflow":
            triggers = workflow.attributes.get("triggers")
            named = set(triggers) if isinstance(triggers, tuple) else {str(triggers)} if triggers else set()
            return not named or bool(named - _BY_HAND)
    return False
