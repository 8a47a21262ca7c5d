import pytest

from sidecar.tools.web import allowed
from sidecar.workspace import OutsideError, Workspace


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", ".git/hooks/pre-commit", ".env.local", "link/passwd", "deploy.key"])
def test_stays_inside(tmp_path, name):
    (tmp_path / "link").symlink_to("/etc")
    with pytest.raises(OutsideError):
        Workspace(tmp_path).path(name)


@pytest.mark.parametrize("url", ["http://docs.python.org/3/", "https://169.254.169.254/", "https://docs.python.org.evil.example/", "https://go.dev/?q=secret"])
def test_other_addresses_are_refused(url):
    assert not allowed(url)
