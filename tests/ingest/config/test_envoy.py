"""Envoy's static configuration: routes, what they ask for, and the administration's address."""

from __future__ import annotations

from pathlib import Path

from ingest.facts import Setting
from ingest.heads import kind_of_head
from tests.ingest.config.test_config import error, one, read

FILE = """\
admin:
  address:
    socket_address: {address: 0.0.0.0, port_value: 9901}
static_resources:
  listeners:
    - address: {socket_address: {address: 0.0.0.0, port_value: 80}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                route_config:
                  virtual_hosts:
                    - routes:
                        - match: {path: /healthz}
                          direct_response: {status: 200}
                        - match: {prefix: /llm/}
                          route: {cluster: llm}
                        - match: {prefix: /api/}
                          route: {cluster: api}
                        - match: {prefix: /open/}
                          route: {cluster: api}
                          typed_per_filter_config: {envoy.filters.http.local_ratelimit: {disabled: true}}
                http_filters:
                  - name: envoy.filters.http.jwt_authn
                    typed_config:
                      rules:
                        - match: {prefix: /api/}
                          requires: {provider_name: login}
                        - match: {prefix: /open/}
                          requires:
                            requires_any:
                              requirements:
                                - provider_name: login
                                - allow_missing: {}
                  - name: envoy.filters.http.local_ratelimit
  clusters:
    - name: llm
      load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: vllm, port_value: 8000}}}}]}]}
"""


def by_location(found: list[Setting]) -> dict[str, Setting]:
    return {str(s.attributes["location"]): s for s in found if s.attributes.get("location")}


def test_routes_lead_to_endpoints_and_say_what_a_caller_has_to_show(tmp_path: Path) -> None:
    assert kind_of_head("gateway.yaml", FILE.encode()) == "envoy"
    routes = by_location(read(tmp_path, "gateway.yaml", FILE, "envoy"))
    assert set(routes) == {"/llm/", "/api/", "/open/"}
    assert routes["/llm/"].name == "vllm:8000" and routes["/llm/"].place.start_line == 17
    assert [routes[name].attributes["authenticated"] for name in ("/llm/", "/api/", "/open/")] == [False, True, False]
    assert [routes[name].attributes["rate_limited"] for name in ("/llm/", "/api/", "/open/")] == [True, True, False]
    assert routes["/open/"].attributes["optional_at"] == 34 and "optional_at" not in routes["/api/"].attributes


def test_a_listener_of_this_machine_is_open_to_nobody_else(tmp_path: Path) -> None:
    inside = by_location(read(tmp_path, "a.yaml", FILE.replace("0.0.0.0, port_value: 80", "127.0.0.1, port_value: 80"), "envoy"))
    assert inside["/llm/"].attributes["public"] is False
    admin = one(read(tmp_path, "b.yaml", FILE, "envoy"), "proxy", "admin")
    assert admin.attributes["public"] is True and admin.place.start_line == 3


def test_the_proxy_of_a_config_map_is_read_at_its_lines(tmp_path: Path) -> None:
    body = "".join(f"    {line}\n" for line in FILE.splitlines())
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: envoy}}\ndata:\n  envoy.yaml: |\n{body}"
    routes = by_location(read(tmp_path, "map.yaml", text, "kubernetes"))
    assert routes["/llm/"].place.start_line == 17 + 5


def test_misshapen_files_end_in_facts_or_an_error(tmp_path: Path) -> None:
    assert read(tmp_path, "a.yaml", "static_resources:\n  listeners: {a: 1}\n  clusters: [1, [2]]\nadmin: x\n", "envoy") == []
    assert "mapping" in error(tmp_path, "b.yaml", "- static_resources\n", "envoy")


def test_line_ends_of_windows_do_not_hide_what_a_file_is() -> None:
    head = FILE.replace("\n", "\r\n").encode()
    assert kind_of_head("gateway.yaml", head) == "envoy"
    assert kind_of_head("notes.yaml", b"notes: |\r\n  static_resources:\r\n") is None
