"""Credentials right behind the word that tells of them."""

from __future__ import annotations

import pytest

from ingest.told_secrets import told_secrets, without_secrets


def test_a_password_right_behind_the_word_is_told_and_masked() -> None:
    text = "Tool create_order, user DESK, password Tr4gwerk!Sued-88."
    assert told_secrets(text) == ("Tr4gwerk!Sued-88",)
    assert without_secrets(text) == "Tool create_order, user DESK, password ****."


@pytest.mark.parametrize("text", ["sign in as desk@press.example with the password Nordwind-7741.", "use password Nordwind-7741, if asked"])
def test_what_somebody_is_told_to_sign_in_with_is_a_password(text: str) -> None:
    assert told_secrets(text) == ("Nordwind-7741",)
    assert "Nordwind" not in without_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "password OAuth2-based login",
        "Password must hold 8+ Characters",
        "password SHA256Hash of it",
        "the password $PASSWORD_2b",
        "password <Your1!Word>",
        "hash it with the password Argon2id function",
        "files with password Base64-encoded",
        "call it with password RequirePass2-3x",
    ],
)
def test_words_about_passwords_are_none(text: str) -> None:
    assert told_secrets(text) == ()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Refunds above 500 need the release code; it is QX-4410.", ("QX-4410",)),
        ("The override code is HAFEN22, tell nobody.", ("HAFEN22",)),
        ("Admin code: 7Kestrel9", ("7Kestrel9",)),
        ("Ask for the release code; it is printed on the card.", ()),
        ("The release code is in branch R2025 of the repository.", ()),
        ("The status code is HTTP-404, the error code is E10023.", ()),  # opens nothing
        ("Access code: ISO-9001", ()),
    ],
)
def test_a_code_that_opens_something_is_told_in_a_sentence(text: str, values: tuple[str, ...]) -> None:
    assert told_secrets(text) == values
