"""A client class that checks no certificates by default: one finding, at the default."""

from __future__ import annotations

from pathlib import Path

from tests.system.small import scan_of

_CLIENT = """
    import requests
    from langchain.agents import create_agent
    from langchain.tools import tool

    class Notes:
        def __init__(self, base: str, check: bool = DEFAULT):
            self.base = base
            self.check = check

        def search(self, text: str) -> str:
            return requests.post(self.base + "/search", json={"text": text}, verify=self.check, timeout=5).text

        def append(self, text: str) -> str:
            return requests.post(self.base + "/append", json={"text": text}, verify=self.check, timeout=5).text

    notes = Notes("https://notes.example.com")

    @tool
    def search(text: str) -> str:
        "Search the notes."
        return notes.search(text)

    @tool
    def append(text: str) -> str:
        "Append to the notes."
        return notes.append(text)

    agent = create_agent(model="openai:gpt-5-mini", tools=[search, append])
    """


def _found(folder: Path, default: str) -> list[tuple[str, list[int]]]:
    scan = scan_of(folder, {"notes.py": _CLIENT.replace("DEFAULT", default)})
    return [(f.threat, [e.start_line for e in f.evidence]) for f in scan.findings if f.threat == "spoofed-agent-or-server"]


def test_requests_that_one_default_leaves_unchecked_are_one_finding_that_cites_it(tmp_path: Path) -> None:
    ((_threat, lines),) = _found(tmp_path, "False")
    assert {7, 12, 15} <= set(lines)


def test_a_client_that_checks_by_default_is_none(tmp_path: Path) -> None:
    assert _found(tmp_path, "True") == []


def test_the_finding_is_the_same_where_the_default_moves_to_another_line(tmp_path: Path) -> None:
    before, after = (
        {f.id for f in scan_of(tmp_path / name, {"notes.py": text.replace("DEFAULT", "False")}).findings}
        for name, text in (("one", _CLIENT), ("two", _CLIENT.replace("class Notes:", "LIMIT = 5\n\n    class Notes:")))
    )
    assert before == after
