"""Files by which developers run a system on their own machines: what they compose is not what others reach.

Takes the path of a composition or a container file, says whether its name speaks of development. What a file without such a name is
for, nobody can tell; it counts as deployed.
"""

from __future__ import annotations

import re

_WORDS = r"(?:dev|devel|development|local|localhost|debug|devcontainer|override)"
_FOR_DEVELOPERS = re.compile(
    rf"(?:^|/)(?:\.?devcontainer|\.gitpod)(?:/|\.\w+$)"
    rf"|(?:^|/)(?:docker[-_]?)?compose[-_.](?:\w+[-_.])*{_WORDS}(?:[-_.]\w+)*\.ya?ml$"
    rf"|(?:^|/)(?:docker|container)file[-_.](?:\w+[-_.])*{_WORDS}(?:[-_.]\w+)*$|(?:^|/)(?:\w+[-_.])*{_WORDS}\.(?:docker|container)file$",
    re.IGNORECASE,
)


def is_for_development(path: str) -> bool:
    """Whether a file is named for the machines of developers: `compose.dev.yaml`, `dev.Dockerfile`, what lies in `.devcontainer`."""
    return _FOR_DEVELOPERS.search(path) is not None
