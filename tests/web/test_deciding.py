"""Accepting, dismissing and reopening by the form of a finding's page, and by JSON."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.web.world import REFUND, World, form_token, text_of


def decide(client: TestClient, world: World, **fields: str) -> tuple[int, str]:
    page = client.get(world.at(f"/findings/{REFUND}")).text
    answer = client.post(world.at(f"/findings/{REFUND}/decision"), data={"form_token": form_token(page), **fields})
    return answer.status_code, answer.text


def test_a_finding_is_accepted_with_a_reason_and_reopened(own_world: World) -> None:
    client = own_world.client()
    status, page = decide(client, own_world, kind="accepted", reason="Refunds are capped at 5 EUR.", by="Grace", until="2025-12-31")
    said = text_of(page)
    assert status == 200 and "The risk is accepted." in said and "Refunds are capped at 5 EUR." in said
    assert "Accepted by Grace on 2025-03-10, until 2025-12-31" in said
    tracked = own_world.record.find(REFUND)
    assert (tracked.finding.status, tracked.finding.decision and tracked.finding.decision.reason) == (
        "accepted",
        "Refunds are capped at 5 EUR.",
    )
    assert REFUND not in client.get(own_world.at("/findings")).text and REFUND in client.get(own_world.at("/findings?status=accepted")).text
    assert "2 accepted" in text_of(client.get(own_world.at()).text)
    _, page = decide(client, own_world, kind="reopened", reason="The cap was removed.", by="Grace")
    assert "The finding is open again." in page and own_world.record.find(REFUND).finding.status in ("open", "reopened")


def test_what_cannot_be_taken_comes_back_with_the_form_as_it_was(own_world: World) -> None:
    client = own_world.client()
    for fields, words in (
        ({"kind": "accepted", "reason": "  ", "by": "Grace"}, "a decision needs a reason"),
        ({"kind": "accepted", "reason": "x" * 2001}, "the reason is too long"),
        ({"kind": "dismissed", "reason": "No money moves.", "until": "2020-01-01"}, "this day has passed"),
        ({"kind": "dismissed", "reason": "No money moves.", "until": "soon"}, "no such day"),
    ):
        status, page = decide(client, own_world, **fields)
        assert status == 422 and words in page, words
    assert "No money moves." in page
    assert decide(client, own_world, kind="deleted", reason="because")[0] == 422
    assert own_world.record.decisions(str(own_world.root)) == ()


def test_a_form_of_another_visit_decides_nothing(own_world: World) -> None:
    client, other = own_world.client(), own_world.client()
    token = form_token(client.get(own_world.at(f"/findings/{REFUND}")).text)
    other.get("/")
    for given in (token, "", "0" * 64):
        answer = other.post(own_world.at(f"/findings/{REFUND}/decision"), data={"form_token": given, "kind": "accepted", "reason": "x"})
        assert answer.status_code == 403 and "open its page again" in answer.text
    answer = client.post(own_world.at(f"/findings/{REFUND}/decision"), json={"form_token": token, "kind": "accepted", "reason": "x"})
    assert answer.status_code == 415
    assert own_world.record.decisions(str(own_world.root)) == ()


def test_a_program_decides_by_json(own_world: World) -> None:
    client, at = own_world.client(), f"/api/v1{own_world.at(f'/findings/{REFUND}')}"
    answer = client.post(f"{at}/decision", json={"kind": "dismissed", "reason": "Test data.", "by": "ci"})
    assert answer.status_code == 200 and answer.json()["status"] == "dismissed"
    assert [one["kind"] for one in client.get(f"/api/v1{own_world.at('/decisions')}").json()] == ["dismissed"]
    for body in (
        {"kind": "dismissed", "reason": ""},
        {"kind": "deleted", "reason": "x"},
        {"reason": "x"},
        {"kind": "accepted", "reason": "x", "more": 1},
    ):
        assert client.post(f"{at}/decision", json=body).status_code == 422
