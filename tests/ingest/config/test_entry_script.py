"""Entry points of containers: which lines hand on to another user."""

from __future__ import annotations

import pytest

from ingest.config.entry_script import read_entry_script, steps_down


@pytest.mark.parametrize(
    "command",
    ['exec su agent -s /bin/bash -c "python app.py"', 'exec gosu app "$@"', "su-exec 1000:1000 python app.py", 'gosu "$APP_USER" python app.py',
     "exec setpriv --reuid=1000 --regid=1000 --init-groups python app.py", "exec runuser -u app -- python app.py"],
)  # fmt: skip
def test_a_command_that_goes_on_as_somebody_else_steps_down(command: str) -> None:
    assert steps_down(command)


@pytest.mark.parametrize("command", ["exec python app.py", 'exec gosu root "$@"', "gosu --version", "echo issue", "exec uvicorn app:app"])
def test_a_command_that_stays_root_does_not(command: str) -> None:
    assert not steps_down(command)


def test_a_comment_hands_on_to_nobody() -> None:
    script = "#!/bin/sh\n# exec gosu app\nexec gosu app python app.py\n"
    assert [found.place.start_line for found in read_entry_script(script, "docker/entrypoint.sh")] == [3]
