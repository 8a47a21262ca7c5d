"""Every page over a record: what it says, where it leads, and what it says where there is nothing to say."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.interfaces.web.flows import on_paths
from pipeline.record import open_record
from tests import factories as make
from tests.web.world import EXECUTED, NOW, REFUND, World, text_of, with_failed, with_quiet

PAGES = (
    "",
    "/findings",
    "/findings?status=all",
    f"/findings/{REFUND}",
    "/paths",
    "/coverage",
    "/flows",
    "/changes",
    "/lines?path=src/agent/tools.py",
)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_whole(world: World, page: str) -> None:
    answer = world.client().get(world.at(page))
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1 and "</html>" in answer.text
    for inline in ("style=", "<style", "onclick", "javascript:"):
        assert inline not in answer.text
    assert not re.findall(r"<script(?! src=\"/static/)", answer.text)
    assert "_" not in "".join(re.findall(r'<span class="kind">([^<]*)', answer.text))


def test_every_link_of_every_page_leads_somewhere(world: World) -> None:
    client, seen, queue = world.client(), set[str](), ["/", "/about", *(world.at(page) for page in PAGES)]
    while queue:
        here = queue.pop()
        answer = client.get(here)
        assert answer.status_code == 200, here
        ids = set(re.findall(r' id="([^"]+)"', answer.text))
        for link in re.findall(r'href="([^"]*)"', answer.text):
            link = link.replace("&amp;", "&")
            assert link.startswith(("/", "#")), (here, link)
            assert not link.startswith("#") or link[1:] in ids, (here, link)
            path = link.partition("#")[0]
            if path and path not in seen and not path.startswith(("/catalog/", "/api/", "/static/")) and len(seen) < 45:
                seen.add(path)
                queue.append(path)
    assert {"elements", "findings", "lines?path=docs"} <= {
        part for path in seen for part in ("elements", "findings", "lines?path=docs") if part in path
    }


def test_systems_are_listed_worst_first_with_owner_tags_trend_and_age(own_world: World) -> None:
    with_quiet(own_world)
    with_failed(own_world)
    page = own_world.client().get("/").text
    said = text_of(page)
    assert said.index("bank-assistant") < said.index("quiet")
    assert "Payments" in said and "prod" in said and "2 critical" in said and "3 hours ago" in said
    assert "open findings over 2 scans: from 9 to 9" in page
    assert "none open" in said and 'class="stale">40 days ago' in page and "incomplete, 1 error" in said
    assert "bank-assistant" not in own_world.client().get("/?q=quiet").text
    assert "bank-assistant" in own_world.client().get("/?tag=prod&owner=Payments").text
    assert "No system fits." in own_world.client().get("/?q=nothing-like-it").text


def test_an_empty_record_says_what_to_do(tmp_path: Path) -> None:
    with open_record(f"sqlite:///{tmp_path / 'empty.sqlite'}") as record:
        said = text_of(World(record, tmp_path, "").client().get("/").text)
    assert "The record is empty. Run threatloom scan PATH" in said


def test_the_overview_says_verdict_changes_and_what_was_left_out(world: World) -> None:
    said = text_of(world.client().get(world.at()).text)
    assert "2 critical findings to look at first" in said
    assert "Since the scan before New 1 Model output is run as code critical" in said
    assert "Fixed 1 Unpinned dependency" in said
    assert "This scan is incomplete. 1 error: src/legacy/broken.py" in said
    assert "7 minified" in said and "Anyone on the internet runs code in run_analysis" in said


def test_a_system_without_findings_is_never_called_safe(own_world: World) -> None:
    quiet = with_quiet(own_world)
    client = own_world.client()
    said = text_of(client.get(f"/systems/{quiet}").text)
    assert "No open findings. That is no promise" in said and "first scan in the record" in said
    for page in PAGES[1:3] + PAGES[4:8]:
        assert client.get(f"/systems/{quiet}{page}").status_code == 200, page
    assert "nothing to compare it with" in client.get(f"/systems/{quiet}/changes").text


def test_a_failed_scan_is_shown_as_one(own_world: World) -> None:
    failed = with_failed(own_world)
    client = own_world.client()
    said = text_of(client.get(f"/systems/{failed}").text)
    assert "This scan is incomplete." in said and "the system model could not be built" in said and "Nothing to model" in said
    for page in ("/findings", "/paths", "/coverage", "/flows", "/changes"):
        assert client.get(f"/systems/{failed}{page}").status_code == 200, page


def test_a_finding_shows_its_way_with_its_lines_and_what_to_do(world: World) -> None:
    page = world.client().get(world.at(f"/findings/{EXECUTED}")).text
    said = text_of(page)
    assert [int(number) for number in re.findall(r'class="step">(\d+)', page)] == [1, 2, 3]
    assert said.index("src/api/chat.py:21") < said.index("src/agent/build.py:40") < said.index("src/agent/tools.py:88")
    assert re.search(r'<span class="n[bf]?">exec</span>', page)  # coloured on the server
    assert "A sandbox without network around the interpreter." in said and "TEST" in said.upper()
    assert "CWE-94" in said and "sandbox" in said and "id a1f0c2d9e8b7" in said
    assert 'href="/catalog/threats/model-output-executed.html"' in page
    assert "First seen 2025-03-10 09:00 UTC" in said


def test_a_shortened_id_leads_to_the_whole_one(world: World) -> None:
    answer = world.client().get(world.at(f"/findings/{REFUND[:6]}"), follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == world.at(f"/findings/{REFUND}")


def test_cells_of_the_matrix_lead_to_findings_or_reasons(world: World) -> None:
    client = world.client()
    page = client.get(world.at("/coverage")).text
    cells = re.findall(r'<td class="(\w+)[^"]*"><a href="([^"]+)" title="([^"]*)"', page)
    assert len(cells) == 12 * 6 and {state for state, *_ in cells} >= {"finding", "not_applicable", "not_examined"}
    for state, link, said in cells[::7]:
        assert said and client.get(link.replace("&amp;", "&")).status_code == 200
        assert ("/findings" in link) or state != "finding" or "/elements/" in link
    narrowed = client.get(world.at("/coverage?state=mitigated")).text
    assert narrowed.count("<tr>") < page.count("<tr>")


def test_boxes_of_the_diagram_lead_to_elements(world: World) -> None:
    client = world.client()
    page = client.get(world.at("/flows")).text
    boxes = re.findall(r'<a href="([^"]+)" class="node', page)
    assert len(boxes) >= 8
    assert "crosses" in page and 'aria-label="support agent, agent, 3 findings"' in page
    agent = next(
        link for link, name in zip(boxes, re.findall(r'class="node[^>]*aria-label="([^,]*)', page), strict=True) if name == "support agent"
    )
    said = text_of(client.get(agent).text)
    assert "Goes in" in said and "By class of STRIDE" in said and "Findings 3" in said


def test_changes_of_two_scans_are_grouped(world: World) -> None:
    client = world.client()
    said = text_of(client.get(world.at("/changes")).text)
    assert "1 new" in said and "1 fixed" in said and "9 unchanged" in said
    assert (
        "What became of the system" in said
        and "Human approval no longer protects refund_payment" in said.partition("What became of the system")[2]
    )
    old, new = (one.id for one in world.record.scans(str(world.root)))
    back = text_of(client.get(world.at(f"/changes?old={old}&new={new}")).text)
    assert "1 new" in back and "Unpinned dependency" in back.replace("This system has unpinned dependency", "Unpinned dependency")
    assert client.get(world.at("/changes?old=99999")).status_code == 404


def test_the_catalog_stands_in_the_frame_of_the_server(world: World) -> None:
    client = world.client()
    for page in ("index.html", "threats/model-output-executed.html", "controls/sandbox.html", "words.html"):
        answer = client.get(f"/catalog/{page}")
        assert (
            answer.status_code == 200
            and 'href="/static/style.css' in answer.text
            and "<style" not in answer.text
            and "<script>" not in answer.text
        )
    assert client.get("/catalog/catalog.json").json()["catalog_version"] == "1.0"
    assert client.get("/catalog/../gate.py").status_code == 404


def test_what_is_not_there_is_said_in_words(world: World) -> None:
    client = world.client()
    for page in ("/nothing", "/systems/0000000000000000", world.at("/findings/ffffffffffff"), world.at("/elements/0000"), "/static/gate.py",
                 "/static/..%2fgate.py", world.at("/lines?path=/etc/passwd")):  # fmt: skip
        answer = client.get(page)
        assert answer.status_code == 404 and "Not found" in answer.text and "Traceback" not in answer.text, page


def test_a_decision_of_the_scanned_tree_is_changed_there(world: World) -> None:
    accepted = (one.finding for one in world.record.tracked(str(world.root)) if one.finding.status == "accepted")
    decided = next(one for one in accepted if one.decision and one.decision.where)
    said = text_of(world.client().get(world.at(f"/findings/{decided.id}")).text)
    assert "This decision stands in the scanned tree" in said and "Reopen" not in said


def test_the_description_for_programs_names_every_address(world: World) -> None:
    told = world.client().get("/api/v1/openapi.json").json()
    assert set(told["paths"]) >= {"/api/v1/systems", "/api/v1/systems/{system}/findings/{finding}/decision", "/api/v1/systems/{system}/ask"}
    assert all(path.startswith("/api/v1/") for path in told["paths"])


def test_health_answers_and_about_says_who_may_come_in(world: World) -> None:
    assert world.client().get("/health").json() == {"status": "ok"}
    assert "everyone with an account on this machine can read" in world.client().get("/about").text


def test_a_hundred_findings_are_shown_a_page_at_a_time(own_world: World) -> None:
    many = tuple(
        make.finding(f"threat-{number:03}", id=f"{number:012x}", evidence=(make.evidence(f"src/{number}.py:1"),))
        for number in range(1, 231)
    )
    own_world.record.keep("/srv/many", make.scan(many), at=NOW - timedelta(days=1), name="many")
    client = own_world.client()
    first, last = client.get("/systems/many/findings").text, client.get("/systems/many/findings?page=3").text
    assert first.count('<li class="row') == 100 and last.count('<li class="row') == 30 and "230 findings" in first
    assert client.get("/systems/many/findings?page=99").text.count('<li class="row') == 30


def test_a_crowded_diagram_begins_with_what_findings_lie_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.interfaces.web.flows.CROWDED", 0)
    first, every = (world.client().get(world.at(f"/flows{asked}")).text for asked in ("", "?show=all"))
    assert 0 < first.count('class="edge') < every.count('class="edge')
    assert "all flows" in first
    assert world.client().get(world.at("/flows?show=nothing")).status_code == 422


def test_what_findings_lie_on_is_their_way_and_their_element() -> None:
    elements = tuple(make.element("tool", name) for name in ("asked", "told", "idle", "lonely"))
    asked, told, idle, lonely = (one.id for one in elements)
    flows = (make.flow(asked, told), make.flow(told, idle), make.flow(asked, idle))
    found = (make.finding(element=told, attack_path=(asked, told)), make.finding("no-prompt-and-tool-log", element=lonely))
    few = on_paths(make.scan(found, elements, flows)).system
    assert ([one.id for one in few.elements], [(one.source, one.target) for one in few.flows]) == ([asked, told, lonely], [(asked, told)])
