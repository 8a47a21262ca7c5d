"""Replaces what names somebody."""
import re

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
PHONE = re.compile(r"\+?\d[\d /().-]{7,}\d")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b")
COMPANY = re.compile(r"\b[A-Z][\w&-]+ (?:B\.V\.|N\.V\.|GmbH)")

PARTS = ((MAIL, "[MAIL]"), (IBAN, "[ACCOUNT]"), (PHONE, "[PHONE]"), (COMPANY, "[COMPANY]"))


def redact(text: str) -> str:
    for pattern, mark in PARTS:
        text = pattern.sub(mark, text)
    return text
