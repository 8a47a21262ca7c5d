"""Names that depend on each other in circles: asking must end in bounded time, whatever the order of asking."""

from __future__ import annotations

import subprocess
import sys

CLASSES = 14
PROGRAM = "\n".join(
    f"class C{n}:\n"
    f"    def __init__(self, other):\n"
    f"        self.a = other.b or other.c\n"
    f"        self.b = other.c or other.a\n"
    f"        self.c = other.a or other.b\n"
    f"    def run(self, x):\n"
    f"        return self.a.run(x) or self.b.run(x) or self.c.run(x)\n"
    for n in range(CLASSES)
) + "\n".join(f"v{n} = C{n}(v{(n + 1) % CLASSES} or v{(n + 5) % CLASSES})\nv{n}.run(v{n})" for n in range(CLASSES))

CHILD = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))  # asking again at every cut took more than that
from ingest.code.program import Program
from ingest.code.python import read_python
program = Program([read_python("circles.py", "product", {PROGRAM!r})])
program.link()
print(len(program.classes))
"""


def test_fields_that_are_made_of_each_other_are_resolved_in_bounded_time() -> None:
    ended = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr[-400:]
    assert ended.stdout.strip() == str(CLASSES)
