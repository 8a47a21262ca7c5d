"""What a Helm chart says of itself: the charts it depends on (`Chart.yaml`, before Helm 3 `requirements.yaml`).

Each is one `chart_dependency` setting: its name, the name its values stand under, and the value that switches it on.
"""

from __future__ import annotations

from ingest.config.nodes import shaped
from ingest.config.packages import setting
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

_MOST = 200


def read_helm_chart(text: str, path: str) -> tuple[Setting, ...]:
    """One setting per chart that is depended on."""
    document = shaped(yaml_node(text), "the file", "map", write="what the chart is")
    return tuple(
        setting(
            "chart_dependency",
            item.get("name").text,
            Place(path, item.line, max(item.line, item.end_line)),
            alias=item.get("alias").text or None,
            condition=item.get("condition").text or None,
            version=item.get("version").text or None,
        )
        for item in document.get("dependencies").items[:_MOST]
        if item.get("name").text
    )
