"""The address of a repository's origin: shown to anyone, so without credentials and without paths of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.origin import origin_of, plain_address


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://github.com/team/app.git", "https://github.com/team/app.git"),
        ("https://x-access-token:ghs_secret@github.com/team/app", "https://github.com/team/app"),
        ("https://user@host.example:8443/a?token=secret#part", "https://host.example:8443/a"),
        ("git@github.com:team/app.git", "ssh://github.com/team/app.git"),
        ("ssh://git@[2001:db8::1]:22/a", "ssh://[2001:db8::1]:22/a"),
        ("/srv/app", None),
        ("../app", None),
        ("file:///srv/app", None),
        ("C:/apps/app", None),
        ("ext::sh -c 'touch x'", None),
        ("https://ho st/a", None),
        ("https://[broken/a", None),
        ("https://host/<script>\"'", "https://host/%3Cscript%3E%22%27"),
    ],
)
def test_an_address_is_plain_or_none(said: str, shown: str | None) -> None:
    assert plain_address(said) == shown


def test_it_is_read_from_the_folder_or_one_above_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "below").mkdir()
    config = tmp_path / ".git" / "config"
    config.write_text(
        '[core]\n\tbare = false\n[remote "fork"]\n\turl = https://host/fork\n[remote "origin"]\n\turl = https://a:b@host/app\n\tfetch = x\n[include]\n\tpath = /etc/passwd\n'
    )
    assert origin_of(tmp_path) == origin_of(tmp_path / "below") == "https://host/app"
    config.write_text('[remote "fork"]\n\turl = https://host/fork\n')
    assert origin_of(tmp_path) is None
    config.unlink()
    assert origin_of(tmp_path) is None
    config.symlink_to("/etc/passwd")
    assert origin_of(tmp_path) is None
