"""Fleet files: what they mean, and the line that says what is wrong with one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UnusableInput
from pipeline.fleet.fleet_file import fleet_schema, read_fleet
from pipeline.fleet.order import GitSource
from tests.fleet.nights import write

WHOLE = """\
name: acme
defaults: {owner: platform, criticality: medium, tags: [ai], exclude: ["*.csv"]}
paths: services/*
deadlines: {critical: 3, low: 200}
systems:
  - name: shop
    path: shop
    docs: [design.md, more/]
    criticality: critical
    owner: commerce
    tags: [pci]
    exclude: legacy/
    limits: {seconds: 60, memory_mb: 512}
  - name: desk
    git: https://git.example.com/care/desk.git
    rev: v2
    folder: server/
  - name: local
    git: repositories/lab
"""


def test_a_fleet_is_what_its_file_says(tmp_path: Path) -> None:
    for folder in ("shop", "services/one", "services/two", "services/.hidden"):
        (tmp_path / folder).mkdir(parents=True)
    fleet = read_fleet(write(tmp_path, WHOLE))
    shop, desk, local, one = (next(each for each in fleet.members if each.name == name) for name in ("shop", "desk", "local", "one"))
    assert (fleet.name, [each.name for each in fleet.members]) == ("acme", ["desk", "local", "one", "shop", "two"])
    assert (shop.source, shop.key) == (str(tmp_path / "shop"), str(tmp_path / "shop"))
    assert shop.docs == (str(tmp_path / "design.md"), str(tmp_path / "more"))
    assert (shop.owner, shop.criticality, shop.tags, shop.exclude, shop.limits.memory_mb) == (
        "commerce",
        "critical",
        ("ai", "pci"),
        ("*.csv", "legacy/"),
        512,
    )
    assert (one.owner, one.criticality, one.tags) == ("platform", "medium", ("ai",))
    assert desk.source == GitSource(repository="https://git.example.com/care/desk.git", rev="v2", folder="server")
    assert desk.key == "https://git.example.com/care/desk.git@v2#server"
    assert local.source == GitSource(repository=str(tmp_path / "repositories/lab"))
    assert (fleet.deadlines.of("critical"), fleet.deadlines.of("high"), fleet.deadlines.of("info")) == (3, 30, None)


def test_what_matters_most_is_scanned_first(tmp_path: Path) -> None:
    systems = [{"name": name, "path": name, **({"criticality": how} if how else {})} for name, how in
               [("a", "low"), ("b", None), ("c", "critical"), ("d", "medium"), ("e", "high")]]  # fmt: skip
    fleet = read_fleet(write(tmp_path, yaml.safe_dump({"systems": systems})))
    orders = fleet.orders("run", datetime(2026, 1, 1, tzinfo=UTC))
    assert [order.name for order in orders] == ["c", "e", "d", "b", "a"]
    assert fleet.name == "fleet"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("systems:\n  - {name: a, path: a}\n  - {name: a, path: b}\n", 3, "two systems are called a"),
        ("systems:\n  - {name: a, path: a}\n  - {name: b, path: ./a/.}\n", 3, "b and a are the same system"),
        ("systems:\n  - {name: a}\n", 2, "systems[1] says neither `path` nor `git`"),
        ("systems:\n  - {name: a, path: a, git: b}\n", 2, "says both"),
        ("systems:\n  - {name: a, path: a, rev: main}\n", 2, "without `git`"),
        ("systems:\n  - path: a\n", 2, "systems[1].name is missing"),
        ("systems:\n  - name: a\n    path: a\n    criticalty: high\n", 4, "systems[1].criticalty is nothing a fleet file says"),
        ("systems:\n  - name: a\n    path: a\n    criticality: huge\n", 4, "criticality cannot be used"),
        ("systems:\n  - name: a\n    git: ext::sh -c touch% /tmp/x\n", 3, "transport"),
        ("systems:\n  - name: a\n    git: http://example.com/a.git\n", 3, "is no URL of https, ssh, file"),
        ("systems:\n  - name: a\n    git: git@github.com:a/b.git\n", 3, "has no scheme"),
        ("systems:\n  - name: a\n    git: -oProxyCommand=x\n", 3, "begins with a dash"),
        ("systems:\n  - name: a\n    git: ssh://-oProxyCommand=x/a\n", 3, "names no host"),
        ("systems:\n  - name: a\n    git: ssh://-x@host/a\n", 3, "names no user"),
        ("systems:\n  - name: a\n    git: https://me:hunter2@example.com/a.git\n", 3, "THREATLOOM_GIT_TOKENS"),
        ("systems:\n  - name: a\n    git: https://ghp_secret@example.com/a.git\n", 3, "THREATLOOM_GIT_TOKENS"),
        ("systems:\n  - name: a\n    git: https://example.com/a.git?token=x\n", 3, "more than scheme"),
        ("systems:\n  - name: a\n    git: https://example.com/a.git\n    rev: --upload-pack=x\n", 4, "no name of a branch"),
        ("systems:\n  - name: a\n    git: https://example.com/a.git\n    rev: a:b\n", 4, "no name of a branch"),
        ("systems:\n  - name: a\n    git: https://example.com/a.git\n    folder: ../..\n", 4, "leads out"),
        ('systems:\n  - name: "a\\u202eb"\n    path: a\n', 2, "cannot be seen"),
        ("systems: &s\n  - {name: a, path: a}\nmore: *s\n", 3, "refers to another part"),
        ("systems:\n  - {name: a, path: a, path: b}\n", 2, "said twice"),
        ("systems: [\n", 2, "not YAML"),
        ("- a\n", 1, "names no systems"),
        ("name: x\n", 1, "names no systems"),
        ("paths: nowhere/*\n", 1, "no folder is called"),
        ("a: [[[[[[[[[[[1]]]]]]]]]]]\n", 1, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(UnusableInput) as failure:
        read_fleet(write(tmp_path, text))
    assert words in str(failure.value)
    assert f"fleet.yaml:{line}" in failure.value.where
    assert "\n" not in str(failure.value)
    assert not any(secret in str(failure.value) for secret in ("hunter2", "ghp_secret"))


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_fleet_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "fleet.yaml"
    file.write_bytes(data)
    with pytest.raises(UnusableInput):
        read_fleet(file)


def test_the_schema_says_what_the_reader_takes(tmp_path: Path) -> None:
    schema = json.loads(fleet_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    said = yaml.safe_load(WHOLE)
    listed = {
        **said,
        "paths": [said["paths"]],
        "systems": [{**one, "exclude": [one["exclude"]]} if "exclude" in one else one for one in said["systems"]],
    }
    jsonschema.validate(listed, schema)
    shipped = Path(__file__).parents[2] / "pipeline" / "fleet" / "fleet.schema.json"
    assert shipped.read_text("utf-8") == fleet_schema()
