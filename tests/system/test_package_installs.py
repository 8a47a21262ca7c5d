"""Commands that install packages, told from those that only run something."""

from __future__ import annotations

import pytest

from pipeline.system.elements.package_installs import installs
from pipeline.system.elements.signed_in_browsers import kept_to_sites, signed_in


@pytest.mark.parametrize(
    "command",
    ["pip install x", "pip3 install -U x", "python -m pip install x", "python3.12 -m pip install x", "uv pip install x", "uv add x",
     "npm install x", "npm --silent i x", "pnpm add x", "yarn add x", "bun add x", "cargo install x", "sudo apt-get install -y x",
     "/usr/bin/pip install x"],
)  # fmt: skip
def test_an_installer_is_known_by_its_words(command: str) -> None:
    assert installs([*command.split()])


@pytest.mark.parametrize(
    "command",
    ["pip freeze", "python -m build", "python install.py", "npm run install", "npm test", "yarn build", "go build", "git add x", "make install", "uv run x", ""],
)  # fmt: skip
def test_other_commands_install_nothing(command: str) -> None:
    assert not installs([*command.split()])


def test_an_unknown_verb_is_no_install() -> None:
    assert not installs(["pip", None])
    assert not installs([None, "install"])


@pytest.mark.parametrize(
    ("package", "arguments", "expected"),
    [
        ("@playwright/mcp", ("@playwright/mcp@latest", "--extension"), True),
        ("@playwright/mcp", ("@playwright/mcp", "--storage-state=a.json"), True),
        ("@playwright/mcp", ("@playwright/mcp", "--isolated"), False),
        ("@playwright/mcp", (), False),
        ("@browsermcp/mcp", ("@browsermcp/mcp@latest",), True),
        ("chrome-devtools-mcp", ("chrome-devtools-mcp", "--headless"), False),
        ("chrome-devtools-mcp", ("chrome-devtools-mcp", "--browserUrl", "http://127.0.0.1:9222"), True),
        ("some-other-mcp", ("some-other-mcp", "--extension"), False),
    ],
)
def test_a_server_with_somebodys_browser_is_known_by_its_options(package: str, arguments: tuple[str, ...], expected: bool) -> None:
    assert signed_in(package, arguments) is expected


def test_a_list_of_origins_keeps_a_server_to_its_sites() -> None:
    assert kept_to_sites(("@playwright/mcp", "--allowed-origins=https://a.example.com")) == "--allowed-origins=https://a.example.com"
    assert kept_to_sites(("@playwright/mcp", "--browser=firefox")) is None
