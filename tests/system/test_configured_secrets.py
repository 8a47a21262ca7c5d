"""What a password of a composition opens: a store beside its clients, or one whose port leads out."""

from __future__ import annotations

from pathlib import Path

import pytest

import threatloom

_COMPOSED = """
services:
  database:
    image: pgvector/pgvector:pg16
    environment: {{POSTGRES_USER: desk, POSTGRES_PASSWORD: Heron-Plaza-77-quiet}}
    {ports}
  model:
    image: ollama/ollama:0.12.6
  desk:
    build: .
    environment: {{DATABASE_URL: "postgresql://desk:Heron-Plaza-77-quiet@database:5432/desk"}}
"""


@pytest.mark.parametrize(("ports", "likelihood"), [("", 2), ('ports: ["127.0.0.1:5432:5432"]', 2), ('ports: ["5432:5432"]', 3)])
def test_a_password_of_a_published_store_is_tried_from_outside(tmp_path: Path, ports: str, likelihood: int) -> None:
    (tmp_path / "compose.yaml").write_text(_COMPOSED.format(ports=ports), "utf-8")
    found = [one for one in threatloom.scan(tmp_path, jobs=1).findings if one.threat == "secret-in-code-or-config"]
    assert [one.likelihood for one in found] == [likelihood]
