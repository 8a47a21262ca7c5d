"""Servers of models that only SageMaker calls: a container of one's own, with the two routes of its contract.

Takes an assembly with its routes, and the configuration. SageMaker asks a container for `/ping` and `/invocations` on port 8080, from
inside; who asks its endpoint signs the request with an identity of the account. It counts where the same file has both routes and no
other, the tree hosts something on SageMaker (a client of its API, an endpoint in Terraform or CloudFormation), and no composition
publishes what is built of the file on that port.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.model import Evidence

_CONTRACT = frozenset({"/ping", "/invocations"})
_CLIENTS = re.compile(r"^(?:boto3|aioboto3|aiobotocore)\b.*\bclient$")
_HOSTS = frozenset({"create_endpoint", "update_endpoint"})
_STARTED = re.compile(r"([\w./-]+?)(?:\.py\b|:\w+\b)")  # `python serve.py`, `gunicorn serve:app`
_PORT = re.compile(r"(?:^|:)8080(?:/tcp)?$")


def add_sagemaker_containers(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Authentication, by the endpoint in front, of routes that only SageMaker calls."""
    routes = [
        (reference[0], str(assembly.draft(identity).attributes.get("path") or ""), identity)
        for reference, identity in sorted(assembly.entry_of_function.items())
        if assembly.draft(identity).kind == "http_route"
    ]
    contracts = {file for file, _path, _identity in routes if {path for other, path, _ in routes if other == file} == _CONTRACT}
    contracts = {file for file in contracts if not is_published(assembly.program.files[file].path, files)}
    if not contracts:
        return
    hosted = next(_hosted(assembly), None)
    for file, _path, identity in routes if hosted is not None else ():
        if file in contracts:
            assembly.control("authentication", identity, hosted, "reached through an endpoint of SageMaker, by signed requests")
            assembly.draft(identity).attributes["asked_by_platform"] = "sagemaker"


def _hosted(assembly: Assembly) -> Iterator[Evidence]:
    """Where the tree hosts a container on SageMaker."""
    program = assembly.program
    for _, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind == "inference_server" and draft.attributes.get("product") == "sagemaker":
            yield from draft.evidence[:1]
    for file, facts in enumerate(program.files):
        clients = [
            identity
            for identity, value in enumerate(facts.values)
            if value.kind == "call"
            and len(value.inputs) > 1
            and program.constant((file, value.inputs[1])) == "sagemaker"
            and any(_CLIENTS.match(name) for name in program.names((file, value.inputs[0])))
        ]
        if (
            clients
            and facts.purpose not in ("test", "example", "vendored")
            and any(v.kind == "attribute" and v.text in _HOSTS for v in facts.values)
        ):
            cited = assembly.cite((file, clients[0]))
            if cited is not None:
                yield cited


def is_published(file: str, files: Sequence[ConfigFacts]) -> bool:
    """Whether a composition builds a service, opens the port of the contract to others, and starts this file in it or does not say what."""
    for config in files:
        for setting in config.settings:
            ports = setting.attributes.get("ports")
            built = str(setting.attributes.get("built_from") or "")
            if setting.kind != "service" or not built or not setting.attributes.get("published"):
                continue
            if any(_PORT.search(port) for port in (ports if isinstance(ports, tuple) else ())):
                started = _STARTED.findall(_command(config.path, setting, built, files))
                if not started or any(script.rpartition("/")[2] == file.rpartition("/")[2].removesuffix(".py") for script in started):
                    return True
    return False


def _command(composition: str, service: Setting, built: str, files: Sequence[ConfigFacts]) -> str:
    """What a service runs: its own command, else that of its image."""
    if said := str(service.attributes.get("command") or ""):
        return said
    path = posixpath.normpath(posixpath.join(posixpath.dirname(composition), built))
    made = [one for other in files if other.path == path for one in other.settings if one.kind == "run_command" and one.name != "RUN"]
    return "\n".join(str(one.attributes.get("command") or "") for one in made)
