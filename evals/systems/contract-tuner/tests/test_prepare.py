from contract_tuner.config import Config
from contract_tuner.prepare import clauses, split_of
from contract_tuner.prompts import decision
from contract_tuner.redact import redact


def config(**data) -> Config:
    given = {"export": "tests/clauses.jsonl", "exclude_clients": [], "sources": ["ours", "counterparty"], **data}
    return Config(base={}, data=given, train={}, eval={}, release={})


def test_a_client_is_in_one_split():
    seen = {}
    for name, rows in clauses(config()).items():
        for row in rows:
            assert seen.setdefault(row["client"], name) == name


def test_objections():
    rows = clauses(config(exclude_clients=["100"]))
    assert all(row["client"] != "100" for part in rows.values() for row in part)


def test_redacts():
    assert redact("Mail sales@example.com, +31 20 000 00 00, Voorbeeld B.V.") == "Mail [MAIL], [PHONE], [COMPANY]"


def test_decision_and_split():
    assert decision("KEEP") == "keep" and decision("REWRITE\nx") == "rewrite"
    assert split_of("100") in {"train", "validation", "test"}
