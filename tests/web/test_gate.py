"""Who is let in, and what every answer carries."""

from __future__ import annotations

import re

import pytest

from pipeline.interfaces.web.sessions import Sessions
from tests.web.world import HOST, REFUND, TOKEN, World, form_token

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


@pytest.mark.parametrize(
    "page", ["/", "/about", "/nothing", "/static/style.css", "/health", "/api/v1/systems", "/api/v1/nothing", "/catalog/index.html"]
)
def test_every_answer_lets_nothing_else_run_or_load(world: World, page: str) -> None:
    headers = world.client().get(page).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert {name: policy[name] for name in POLICY} == POLICY and "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == ("private, max-age=3600" if page.startswith("/static/") else "no-store")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8737", "127.0.0.1.evil.example", "localhost@evil", "10.0.0.1", "", "[::2]", "a b"]
)
def test_a_request_under_another_name_is_refused(world: World, host: str) -> None:
    assert world.client().get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8737", "LOCALHOST:1", "[::1]:8737"])
def test_the_names_of_this_machine_are_known(world: World, host: str) -> None:
    assert world.client().get("/", headers={"host": host}).status_code == 200


def test_addresses_are_known_where_others_may_connect(world: World) -> None:
    client = world.client(any_address=True, names=("threats.example",))
    assert client.get("/health", headers={"host": "10.0.0.1:8737"}).status_code == 200
    assert client.get("/health", headers={"host": "threats.example"}).status_code == 200
    assert client.get("/health", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:9999"}, {"origin": f"{HOST}.evil.example"},
     {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)  # fmt: skip
def test_a_post_from_another_page_is_refused(own_world: World, headers: dict[str, str]) -> None:
    client = own_world.client()
    token = form_token(client.get(own_world.at(f"/findings/{REFUND}")).text)
    fields = {"form_token": token, "kind": "accepted", "reason": "x"}
    assert client.post(own_world.at(f"/findings/{REFUND}/decision"), data=fields, headers=headers).status_code == 403
    at = f"/api/v1{own_world.at(f'/findings/{REFUND}')}/decision"
    assert client.post(at, json={"kind": "accepted", "reason": "x"}, headers=headers).status_code == 403
    assert own_world.record.decisions(str(own_world.root)) == ()
    same = client.post(own_world.at(f"/findings/{REFUND}/decision"), data=fields, headers={"origin": HOST, "sec-fetch-site": "same-origin"})
    assert same.status_code == 200


def test_bodies_and_addresses_are_bounded(world: World) -> None:
    client = world.client()
    at = world.at(f"/findings/{REFUND}/decision")
    assert client.post(at, content=b"x" * 70_000).status_code == 413
    assert (
        client.post(
            at, content=iter([b"x" * 40_000, b"x" * 40_000]), headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        == 413
    )
    assert client.get("/?q=" + "x" * 5000).status_code == 414
    assert client.request("PUT", "/").status_code == 405 and client.request("DELETE", at).status_code == 405


def test_without_the_token_nothing_is_shown(world: World) -> None:
    client = world.client(token=TOKEN)
    answer = client.get(world.at("/findings?severity=high"), follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/login?next=%2Fsystems%2F")
    assert "bank-assistant" not in answer.text
    assert client.get("/api/v1/systems").status_code == 401
    assert client.get("/api/v1/systems", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/api/v1/systems", headers={"authorization": f"Bearer {TOKEN}"}).json()[0]["name"] == "bank-assistant"
    assert client.get("/catalog/index.html", follow_redirects=False).status_code == 303
    assert client.get("/api/v1/openapi.json").status_code == 401
    assert client.get("/health").status_code == client.get("/static/style.css").status_code == 200


def test_a_login_opens_a_session_that_no_script_reads_and_ends_with_it(world: World) -> None:
    client = world.client(token=TOKEN)
    page = client.get("/login?next=/about").text
    answer = client.post("/login", data={"form_token": form_token(page), "token": TOKEN, "next": "/about"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/about")
    cookie = next(value for name, value in answer.headers.multi_items() if name == "set-cookie" and "threatloom_session" in value)
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie
    assert "bank-assistant" in client.get("/").text
    client.post("/logout", data={"form_token": form_token(client.get("/").text)})
    assert client.get("/", follow_redirects=False).status_code == 303


def test_wrong_tokens_are_limited(world: World) -> None:
    client = world.client(token=TOKEN)
    token = form_token(client.get("/login").text)
    codes = [client.post("/login", data={"form_token": token, "token": "wrong"}).status_code for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2
    assert client.post("/login", data={"form_token": token, "token": TOKEN}).status_code == 429
    assert client.get("/api/v1/systems", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 429


def test_a_minute_later_the_right_token_is_looked_at_again() -> None:
    now = [0.0]
    sessions = Sessions(TOKEN, 1, 2, lambda: now[0])
    assert [sessions.fits("wrong", "a") for _ in range(3)] == [False, False, None]
    assert sessions.fits(TOKEN, "b") is True
    now[0] = 61
    assert sessions.fits(TOKEN, "a") is True
    name = sessions.begin()
    assert sessions.is_open(name) and not sessions.is_open("")
    now[0] += 3601
    assert not sessions.is_open(name)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nset-cookie: x=y", "evil"]
)
def test_a_login_leads_to_pages_of_this_server_alone(world: World, target: str) -> None:
    client = world.client(token=TOKEN)
    token = form_token(client.get("/login").text)
    answer = client.post("/login", data={"form_token": token, "token": TOKEN, "next": target}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_a_failure_is_told_without_its_trace(world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    client = world.client()

    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("pipeline.interfaces.web.systems.spark_of", fail)
    answer = client.get("/")
    assert answer.status_code == 500 and "secret detail" not in answer.text and "Traceback" not in answer.text
    assert "content-security-policy" in answer.headers and "secret detail" in caplog.text
    assert re.search(r"<h1>That failed</h1>", answer.text)
