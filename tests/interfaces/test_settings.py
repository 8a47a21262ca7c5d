"""Where settings come from, and what a scanned repository may not set."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from ingest.exclusion import TreePattern
from pipeline.interfaces.settings import Settings, load_settings


def write(folder: Path, text: str, name: str = ".threatloom.yaml") -> Path:
    (folder / name).write_text(text)
    return folder


def test_without_any_settings_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {}, {})
    assert (settings.exclude, settings.docs, settings.fail_on, settings.jobs, settings.format) == ((), (), "never", None, ())


def test_the_command_line_wins_over_the_environment_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, "fail_on: low\nexclude: [from-file]\n")
    assert load_settings(tmp_path, {}, {}).fail_on == "low"
    environment = {"THREATLOOM_FAIL_ON": "medium", "THREATLOOM_EXCLUDE": "a, b"}
    settings = load_settings(tmp_path, {}, environment)
    assert (settings.fail_on, settings.exclude) == ("medium", ("a", "b"))
    assert load_settings(tmp_path, {"fail_on": "high"}, environment).fail_on == "high"


def test_pyproject_is_read_where_there_is_no_file_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, '[project]\nname = "x"\n[tool.threatloom]\nfail-on = "high"\nexclude = ["a"]\n', "pyproject.toml")
    settings = load_settings(tmp_path, {}, {})
    assert (settings.fail_on, settings.exclude) == ("high", ("a",))
    write(tmp_path, "exclude: b\n")
    assert load_settings(tmp_path, {}, {}).exclude == ("b",)


def test_what_the_tree_leaves_out_is_marked_as_its_own_wish_and_nobody_elses(tmp_path: Path) -> None:
    def files(settings: Settings) -> list[str]:
        return [pattern.file if isinstance(pattern, TreePattern) else "" for pattern in settings.exclude]

    write(tmp_path, '[tool.threatloom]\nexclude = ["a"]\n', "pyproject.toml")
    assert files(load_settings(tmp_path, {}, {})) == ["pyproject.toml"]
    write(tmp_path, "exclude: [b, c]\n")
    assert files(load_settings(tmp_path, {}, {})) == [".threatloom.yaml", ".threatloom.yaml"]
    assert files(load_settings(tmp_path, {"exclude": ("d",)}, {})) == [""]
    assert files(load_settings(tmp_path, {}, {"THREATLOOM_EXCLUDE": "d"})) == [""]
    assert files(load_settings(tmp_path, {}, {}, tmp_path / ".threatloom.yaml")) == ["", ""]


def test_the_tree_can_neither_lower_a_bar_somebody_set_nor_raise_a_limit(tmp_path: Path) -> None:
    write(tmp_path, "fail_on: never\n")
    assert load_settings(tmp_path, {"fail_on": "high"}, {}).fail_on == "high"
    assert load_settings(tmp_path, {}, {"THREATLOOM_FAIL_ON": "medium"}).fail_on == "medium"
    for key in ("jobs", "format", "max_files", "max_file_bytes", "use_git", "config"):
        with pytest.raises(UnusableInput, match=key):
            load_settings(write(tmp_path, f"{key}: 1\n"), {}, {})


def test_documents_are_found_beside_the_settings_file_and_only_there(tmp_path: Path) -> None:
    write(tmp_path, "docs: [docs/design.md]\n")
    assert load_settings(tmp_path, {}, {}).docs == (str(tmp_path.resolve() / "docs/design.md"),)
    for escape in ("../secret.md", "/etc/passwd"):
        with pytest.raises(UnusableInput, match=r"outside of its folder: .*\.threatloom\.yaml:1 .*--docs"):
            load_settings(write(tmp_path, f"docs: ['{escape}']\n"), {}, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# fine\nbase_url: http://evil.example\n", r"base_url can only be set on the command line .*yaml:2 "),
        ("format: json=/etc/cron.d/x\n", r"format can only be set on the command line .*yaml:1 "),
        ("jobs: 4000\n", r"jobs can only be set"),
        ("exclude: a\nfail_on: terrible\n", r"fail_on is terrible: .*yaml:2 .*one of critical"),
        ("exclude: {a: b}\n", r"exclude is something else: .*yaml:1 .*a list of texts"),
        ("- a\n", r"not a list of keys"),
        ("a: [\n", r"not YAML: .*yaml:2"),
        ("exclude: !!python/object/apply:os.system [touch pwned]\nfail_on: no\n", r"fail_on is no"),
        ("a\x1b[2J: 1\n", r"not YAML"),
        ("[" * 5000, r"not YAML"),
        ("x" * 70000, r"larger than 64 KB"),
    ],
)
def test_what_a_settings_file_may_not_say_is_one_line_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnusableInput, match=message) as caught:
        load_settings(write(tmp_path, text), {}, {})
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)


def test_forbidden_keys_of_pyproject_are_named_with_their_line(tmp_path: Path) -> None:
    write(tmp_path, '[tool.other]\nllm = 1\n\n[tool.threatloom]\nexclude = []\nllm = "x"\n', "pyproject.toml")
    with pytest.raises(UnusableInput, match=r"llm can only be set on the command line .*pyproject\.toml:6 "):
        load_settings(tmp_path, {}, {})


def test_a_broken_pyproject_that_is_not_about_us_stops_nothing(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "[project\n", "pyproject.toml"), {}, {}).exclude == ()


def test_settings_are_not_read_through_a_link(tmp_path: Path) -> None:
    outside = write(tmp_path, "exclude: a\n", "elsewhere.yaml") / "elsewhere.yaml"
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".threatloom.yaml").symlink_to(outside)
    with pytest.raises(UnusableInput, match="not a plain file"):
        load_settings(tree, {}, {})


def test_a_file_named_on_the_command_line_stands_in_for_the_trees_own(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    write(tree, "nonsense: 1\n")
    assert load_settings(tree, {}, {}, write(tmp_path, "fail_on: high\n", "mine.yaml") / "mine.yaml").fail_on == "high"


@pytest.mark.parametrize(("name", "value"), [("JOBS", "many"), ("JOBS", "-1"), ("FAIL_ON", "x")])
def test_a_wrong_variable_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UnusableInput, match=f"THREATLOOM_{name}"):
        load_settings(tmp_path, {}, {f"THREATLOOM_{name}": value})
