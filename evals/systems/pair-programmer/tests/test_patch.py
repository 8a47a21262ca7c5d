from sidecar.tools.patch import apply_patch
from sidecar.workspace import Workspace

DIFF = """\
--- a/prices.py
+++ b/prices.py
@@ -1,3 +1,3 @@
 def total(items):
-    return sum(items)
+    return round(sum(items), 2)
 
"""


def test_changes_a_line(tmp_path):
    (tmp_path / "prices.py").write_text("def total(items):\n    return sum(items)\n\n")
    workspace = Workspace(tmp_path)
    assert apply_patch(workspace, DIFF) == "prices.py: +1 -1"
    assert "round" in (tmp_path / "prices.py").read_text()
    assert workspace.changed == {"prices.py"}


def test_finds_a_moved_hunk(tmp_path):
    (tmp_path / "prices.py").write_text("# moved\n\ndef total(items):\n    return sum(items)\n\n")
    apply_patch(Workspace(tmp_path), DIFF)
    assert "round" in (tmp_path / "prices.py").read_text()
