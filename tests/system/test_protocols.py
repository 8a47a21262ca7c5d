"""Protocols of Python: a class implements one by having its methods, and need not say so."""

from __future__ import annotations

from tests.system.small import flows, system_of

_ROUTE = """
    import os
    from typing import Protocol
    from fastapi import FastAPI
    class Runner(Protocol):
        def run_it(self, text: str) -> str: ...
    class {heir}:
        def {method}:
            return os.popen(text).read()
    app = FastAPI()
    class Desk:
        def __init__(self, runner: Runner):
            self.runner = runner
        def answer(self, text: str):
            return self.runner.run_it(text)
    @app.post("/run")
    def run(text: str):
        return Desk(made()).answer(text)
    """


def test_a_method_of_a_protocol_is_that_of_the_class_which_has_it() -> None:
    system = system_of(_ROUTE.format(heir="Shell", method="run_it(self, text)"))
    assert [flow.source for flow in flows(system, "shell", "user_input")] == ["http_route:POST /run"]


def test_a_class_with_another_method_or_other_parameters_implements_nothing() -> None:
    for method in ("run_them(self, text)", "run_it(self, text, where)"):
        assert not flows(system_of(_ROUTE.format(heir="Shell", method=method)), "shell")
