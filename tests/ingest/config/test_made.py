"""What a pyproject.toml makes: something built, and described for an index of packages."""

from __future__ import annotations

import pytest

from ingest.config.toml_files import read_pyproject

BUILD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def made(text: str) -> tuple[bool, bool] | None:
    found = [s for s in read_pyproject(text, "pyproject.toml") if s.kind == "project"]
    return (found[0].attributes["built"] is True, found[0].attributes["published"] is True) if found else None


@pytest.mark.parametrize(
    "described",
    ['[project]\nname = "kit"\nclassifiers = ["Programming Language :: Python"]\n', '[project]\nname = "kit"\n[project.urls]\nHome = "https://kit.example"\n',
     '[tool.poetry]\nname = "kit"\nrepository = "https://kit.example"\n'],
)  # fmt: skip
def test_a_package_with_classifiers_or_addresses_is_published(described: str) -> None:
    assert made(described + BUILD) == (True, True)
    assert made(described) == (False, True)


@pytest.mark.parametrize(
    "described", ['[project]\nname = "kit"\n', '[project]\nname = "kit"\nclassifiers = ["Private :: Do Not Upload"]\n']
)
def test_a_package_without_or_marked_private_is_not(described: str) -> None:
    assert made(described + BUILD) == (True, False)


def test_a_file_of_settings_makes_nothing() -> None:
    assert made("[tool.ruff]\nline-length = 100\n") is None


def test_it_stands_where_its_name_does() -> None:
    (found,) = (s for s in read_pyproject(BUILD + '\n[project]\nname = "kit"\n', "pyproject.toml") if s.kind == "project")
    assert (found.name, found.place.start_line) == ("kit", 6)
