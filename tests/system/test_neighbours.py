"""A script that is run where it lies finds the files beside it by their bare names, although its folder is a package."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

MAIN = """
import openai, subprocess
IMPORT
client = openai.OpenAI()
reply = client.chat.completions.create(model="gpt-4o", max_tokens=5, messages=[{"role": "user", "content": "hi"}])
run(reply.choices[0].message.content)
if __name__ == "__main__":
    print("done")
"""
HELPERS = "import subprocess\ndef run(text):\n    subprocess.run(text, shell=True)\n"


@pytest.mark.parametrize("line", ["from helpers import run", "import helpers\nrun = helpers.run", "from parts.shell import run"])
def test_a_script_in_a_package_finds_its_neighbours(line: str) -> None:
    files = {"bot/__init__.py": "", "bot/main.py": MAIN.replace("IMPORT", line), "bot/helpers.py": HELPERS, "bot/parts/shell.py": HELPERS}
    assert flows(system_of(files), "shell", "model_reply")


@pytest.mark.parametrize(
    "others",
    [
        {"bot/helpers.py": HELPERS, "other.py": "from helpers import run\n"},
        {"bot/helpers.py": "import helpers\n" + HELPERS},
        {"bot/deeper/helpers.py": HELPERS},
    ],
)
def test_a_package_from_outside_is_not_taken_for_a_neighbour(others: dict[str, str]) -> None:
    files = {"bot/__init__.py": "", "bot/main.py": MAIN.replace("IMPORT", "from helpers import run"), **others}
    assert not flows(system_of(files), "shell", "model_reply")


def test_a_module_of_the_language_is_not_taken_for_a_neighbour() -> None:
    files = {"bot/__init__.py": "", "bot/main.py": MAIN.replace("IMPORT", "from code import run"), "bot/code.py": HELPERS}
    assert not flows(system_of(files), "shell", "model_reply")


def test_a_file_below_a_script_in_a_package_imports_from_where_the_script_runs() -> None:
    files = {
        "bot/__init__.py": "", "bot/parts/__init__.py": "", "bot/parts/shell.py": HELPERS,
        "bot/main.py": "import parts.steps\n", "bot/parts/steps.py": MAIN.replace("IMPORT", "from parts.shell import run"),
    }  # fmt: skip
    assert flows(system_of(files), "shell", "model_reply")
    files["other.py"] = "from parts.shell import run\n"  # a package from outside, then
    assert not flows(system_of(files), "shell", "model_reply")


def test_a_folder_whose_name_cannot_be_imported_is_no_package() -> None:
    files = {
        "back-end/__init__.py": "", "back-end/bot/__init__.py": "", "back-end/bot/shell.py": HELPERS,
        "back-end/bot/main.py": MAIN.replace("IMPORT", "from bot.shell import run"),
    }  # fmt: skip
    assert flows(system_of(files), "shell", "model_reply")
