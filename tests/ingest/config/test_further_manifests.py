"""Manifests, locks and registries of npm, the JVM, conda and Go: names, versions, pins and hashes with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.config.shell import installed
from ingest.facts import Setting
from ingest.source import Place
from tests.ingest.config.test_config import error, one, read

PNPM = (
    "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0\npackages:\n"
    "  '@s/a@1.0.0':\n    resolution: {integrity: sha512-x==}\n  b@2.0.0(react@18.0.0):\n    resolution: {integrity: sha512-y==}\n"
    "  c@3.0.0:\n    resolution: {type: git, repo: https://x.dev/c, commit: aa}\nsnapshots:\n  b@2.0.0: {}\n"
)
YARN = (
    '# yarn lockfile v1\n\n"@s/a@^1.0.0":\n  version "1.0.0"\n  resolved "https://r.dev/a.tgz#aa"\n  integrity sha512-x==\n\n'
    'b@^2.0.0, b@^2.1.0:\n  version "2.1.0"\n  integrity sha512-y==\n\nc@x/c:\n  version "3.0.0"\n  resolved "git+https://x.dev/c.git#aa"\n'
)
BERRY = (
    '__metadata:\n  version: 8\n\n"@s/a@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "@s/a@npm:1.0.0"\n  checksum: 10c0/aa\n\n"b@npm:^2.1.0":\n'
    '  version: 2.1.0\n  resolution: "b@npm:2.1.0"\n  checksum: 10c0/bb\n\n"c@x/c":\n  version: 3.0.0\n  resolution: "c@https://x.dev/c.git#commit=aa"\n\n'
    '"app@workspace:.":\n  version: 0.0.0-use.local\n'
)
NPM = (
    '{\n  "lockfileVersion": 3,\n  "packages": {\n    "": {\n      "version": "9.9.9"\n    },\n    "node_modules/@s/a": {\n      "version": "1.0.0",\n'
    '      "resolved": "https://r.dev/a.tgz",\n      "integrity": "sha512-x=="\n    },\n    "node_modules/a/node_modules/b": {\n      "version": "2.1.0",\n'
    '      "integrity": "sha512-y=="\n    },\n    "node_modules/c": {\n      "version": "3.0.0",\n      "resolved": "git+ssh://git@x.dev/c.git#aa"\n    },\n'
    '    "node_modules/mine": {\n      "resolved": "packages/mine",\n      "link": true\n    }\n  }\n}\n'
)


@pytest.mark.parametrize(
    ("name", "text"), [("pnpm-lock.yaml", PNPM), ("yarn.lock", YARN), ("yarn.lock", BERRY), ("package-lock.json", NPM)]
)
def test_locks_of_javascript_tell_each_package_once(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, name, text)
    assert pins(found) == {"@s/a": "hash", "b": "hash", "c": "git"}
    assert one(found, "package", "@s/a").attributes["specifier"] == "1.0.0"
    assert one(found, "package", "@s/a").attributes["direct"] is False
    assert one(found, "lock", name).attributes == {"ecosystem": "npm", "hashes": True, "packages": 3}


def pins(found: list[Setting]) -> dict[str, object]:
    return {s.name: s.attributes["pin"] for s in found if s.kind == "package"}


def test_a_pom_tells_its_dependencies_with_properties_filled_in(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">\n<properties><lc.version>1.5.0</lc.version></properties>\n'
        "<dependencyManagement><dependencies><dependency><groupId>x</groupId><artifactId>managed</artifactId><version>1</version></dependency>"
        "</dependencies></dependencyManagement>\n<dependencies>\n<dependency><groupId>dev.langchain4j</groupId>\n"
        "<artifactId>langchain4j</artifactId><version>${lc.version}</version></dependency>\n"
        "<dependency><groupId>a</groupId><artifactId>b</artifactId></dependency>\n"
        "<dependency><groupId>a</groupId><artifactId>c</artifactId><version>[1.0,2.0)</version><scope>test</scope></dependency>\n"
        "</dependencies></project>"
    )
    found = read(tmp_path, "pom.xml", text)
    assert pins(found) == {"dev.langchain4j:langchain4j": "exact", "a:b": "given", "a:c": "range"}
    assert one(found, "package", "dev.langchain4j:langchain4j").attributes["specifier"] == "1.5.0"
    assert one(found, "package", "a:b").place.start_line == 8


def test_gradle_is_read_in_its_literal_forms(tmp_path: Path) -> None:
    groovy = (
        "dependencies {\n  implementation 'a:b:1.0'\n  api group: 'c', name: 'd', version: '2.+'\n  implementation libs.e\n"
        "  testImplementation(\"f:g:$v\")\n  // implementation 'x:y:1'\n}\n"
    )
    assert pins(read(tmp_path, "build.gradle", groovy)) == {"a:b": "exact", "c:d": "range", "f:g": "given"}
    kotlin = 'dependencies {\n    implementation("dev.langchain4j:langchain4j:1.5.0")\n}\n'
    assert pins(read(tmp_path, "build.gradle.kts", kotlin)) == {"dev.langchain4j:langchain4j": "exact"}
    catalog = '[versions]\nlc = "1.5.0"\n[libraries]\na = { module = "g:a", version.ref = "lc" }\nb = "g:b:2.0"\nc = { group = "g", name = "c" }\n'
    found = read(tmp_path, "libs.versions.toml", catalog)
    assert pins(found) == {"g:a": "exact", "g:b": "exact", "g:c": "given"} and one(found, "package", "g:a").place.start_line == 4
    lock = read(tmp_path, "gradle.lockfile", "# made\na:b:1.0=compileClasspath\nempty=\n")
    assert one(lock, "package", "a:b").attributes["direct"] is False and one(lock, "lock", "gradle.lockfile").attributes["packages"] == 1


def test_a_conda_environment_tells_both_its_sources(tmp_path: Path) -> None:
    text = "name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.12\n  - pytorch=2.5.1\n  - numpy>=1\n  - conda-forge::scipy\n  - pip:\n    - openai==2.0\n"
    found = read(tmp_path, "environment.yml", text)
    assert pins(found) == {"pytorch": "exact", "numpy": "range", "scipy": "none", "openai": "exact"}
    assert one(found, "package", "openai").attributes["ecosystem"] == "pypi" and one(found, "package", "pytorch").place.start_line == 5


def test_registries_tell_which_are_extra_and_which_bound_to_a_scope(tmp_path: Path) -> None:
    text = "@acme:registry=https://npm.acme.dev\nregistry=http://mirror.dev\n//npm.acme.dev/:_authToken=npm_Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56Qr78\n"
    found = read(tmp_path, ".npmrc", text)
    assert [(s.name, s.attributes.get("scope"), s.attributes["trusted_host"]) for s in found if s.kind == "package_index"] == [
        ("https://npm.acme.dev", "@acme", False), ("http://mirror.dev", None, True),
    ]  # fmt: skip
    assert [s.place.start_line for s in found if s.kind == "environment"] == [3]
    pip = "[global]\nindex-url = https://pypi.org/simple\nextra-index-url =\n    https://a.dev/simple\n    https://b.dev/simple\ntimeout = 60\n"
    extra = [(s.name, s.place.start_line) for s in read(tmp_path, "pip.conf", pip) if s.attributes.get("extra")]
    assert extra == [("https://a.dev/simple", 4), ("https://b.dev/simple", 5)]


def test_go_sum_tells_the_modules_that_are_built_in(tmp_path: Path) -> None:
    found = read(tmp_path, "go.sum", "a.dev/b v1.0.0 h1:xx=\na.dev/b v1.0.0/go.mod h1:yy=\nc.dev/d v0.1.0/go.mod h1:zz=\n")
    assert pins(found) == {"a.dev/b": "hash"}


def test_hostile_manifests_end(tmp_path: Path) -> None:
    assert "document type" in error(tmp_path, "pom.xml", '<!DOCTYPE p [<!ENTITY a "b">]><project>&a;</project>')
    assert "not TOML" in error(tmp_path, "libs.versions.toml", "[[[")
    assert read(tmp_path, "yarn.lock", '"' * 50_000 + "\n" + "a@" * 50_000)[0].attributes["packages"] == 0
    assert read(tmp_path, "build.gradle", "implementation('" * 20_000) == []


PIPFILE = '[[source]]\nurl = "{}"\nverify_ssl = true\nname = "first"\n{}\n[packages]\na = "*"\n'


def test_the_public_index_alone_in_a_pipfile_is_no_further_one(tmp_path: Path) -> None:
    found = read(tmp_path, "Pipfile", PIPFILE.format("https://pypi.org/simple", ""))
    assert [(s.name, s.attributes["extra"]) for s in found if s.kind == "package_index"] == [("https://pypi.org/simple", False)]


@pytest.mark.parametrize(("told", "extra"), [("", False), ("[pipenv]\ninstall_search_all_sources = true\n", True)])
def test_pipenv_asks_its_first_index_alone_unless_it_is_told_to_ask_all(tmp_path: Path, told: str, extra: bool) -> None:
    second = '[[source]]\nurl = "https://packages.acme.example/simple"\nname = "second"\n'
    found = read(tmp_path, "Pipfile", PIPFILE.format("https://pypi.org/simple", second) + told)
    assert [s.attributes["extra"] for s in found if s.kind == "package_index"] == [False, extra]


ACME = 'name = "acme"\nurl = "https://pypi.acme.example/simple"\n'
PUBLIC = '[[tool.poetry.source]]\nname = "PyPI"\nurl = "https://pypi.org/simple"\n'


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("[[tool.uv.index]]\n" + ACME, False),
        ('[tool.uv]\nindex-strategy = "unsafe-best-match"\n[[tool.uv.index]]\n' + ACME, True),
        ('[tool.uv]\nindex-strategy = "unsafe-best-match"\n[[tool.uv.index]]\n' + ACME + "explicit = true\n", False),
        ('[tool.uv.pip]\nindex-strategy = "unsafe-first-match"\nextra-index-url = ["https://pypi.acme.example/simple"]\n', True),
        ("[[tool.poetry.source]]\n" + ACME, False),
        ("[[tool.poetry.source]]\n" + ACME + 'priority = "supplemental"\n', True),
        ("[[tool.poetry.source]]\n" + ACME + 'priority = "explicit"\n', False),
        (PUBLIC + "[[tool.poetry.source]]\n" + ACME, True),
    ],
)
def test_whether_an_index_stands_beside_another_is_for_its_package_manager_to_say(tmp_path: Path, text: str, extra: bool) -> None:
    found = read(tmp_path, "pyproject.toml", text)
    assert [s.attributes["extra"] for s in found if s.kind == "package_index" and "acme" in s.name] == [extra]


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("pip install --extra-index-url https://a.dev/simple x", True),
        ("uv pip install --extra-index-url https://a.dev/simple x", False),
        ("uv pip install --index-strategy unsafe-best-match --extra-index-url https://a.dev/simple x", True),
        ("uv add --index https://a.dev/simple x", False),
    ],
)
def test_uv_takes_the_first_index_that_knows_a_name(command: str, extra: bool) -> None:
    found = [s for s in installed(command, Place("Dockerfile", 1, 1)) if s.kind == "package_index"]
    assert [s.attributes["extra"] for s in found] == [extra]


def test_a_package_in_a_script_in_quotes_is_called_without_the_quotes() -> None:
    command = 'su app -c "umask 0002 && npm install -g eslint" && npm cache clean --force'
    assert [s.name for s in installed(command, Place("Dockerfile", 1, 1)) if s.kind == "package"] == ["eslint"]
