"""Personal data is hidden where that is asked for, and what only looks like it is not."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.agent.egress import Placeholders
from pipeline.agent.egress.personal import load_personal_data, personal_spans

_FOUND = {
    "EMAIL": ["ines.moreau@acme-clinic.fr", "o'neil+x@mail.corp.acme.io"],
    "PHONE": ["+49 30 901820", "+1 (212) 736-5000", "+33.1.42.68.53.00", "+442079460000"],
    "IBAN": ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NL91 ABNA 0417 1643 00"],
    "CARD": ["4111 1111 1111 1111", "5500-0055-5555-5559", "378282246310005"],
    "ID": [
        "536-90-4399", "RCCMNL83S18D969H", "54362315-K", "X-2482300W", "131052-308T", "880320-0016", "211062-5629", "15108695088", "2 95 10 99 126 111 93",
        "756.9217.0769.85", "85.07.30-033.28", "390.533.447-05", "BOXW310820HNERXN09", "11010219840406970X", "710319/2745", "PESEL: 44051401359", "Steuer-ID 36 574 261 809",
        "bsn = 111222333", "NHS number: 943 476 5870", "Aadhaar 2341 2341 2346",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in _FOUND.items() for value in values])
def test_personal_data_is_hidden_and_comes_back(kind: str, value: str) -> None:
    hiding = Placeholders(b"key", personal=True)
    bare = re.sub(r"^[A-Za-z-]+(?: number)?(?::| =)? (?=[\d])", "", value)
    for form in ("of {} today", '"{}",', "x: {}\ny", "({})", "{} and words"):
        text = form.format(value)
        hidden = hiding.hide(text)
        assert bare not in hidden and re.search(rf"{kind}_[0-9a-f]{{8}}", hidden), hidden
        assert hiding.restore(hidden) == text and hiding.hide(hidden) == hidden
    assert Placeholders(b"key").hide(f"of {value} today") == f"of {value} today"  # it was not asked for


@pytest.mark.parametrize(
    "text",
    [
        "@app.post('/chat')", "git@github.com:acme/shop.git", "bob@example.com", "docs@support.test", "a @ b", "actions/checkout@v4", "pkg@1.2.3", "x = a@b",
        "+1", "a + 1234567", "1+12125551234x", "tel 030 901820", "DE89 3704 0044 0532 0130 01", "4111 1111 1111 1112", "1732900000000000000", "order 5500005555555550",
        "123-45-678", "000-12-3456", "44051401359", "36574261809", "111222333", "2024-11-29", "10.0.0.1", "sha256:4111111111111111aaaa", "1.4111111111111111", "version 12.3.45-678",
        "0123456789", "uuid 123e4567-e89b-12d3-a456-426614174000",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert personal_spans(text) == []


def test_each_number_of_the_knowledge_can_be_checked() -> None:
    from pipeline.agent.egress.personal import _checked

    assert len(_checked()) == len(load_personal_data().numbers)


def test_a_secret_that_holds_an_address_is_one_secret() -> None:
    hiding = Placeholders(b"key", personal=True)
    text = 'password = "ines@acme.io2031x"\nmail ines@acme.io'
    hidden = hiding.hide(text)

    assert re.fullmatch(r'password = "SECRET_\w{8}"\nmail EMAIL_\w{8}', hidden) and hiding.restore(hidden) == text


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from([value for values in _FOUND.values() for value in values] + ["\n", " ", ",", "a", "1", "-", "@", "+", "DE89"]),
        max_size=12,
    )
)
def test_any_text_with_personal_data_comes_back(pieces: list[str]) -> None:
    hiding = Placeholders(b"key", personal=True)
    text = "".join(pieces)

    assert hiding.restore(hiding.hide(text)) == text and hiding.hide(hiding.hide(text)) == hiding.hide(text)


@pytest.mark.parametrize("piece", ["1 ", "4", "@", "a@b.", "+1", "DE89 ", "a.", "12-", "nhs 1"])
def test_hostile_repetition_takes_time_that_grows_with_the_text(piece: str) -> None:
    start = time.monotonic()
    personal_spans(piece * (100_000 // len(piece)))
    assert time.monotonic() - start < 8
