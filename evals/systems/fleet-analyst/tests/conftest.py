import os

os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
os.environ.setdefault("OPENAI_API_KEY", "test")

import pytest

from fleet_analyst.settings import get_settings


@pytest.fixture
def settings(tmp_path, monkeypatch):
    found = get_settings()
    monkeypatch.setattr(found, "export_dir", tmp_path / "exports")
    monkeypatch.setattr(found, "uploads_dir", tmp_path / "uploads")
    monkeypatch.setattr(found, "work_dir", tmp_path / "work")
    return found
