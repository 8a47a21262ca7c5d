"""Helm: templates are read where they are literal and never rendered; values are kept by their paths."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.config.test_config import error, one, read

TEMPLATE = """\
{{- /* a comment with {{ .Values.x }}
over two lines */}}
{{- if and .Values.web.enabled (not .Values.other) }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.fullname" . }}-web
  labels: {{- include "app.labels" . | nindent 4 }}
    component: web
spec:
  template:
    metadata:
      labels:
        {{- include "app.selectorLabels" . | nindent 8 }}
    spec:
      containers:
        - name: web
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          securityContext: {{- toYaml .Values.securityContext | nindent 12 }}
          {{- with .Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          env:
            - name: A
              value: "x{{ .Values.a }}"
            {{- toYaml .Values.extraEnv | nindent 12 }}
{{- end }}
---
{{- if .Values.ingress.enabled }}
apiVersion: v1
kind: Service
metadata: {name: s}
spec:
  type: {{ .Values.service.type }}
  selector: {{- include "app.selectorLabels" . | nindent 4 }}
{{- end }}
"""


def test_a_template_is_read_with_marks_where_values_go(tmp_path: Path) -> None:
    found = read(tmp_path, "d.yaml", TEMPLATE, "helm_template")
    a = one(found, "workload", "$(given)-web/web").attributes
    assert a["image"] == "$(.image.repository):$(.image.tag)" and a["labels"] == ("app=included",)
    assert a["value_paths"] == ("securityContext=securityContext", "resources=resources")
    assert one(found, "workload", "$(given)-web/web").place.start_line == 17


def test_the_conditions_of_a_resource_are_kept(tmp_path: Path) -> None:
    found = read(tmp_path, "d.yaml", TEMPLATE, "helm_template")
    service = one(found, "exposure", "s").attributes
    assert service["only_if"] == ("ingress.enabled",) and service["type"] == "$(.service.type)" and service["selector"] == ("app=included",)
    assert one(found, "workload", "$(given)-web/web").attributes["only_if"] == ("web.enabled", "!other")


def test_values_are_kept_by_path_and_their_secrets_told(tmp_path: Path) -> None:
    text = (
        "image:\n  repository: a/b\n  tag: ''\nauth:\n  apiKey: 9fK2mQ7xV4bT8nL1\n  password: changeme\n  existingSecret: app-auth-secret\n"
    )
    found = read(tmp_path, "values.yaml", text)
    image = one(found, "chart_values", "image").attributes
    assert image["values"] == ("image.repository=a/b", "image.tag=") and image["value_lines"] == ("2", "3")
    assert [(s.name, s.place.start_line) for s in found if s.kind == "environment"] == [("apiKey", 5)]


def test_what_becomes_yaml_only_when_rendered_says_so(tmp_path: Path) -> None:
    assert "only when it is rendered" in error(tmp_path, "t.yaml", "apiVersion: v1\nkind: Pod\n{{ .x }} : : [\n a: b: c\n", "helm_template")


def test_hostile_templates_end(tmp_path: Path) -> None:
    assert "larger" in error(tmp_path, "a.yaml", "{{ .Values.a }}\n" * 60_000, "helm_template")
    for text in (
        "{{" * 20_000,
        "{{ /*" * 20_000,
        "{{ if .Values.a }}\n" * 5000,
        "{{ " + '"' * 20_000 + " }}",
        "x: {{ " + "(" * 20_000 + " }}",
    ):
        read_or_error(tmp_path, text)


def read_or_error(folder: Path, text: str) -> None:
    try:
        read(folder, "h.yaml", text, "helm_template")
    except AssertionError:
        error(folder, "h.yaml", text, "helm_template")
