import pytest
from fastmcp import Client

from office.servers import files


@pytest.fixture(autouse=True)
def share(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SHARE", tmp_path)
    (tmp_path / "Angebote").mkdir()
    (tmp_path / "Angebote" / "baur-2291.txt").write_text("6 windows, 1 door")
    return tmp_path


async def test_reads_an_offer():
    async with Client(files.mcp) as client:
        result = await client.call_tool("read_file", {"path": "Angebote/baur-2291.txt"})
    assert result.data == "6 windows, 1 door"


async def test_finds_by_name():
    async with Client(files.mcp) as client:
        result = await client.call_tool("search", {"words": "baur 2291"})
    assert result.data == ["Angebote/baur-2291.txt"]
