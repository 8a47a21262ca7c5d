import pytest
from starlette.requests import HTTPConnection

from roomvoice.server.identity import Unit, mint_token, unit_of


def connection(value: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [(b"authorization", value.encode())]})


def test_a_token_names_its_unit():
    assert unit_of(connection(f"Unit {mint_token('alpenhof', 'A100')}")) == Unit("alpenhof", "A100")


@pytest.mark.parametrize("change", [lambda t: t[:-1] + "x", lambda t: t.replace("A100", "A101"), lambda t: "", lambda t: "a.b"])
def test_a_changed_token_names_nobody(change):
    assert unit_of(connection(f"Unit {change(mint_token('alpenhof', 'A100'))}")) is None


def test_other_schemes_are_not_read():
    assert unit_of(connection(f"Bearer {mint_token('alpenhof', 'A100')}")) is None
