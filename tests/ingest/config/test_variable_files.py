"""Terraform's variable files: a credential that is given there is told by its line, and nothing is put into resources."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.config.test_config import read

GIVEN = 'region = "eu-north-1"\ndb_password = "k9Vt3xQ7mPz2LwR8"\napi_key = var.key\nadmin_password = "<set in the pipeline>"\n'


def test_a_password_that_a_variable_is_given_is_a_secret_of_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, "prod.tfvars", GIVEN)
    assert [(s.name, s.place.start_line) for s in found if s.kind == "environment"] == [("db_password", 2)]
    assert "k9Vt3xQ7mPz2LwR8" not in repr(found)


def test_every_value_is_a_variable(tmp_path: Path) -> None:
    found = read(tmp_path, "prod.tfvars", GIVEN)
    assert [s.name for s in found if s.kind == "resource"] == ["var.region", "var.db_password", "var.api_key", "var.admin_password"]
