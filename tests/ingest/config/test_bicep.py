"""Bicep: resources with their values and lines, names in expressions, modules and files of values; hostile files end."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ingest.config.bicep import read_bicep, read_bicep_values
from ingest.config.nodes import BadConfig
from ingest.facts import Setting
from tests.ingest.config.test_config import error, one, read

BICEP = """\
targetScope = 'resourceGroup'
@secure()
param login string = 'Rowing-Desk!2025'
param open bool = false
var names = { a: 'x', 'b-c': true }
resource server 'Microsoft.Sql/servers@2023-08-01' = {
  name: 'desk-${names.a}'
  properties: union(base, { version: '12.0' })
  resource rule 'firewallRules' = [for ip in ips: if (open) {
    name: 'r'
    properties: { startIpAddress: ip, note: '''
two
lines''' }
  }]
}
resource other 'Microsoft.KeyVault/vaults@2023-07-01' existing = { name: 'it\\'s' }
module app './app.bicep' = if (!open) {
  name: 'app'
  params: { size: 3, key: open ? 'a' : 'b', list: [ 'p', { q: login } ], ...more }
}
"""


def values(setting: Setting) -> list[str]:
    found = setting.attributes["values"]
    assert isinstance(found, tuple)
    return list(found)


def test_resources_tell_their_values_with_lines(tmp_path: Path) -> None:
    found = read(tmp_path, "main.bicep", BICEP)
    server, rule = one(found, "resource", "server"), one(found, "resource", "rule")
    assert values(server) == ["name=desk-${local.names.a}", "properties=${union(base, ( version: '12.0' ))}"]
    assert (server.attributes["type"], server.place.start_line, server.place.end_line) == ("Microsoft.Sql/servers", 6, 15)
    assert rule.attributes["type"] == "Microsoft.Sql/servers/firewallRules"
    assert values(rule) == ["if=${var.open}", "name=r", "properties.startIpAddress=${ip}", "properties.note=two\nlines", "parent=${server}"]
    assert one(found, "resource", "other").attributes["type"] == "data.Microsoft.KeyVault/vaults"
    assert values(one(found, "resource", "other")) == ["name=it's"]


def test_parameters_variables_and_modules(tmp_path: Path) -> None:
    found = read(tmp_path, "main.bicep", BICEP)
    assert values(one(found, "resource", "var.open")) == ["default.open=false"]
    assert values(one(found, "resource", "local")) == ["names.a=x", "names.b-c=true"]
    assert values(one(found, "resource", "app")) == [
        "source=./app.bicep", "if=${!var.open}", "name=app", "params.size=3", "params.key=${var.open ? 'a' : 'b'}", "params.list=p",
        "params.list.1.q=${var.login}", "params=${...}",
    ]  # fmt: skip
    secret = one(found, "environment", "login")
    assert secret.attributes["secret"] and secret.place.start_line == 3


def test_files_of_values_are_calls_of_their_template(tmp_path: Path) -> None:
    found = read(tmp_path, "main.bicepparam", "using './main.bicep'\nparam open = true\nparam key = readEnvironmentVariable('K')\n")
    assert values(one(found, "resource", "given")) == [
        "source=./main.bicep",
        "params.open=true",
        "params.key=${readEnvironmentVariable('K')}",
    ]
    text = '{"parameters": {"open": {"value": true}, "key": {"reference": {}}, "name": {"value": "${AZURE_NAME}"}}}'
    (given_,) = read_bicep_values(text, "infra/main.parameters.json")
    assert values(given_) == ["source=./main.bicep", "params.open=true", "params.key=${...}", "params.name=${AZURE_NAME}"]


def test_hostile_files_end(tmp_path: Path) -> None:
    assert read(tmp_path, "a.bicep", "") == []
    assert "larger" in error(tmp_path, "b.bicep", "// x\n" * 100_000)
    assert "nested" in error(tmp_path, "c.bicep", "var a = " + "[" * 400 + "]" * 400 + "\n")
    assert "nested" in error(tmp_path, "d.bicep", "resource a 'A/b@1' = {\n" + "x: {\n" * 300 + "}\n" * 301)
    assert "not Bicep" in error(tmp_path, "e.bicep", b"\x00\xff\xfe\x01\x02")
    assert "values" in error(tmp_path, "f.bicep", "var a = [" + "1\n" * 11_000 + "]\n")
    for end in range(0, len(BICEP), 7):
        read_bicep_or_error(BICEP[:end])


def read_bicep_or_error(text: str) -> None:
    for path in ("main.bicep", "main.bicepparam"):
        try:
            settings = read_bicep(text, path)
        except BadConfig:
            continue
        assert all(one.place.start_line <= one.place.end_line for one in settings)


@given(st.text(alphabet="resourcepamvmdul '{}[]()=:@$.!?|&\n\\,", max_size=80))
def test_any_text_ends_in_settings_or_an_error(text: str) -> None:
    read_bicep_or_error(text)
