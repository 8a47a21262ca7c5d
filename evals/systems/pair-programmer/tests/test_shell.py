from sidecar.tools.shell import run_tests
from sidecar.workspace import Workspace


def test_says_the_exit_code(tmp_path):
    assert run_tests(Workspace(tmp_path), "echo hello && exit 3").startswith("exit code 3\nhello")
