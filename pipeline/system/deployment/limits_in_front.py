"""Limits that stand in front of a system: what a proxy, an ingress, a gateway's policy or a firewall of a cloud counts per caller.

Takes settings of all configuration, gives the places that say so. Whether the way to a model leads through it is not decided: where a
limit stands in the tree, it is taken for one that holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place

_OF_A_CLOUD = re.compile(
    r"(?:^|\.)(?:rate_based_statement|rate_limit_options|throttle_settings|throttling_rate_limit|RateBasedStatement|ThrottlingRateLimit)\b"
)
_COUNTED = re.compile(r"\.\d+(?=\.|$)")  # blocks and items
_PLANS = frozenset({"aws_api_gateway_usage_plan", "AWS::ApiGateway::UsagePlan"})


def limits_in_front(files: Sequence[ConfigFacts]) -> tuple[Place, ...]:
    return tuple(setting.place for file in files for setting in file.settings if _limits(setting))


def _limits(setting: Setting) -> bool:
    if setting.kind in ("proxy", "exposure", "gate"):
        return bool(setting.attributes.get("rate_limited"))
    if setting.kind != "resource":
        return False
    values = setting.attributes.get("values")
    return setting.attributes.get("type") in _PLANS or any(
        _OF_A_CLOUD.search(_COUNTED.sub("", value.partition("=")[0])) for value in (values if isinstance(values, tuple) else ())
    )
