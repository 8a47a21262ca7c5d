"""NuGet's project files, central versions and lock files, and what hostile ones end in."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config.nodes import BadConfig
from ingest.config.nuget import pin_of, read_nuget
from ingest.purpose import kind_of
from tests.ingest.config.test_config import read

PROJECT = """<Project Sdk="Microsoft.NET.Sdk.Web">
  <ItemGroup>
    <PackageReference Include="OpenAI" Version="2.1.0" />
    <PackageReference Include="Microsoft.SemanticKernel" />
    <PackageReference Include="Serilog"><Version>3.*</Version></PackageReference>
    <ProjectReference Include="../Shared/Shared.csproj" />
  </ItemGroup>
</Project>
"""
LOCK = """{
  "version": 1,
  "dependencies": {
    "net9.0": {
      "OpenAI": {"type": "Direct", "requested": "[2.1.0, )", "resolved": "2.1.0", "contentHash": "abc="},
      "shared": {"type": "Project"}
    }
  }
}
"""


def said(text: str, path: str) -> list[tuple[str, str, object, int]]:
    return [(found.kind, found.name, found.attributes.get("pin"), found.place.start_line) for found in read_nuget(text, path)]


def test_a_project_lists_the_packages_that_it_gives_a_version() -> None:
    assert said(PROJECT, "src/App.csproj") == [("package", "OpenAI", "exact", 3), ("package", "Serilog", "range", 5)]


def test_versions_in_one_place_are_packages() -> None:
    text = '<Project>\n<ItemGroup>\n<PackageVersion Include="OpenAI" Version="$(V)" />\n</ItemGroup>\n</Project>\n'
    assert said(text, "Directory.Packages.props") == [("package", "OpenAI", "none", 3)]


def test_a_lock_holds_hashes() -> None:
    assert said(LOCK, "src/packages.lock.json") == [("lock", "src/packages.lock.json", None, 1), ("package", "OpenAI", "hash", 5)]
    assert read_nuget(LOCK, "packages.lock.json")[0].attributes["hashes"] is True


@pytest.mark.parametrize(
    ("version", "pin"),
    [
        ("1.2.3", "exact"),
        ("[1.2.3]", "exact"),
        ("1.2.3-beta.1", "exact"),
        ("[1.0,2.0)", "range"),
        ("1.*", "range"),
        ("*", "none"),
        ("", "none"),
    ],
)
def test_how_a_version_pins(version: str, pin: str) -> None:
    assert pin_of(version) == pin


@pytest.mark.parametrize(
    ("path", "kind"),
    [("a/App.csproj", "nuget"), ("Directory.Packages.props", "nuget"), ("a/packages.lock.json", "nuget"), ("a/Program.cs", "csharp")],
)
def test_which_files_are_read(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><Project><PackageReference Include="&b;" Version="1"/></Project>'
    with pytest.raises(BadConfig):
        read_nuget(bomb, "App.csproj")


def test_a_deep_file_ends_in_settings_or_an_error() -> None:
    with pytest.raises(BadConfig):
        read_nuget("<a>" * 5000 + "</a>" * 5000, "App.csproj")


@given(
    st.one_of(st.text(max_size=200), st.text(alphabet='<>/aPackageReference ="1.', max_size=200)),
    st.sampled_from(["A.csproj", "packages.lock.json"]),
)
def test_any_text_ends_in_settings_or_an_error(text: str, path: str) -> None:
    with suppress(BadConfig):
        assert all(found.kind in ("package", "lock") for found in read_nuget(text, path))


SOURCES = """<?xml version="1.0"?>
<configuration>
  <packageSources>
    {clear}
    <add key="nuget.org" value="https://api.nuget.org/v3/index.json" />
    <add key="acme" value="https://nuget.acme.example/v3/index.json" />
    <add key="folder" value="./packages" />
  </packageSources>
  {mapping}
</configuration>
"""
MAPPING = "<packageSourceMapping><packageSource key='acme'><package pattern='Acme.*'/></packageSource></packageSourceMapping>"


@pytest.mark.parametrize(
    ("clear", "mapping", "extra"), [("", "", True), ("<clear />", "", True), ("", MAPPING, False), ("<clear/>", MAPPING, False)]
)
def test_a_source_beside_the_public_one_is_a_further_one_unless_names_are_mapped(
    tmp_path: Path, clear: str, mapping: str, extra: bool
) -> None:
    found = read(tmp_path, "NuGet.config", SOURCES.format(clear=clear, mapping=mapping))
    assert [(s.name, s.place.start_line, s.attributes["extra"]) for s in found] == [
        ("https://api.nuget.org/v3/index.json", 5, False),
        ("https://nuget.acme.example/v3/index.json", 6, extra),
    ]


def test_a_private_source_alone_has_the_public_one_beside_it_where_nothing_clears_it(tmp_path: Path) -> None:
    alone = '<configuration><packageSources>{}<add key="a" value="https://a.dev/i.json"/></packageSources></configuration>'
    assert [s.attributes["extra"] for s in read(tmp_path, "nuget.config", alone.format(""))] == [True]
    assert [s.attributes["extra"] for s in read(tmp_path, "nuget.config", alone.format("<clear/>"))] == [False]


def test_a_password_in_clear_is_a_secret_of_its_line(tmp_path: Path) -> None:
    text = '<configuration><packageSourceCredentials><a>\n<add key="ClearTextPassword" value="Kx82mQ7vLp3zRt9w"/>\n</a></packageSourceCredentials></configuration>'
    (found,) = read(tmp_path, "NuGet.config", text)
    assert (found.kind, found.place.start_line, bool(found.attributes["secret"])) == ("environment", 2, True)
    assert "Kx82mQ7vLp3zRt9w" not in repr(found)
