import pytest
from fastmcp.exceptions import ToolError

from office.servers import files


@pytest.fixture(autouse=True)
def share(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SHARE", tmp_path)
    (tmp_path / "Angebote").mkdir()
    (tmp_path / "Angebote" / "baur-2291.txt").write_text("6 windows, 1 door")
    return tmp_path


def test_reads_an_offer():
    assert files.read_file.fn("Angebote/baur-2291.txt") == "6 windows, 1 door"


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "Angebote/../../x"])
def test_stays_in_the_share(path):
    with pytest.raises(ToolError):
        files.read_file.fn(path)


def test_does_not_overwrite():
    with pytest.raises(FileExistsError):
        files.write_file.fn("Angebote/baur-2291.txt", "0 windows")
