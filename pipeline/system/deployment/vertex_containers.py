"""Servers of models that only Vertex AI calls: a container of one's own that takes its routes from the variables of the contract.

Takes an assembly with its routes, and the configuration. Vertex tells a container by `AIP_PREDICT_ROUTE`, `AIP_HEALTH_ROUTE` and
`AIP_HTTP_PORT` where it will ask, and who asks its endpoint signs the request with an identity of the project. It counts where a file takes
the route of predictions from the variable and has few routes, code of the tree or its Terraform speaks to Vertex, no service of Cloud Run
is made, and no composition publishes what is built of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import Node
from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.sagemaker_containers import is_published

_PREDICTS = "AIP_PREDICT_ROUTE"
_MOST_ROUTES = 4  # of a file that is made for the contract: predictions, health, and what a probe asks
_CLIENT = "google.cloud.aiplatform"
_SERVICES = frozenset({"google_cloud_run_service", "google_cloud_run_v2_service"})
_NOTE = "reached through an endpoint of Vertex AI, by signed requests"
_ENDPOINTS = frozenset({"google_vertex_ai_endpoint", "google_vertex_ai_endpoint_with_model_garden_deployment"})


def add_vertex_containers(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Authentication, by the endpoint in front, of routes that only Vertex calls."""
    made = {str(setting.attributes.get("type")) for file in files for setting in file.settings if setting.kind == "resource"}
    if made & _SERVICES or not (made & _ENDPOINTS or _speaks_to_vertex(assembly)):
        return
    routes: dict[int, list[str]] = {}
    for reference, identity in sorted(assembly.entry_of_function.items()):
        if assembly.draft(identity).kind == "http_route":
            routes.setdefault(reference[0], []).append(identity)
    for file, found in routes.items():
        told = next(_told(assembly, file), None)
        if told is None or len(found) > _MOST_ROUTES or is_published(assembly.program.files[file].path, files):
            continue
        for identity in found:
            assembly.control(
                "authentication", identity, assembly.cite(told), "reached through an endpoint of Vertex AI, by signed requests"
            )
            assembly.draft(identity).attributes["asked_by_platform"] = "vertex"


def _speaks_to_vertex(assembly: Assembly) -> bool:
    return any(
        statement.target == _CLIENT or statement.target.startswith(f"{_CLIENT}.")
        for facts in assembly.program.files
        for statement in facts.imports
    )


def _told(assembly: Assembly, file: int) -> Iterator[Node]:
    """Where a file reads the variable of the contract."""
    for identity, value in enumerate(assembly.program.files[file].values):
        if value.kind == "constant" and value.text == _PREDICTS:
            yield file, identity
