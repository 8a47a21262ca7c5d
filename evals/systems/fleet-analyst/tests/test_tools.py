import pytest

from fleet_analyst.agent.tools import analysis, charts, exports, sql, web


@pytest.mark.parametrize("statement", ["select 1", "  WITH a AS (select 1) SELECT * FROM a;"])
def test_reads(statement):
    assert not sql.as_read(statement).endswith(";")


@pytest.mark.parametrize("statement", ["delete from trips", "select 1; drop table trips", "update drivers set name = ''"])
def test_writes_are_refused(statement):
    with pytest.raises(sql.NotARead):
        sql.as_read(statement)


@pytest.mark.parametrize("code", ["import os", "from subprocess import run", "import socket as s"])
def test_other_libraries_are_refused(code):
    with pytest.raises(ValueError):
        analysis.check_imports(code)


def test_python_runs(tmp_path):
    assert analysis.run("print(sum([1, 2]))", tmp_path).strip() == "3"


def test_slug():
    assert charts.slug("../../Fuel: Köln / March") == "fuel-k-ln-march"


def test_exports_with_folders(settings):
    path = exports.export_path("2025/q3/fuel.csv")
    path.write_text("a\n")
    assert exports.existing_export("2025/q3/fuel.csv") == path.resolve()


def test_only_exports_are_mailed(settings):
    settings.export_dir.mkdir()
    with pytest.raises(FileNotFoundError):
        exports.existing_export("../../../etc/passwd")


@pytest.mark.parametrize(
    "url, good",
    [
        ("https://spritpreise.example/koeln", True),
        ("http://spritpreise.example/koeln", False),
        ("https://spritpreise.example.evil.example/", False),
        ("https://169.254.169.254/latest", False),
        ("https://user@spritpreise.example/", False),
    ],
)
def test_web_hosts(url, good):
    assert web.allowed(url) is good
