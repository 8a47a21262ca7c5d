from sidecar import tools
from sidecar.approval import Nobody
from sidecar.workspace import Workspace


def test_nothing_changes_without_a_yes(tmp_path):
    diff = "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,1 @@\n+x = 1\n"
    output, failed, by = tools.call(Workspace(tmp_path), Nobody(), "apply_patch", {"diff": diff})
    assert failed and by is None and "did not confirm" in output
    assert not (tmp_path / "new.py").exists()
