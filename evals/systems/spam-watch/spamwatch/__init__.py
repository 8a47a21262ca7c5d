"""spam-watch. See docs/design.txt."""
import os

import yaml


def settings():
    with open(os.environ.get("SPAMWATCH_CONF", "/etc/spamwatch.yaml")) as f:
        return yaml.safe_load(f)
