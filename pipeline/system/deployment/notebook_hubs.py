"""Hubs of notebooks (the chart of JupyterHub): who is let in, and by which way.

Takes `chart_values` settings that configure a hub, gives an interpreter with whether everybody may be anybody: the dummy authenticator,
whose one password is shared or not asked for, and the one that makes an account for every visitor. The chart's own default is the dummy
one as well, but what a values file leaves out is often said in another, so only what is written counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.said_values import said_values
from pipeline.system.draft import MAX_EVIDENCE
from pipeline.system.model import AttributeValue
from pipeline.system.program.naming import placed_name

_AUTHENTICATOR = re.compile(r"(?:.*\.)?hub\.config\.JupyterHub\.authenticator_class|(?:.*\.)?auth\.type")
_FOR_ANYBODY = re.compile(r"(?:.*\.)?(?:dummy|tmp)(?:authenticator)?", re.IGNORECASE)
_SHARED = re.compile(r"(?:.*\.)?hub\.config\.DummyAuthenticator\.password|(?:.*\.)?auth\.dummy\.password")
_SERVICE, _INGRESS = re.compile(r"(?:.*\.)?proxy\.service\.type"), re.compile(r"(?:.*\.)?ingress\.enabled")


def add_notebook_hubs(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    charts = {file.path.partition("templates/")[0] for file in files if "templates/" in file.path}
    for file in files:
        if file.path.rpartition("values.y")[0] in charts and "values.y" in file.path:
            continue  # what a chart brings along is not yet an installation
        values = [value for setting in file.settings if setting.kind == "chart_values" for value in said_values(file, setting)]
        chosen = next((v for v in values if _AUTHENTICATOR.fullmatch(v.path)), None)
        if chosen is None or not any(re.search(r"(?:^|\.)(?:hub|singleuser)\.", v.path) for v in values):
            continue
        for_anybody = _FOR_ANYBODY.fullmatch(chosen.text) is not None
        ways = [
            v for v in values if (_SERVICE.fullmatch(v.path) and v.text != "ClusterIP") or (_INGRESS.fullmatch(v.path) and v.text == "true")
        ]
        attributes: dict[str, AttributeValue] = {"product": "jupyterhub", "remote": True, "authenticated": not for_anybody}
        if for_anybody:
            attributes["shared_login"] = True
        place = assembly.cite_place(chosen.place)
        identity = assembly.drafts.put("interpreter", placed_name("jupyterhub", file.path), None, attributes, place, None, file.purpose)
        if not for_anybody:
            assembly.control("authentication", identity, place)
        if not ways and any(_SERVICE.fullmatch(v.path) for v in values):
            assembly.control("network_isolation", identity, place, "reached inside the cluster only")
        for shown in [*(v for v in values if _SHARED.fullmatch(v.path)), *ways]:
            evidence, draft = assembly.cite_place(shown.place), assembly.draft(identity)
            draft.show(evidence, MAX_EVIDENCE)
