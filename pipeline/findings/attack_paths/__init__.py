"""Attack paths: from where an attacker comes in, along flows and findings, to what is worth having.

Takes a system and its findings with the matches they were made of; gives the most dangerous paths, merged where the same finding
or the same prize ends them, each hop citing its flow or its finding. Nothing is assumed: where no flow or no finding joins two
elements, there is no path, and a control that removes a finding has removed every path over it.
"""

from __future__ import annotations

from pipeline.findings.attack_paths.search import MOST_PATHS, Found, find_attack_paths

__all__ = ["MOST_PATHS", "Found", "find_attack_paths"]
