"""A whole of which entries were set anew: what is taken of it, and that it does not multiply what is followed."""

from pathlib import Path

import pytest

from pipeline.system.program.access_paths import inside_only, is_whole, leads_to, take, under, unless_overwritten, viewed, without


def test_an_entry_that_was_set_anew_is_not_of_the_whole() -> None:
    path = without((), ["owner"])
    assert take(path, "owner") is None
    assert take(path, "text") == () and take(path, "*") == ()


def test_entries_set_one_after_another_are_all_left_out() -> None:
    path = without(without((), ["owner"]), ["address", "?"])
    assert take(path, "owner") is None and take(path, "address") is None and take(path, "text") == ()


def test_what_is_in_one_entry_stays_there() -> None:
    assert without(("text",), ["owner"]) == ("text",)
    assert unless_overwritten(["owner"], lambda path: path)(("owner",)) is None


def test_a_whole_without_entries_is_still_a_whole() -> None:
    path = without((), ["owner"])
    assert is_whole(path) and inside_only(path) is None
    assert viewed("values")(path) == () and viewed("keys")(path) == ()
    assert leads_to(path, "text") and not leads_to(path, "owner")
    assert take(under("body", path), "body") == path


@pytest.mark.parametrize("changes", [12])
def test_many_entries_set_here_or_not_do_not_multiply_what_is_followed(tmp_path: Path, changes: int) -> None:
    from pipeline.scan import ScanSettings, scan

    sets = "\n".join(f'    if wanted.get("w{number}"):\n        wanted["k{number}"] = "fixed"' for number in range(changes))
    tmp_path.joinpath("app.py").write_text(
        f"""
import requests
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()


@app.post("/ask")
def ask(wanted: dict) -> str:
{sets}
    page = requests.get(wanted["address"]).text
    return client.responses.create(model="gpt-5", input=page).output_text
""",
        "utf-8",
    )
    found = scan(tmp_path, ScanSettings(jobs=1))
    assert not found.errors
    assert any(finding.threat == "caller-chooses-address" for finding in found.findings)
