"""`gate` holds the challenger against the champion (exit code 1: it falls short); `promote` moves the alias."""

import argparse
import json
import sys

from triage.ml.registry import Registry
from triage.settings import settings

MARGINS = {"average_precision": 0.0, "roc_auc": -0.005}


def gate(registry: Registry) -> int:
    gains = {
        name: registry.metric("challenger", name) - registry.metric("champion", name) for name in MARGINS
    }
    short = [name for name, gain in gains.items() if gain < MARGINS[name]]
    print(json.dumps({"challenger": registry.version_of("challenger"), "gains": gains, "short": short}))
    return 1 if short else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["gate", "promote"])
    parser.add_argument("--version", default="")
    chosen = parser.parse_args()
    registry = Registry(settings().mlflow_tracking_uri, settings().fraud_model)
    if chosen.command == "gate":
        return gate(registry)
    registry.promote(chosen.version or registry.version_of("challenger"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
