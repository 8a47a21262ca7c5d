from fleet_analyst.agent.tools.mail import colleague
from fleet_analyst.identity import Scope, company_address
from fleet_analyst.jobs.pseudonyms import pseudonymise


def test_colleagues():
    assert colleague("Anna.Ruiz@kessler-vans.example")
    assert not colleague("anna@example.com")


def test_logins():
    assert company_address("anna.ruiz@kessler-vans.example")
    assert not company_address("anna@mykessler-vans.example")
    assert not company_address("@kessler-vans.example")


def test_scope():
    scope = Scope("a@kessler-vans.example", ("Bonn",))
    assert scope.sees("Bonn") and not scope.sees("Trier")


def test_pseudonyms():
    assert pseudonymise("call me 0171 2345678 or a.b@web.example") == "call me [phone] or [mail]"
